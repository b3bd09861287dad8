import { describe, expect, test } from 'vitest';
import { changeWay, createPreset, explainPreset, matchPreset } from './presets';
import { usualAugmentation, validateRunConfig, type RunConfig } from './run-config';

describe('the presets', () => {
  test.each(['note', 'recommended'] as const)(
    '%s is a sound configuration that is recognised as itself, with any seed',
    (preset) => {
      for (const seed of [0, 1, 0xffff_ffff]) {
        const config = createPreset(preset, seed);
        expect(validateRunConfig(config)).toEqual(config);
        expect(config).toMatchObject({ preset, seed });
        expect(matchPreset(config)).toBe(preset);
      }
    },
  );

  test('the note’s recipe reaches minibatch 25 and the 900 pictures that its printed lines show', () => {
    const { limitPerClass, valFraction, batchSize, epochs, optimizer, learningRate, featureNorm, fit } = createPreset('note', 0);
    const total = 2 * (limitPerClass ?? 0);
    const train = Math.round(total * (1 - valFraction));
    expect(train).toBe(900);
    // Every fifth of 29 minibatches is printed: 0, 5, ... 25.
    expect(Math.floor((Math.ceil(train / batchSize) - 1) / 5) * 5).toBe(25);
    expect({ epochs, optimizer, learningRate, featureNorm, fit }).toEqual({
      epochs: 1,
      optimizer: 'adam',
      learningRate: 0.01,
      featureNorm: null,
      fit: 'crop',
    });
  });

  test.each<Partial<RunConfig>>([
    { learningRate: 0.02 },
    { epochs: 3 },
    { batchSize: 16 },
    { fit: 'pad' },
    { featureNorm: 7 },
    { optimizer: 'sgd' },
    { weightDecay: 0.1 },
    { valFraction: 0.3 },
    { way: 'fine-tune' },
    { way: 'frozen', augmentation: usualAugmentation },
    { gradientClip: 1 },
    { accumulate: 2 },
    { schedule: 'cosine' },
    { earlyStopping: 5 },
    { labelSmoothing: 0.1 },
    { classWeights: 'balanced' },
  ])('%j takes a configuration away from its preset', (change) => {
    expect(matchPreset({ ...createPreset('note', 0), ...change })).toBe('custom');
    expect(matchPreset({ ...createPreset('recommended', 0), ...change })).toBe('custom');
  });

  test('what does not change the result leaves the preset', () => {
    const config = createPreset('recommended', 0);
    for (const change of [
      { logEvery: 1 },
      { limitPerClass: 40 },
      { momentum: 0 },
      { way: 'frozen' },
      { preset: 'custom' },
      { augmentation: usualAugmentation },
      { unfreeze: 'all', backboneLearningRate: 1, headWarmupEpochs: 9 },
    ] as const) {
      expect(matchPreset({ ...config, ...change })).toBe('recommended');
    }
  });

  test('the note’s explanation says why its figure is higher than an honest one', () => {
    for (const words of ['0.9978', '898 of 900', 'validation loader from the training pictures', 'never trained on', 'lower']) {
      expect(explainPreset({ preset: 'note', way: 'features' })).toContain(words);
    }
  });

  test('fine-tuning has a recommended recipe of its own, the backbone moving at a tenth of the head’s rate or less', () => {
    const config = createPreset('recommended', 3, 'fine-tune');
    expect(validateRunConfig(config)).toEqual(config);
    expect(matchPreset(config)).toBe('recommended');
    expect(config).toMatchObject({
      way: 'fine-tune',
      unfreeze: 'block5',
      headWarmupEpochs: 1,
      schedule: 'cosine',
      gradientClip: 1,
    });
    expect(config.backboneLearningRate).toBeLessThanOrEqual(config.learningRate / 10);
    for (const change of [{ unfreeze: 'all' }, { backboneLearningRate: 3e-4 }, { headWarmupEpochs: 2 }] as const)
      expect(matchPreset({ ...config, ...change })).toBe('custom');
    expect(matchPreset({ ...config, unfreeze: 3 })).toBe('recommended');
    expect(createPreset('note', 3, 'fine-tune')).toMatchObject({ preset: 'note', way: 'features' });
    expect(createPreset('note', 3, 'frozen')).toMatchObject({ preset: 'note', way: 'frozen' });
  });

  test('every way and preset is explained in words of its own', () => {
    const recommended = (['features', 'frozen', 'fine-tune'] as const).map((way) =>
      explainPreset({ preset: 'recommended', way }),
    );
    expect(new Set([...recommended, explainPreset({ preset: 'note', way: 'features' })]).size).toBe(4);
    expect(explainPreset({ preset: 'custom', way: 'fine-tune' })).toBe('Your own settings.');
  });
});

describe('another way', () => {
  test('takes a preset along, there and back, with seed and limit', () => {
    const before = { ...createPreset('recommended', 7), limitPerClass: 40, logEvery: 1 };
    const tuned = changeWay(before, 'fine-tune');
    expect(tuned).toEqual({ ...createPreset('recommended', 7, 'fine-tune'), limitPerClass: 40, logEvery: 1 });
    expect(changeWay(tuned, 'features')).toEqual(before);
    expect(changeWay(createPreset('note', 7), 'fine-tune')).toEqual({ ...createPreset('recommended', 7, 'fine-tune') });
    expect(changeWay(createPreset('note', 7), 'frozen')).toEqual({ ...createPreset('note', 7), way: 'frozen' });
  });

  test('leaves one’s own settings, and gives fine-tuning something to train', () => {
    const own = { ...createPreset('recommended', 7), preset: 'custom', epochs: 4, unfreeze: 'none' } as const;
    expect(changeWay(own, 'fine-tune')).toEqual({ ...own, way: 'fine-tune', unfreeze: 'block5' });
    const augmented = { ...createPreset('recommended', 7, 'frozen'), preset: 'custom', augmentation: usualAugmentation } as const;
    expect(changeWay(augmented, 'fine-tune')).toMatchObject({ schedule: 'cosine', augmentation: usualAugmentation });
    expect(changeWay({ ...own, unfreeze: 5 }, 'fine-tune')).toMatchObject({ unfreeze: 5 });
    expect(changeWay(own, 'frozen')).toEqual({ ...own, way: 'frozen' });
  });
});
