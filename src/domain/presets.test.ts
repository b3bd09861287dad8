import { describe, expect, test } from 'vitest';
import { createPreset, matchPreset, presetExplanations } from './presets';
import { validateRunConfig, type RunConfig } from './run-config';

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
    ] as const) {
      expect(matchPreset({ ...config, ...change })).toBe('recommended');
    }
  });

  test('the note’s explanation says why its figure is higher than an honest one', () => {
    for (const words of ['0.9978', '898 of 900', 'validation loader from the training pictures', 'never trained on', 'lower']) {
      expect(presetExplanations.note).toContain(words);
    }
  });
});
