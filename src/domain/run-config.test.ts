import { describe, expect, test } from 'vitest';
import { HeadstartError } from './errors';
import {
  augmentationOf,
  runConfigProblems,
  settingNames,
  settingsBeforeFineTuning,
  unfrozenConvs,
  usualAugmentation,
  validateRunConfig,
  type RunConfig,
} from './run-config';

const sound: RunConfig = {
  preset: 'custom',
  way: 'features',
  fit: 'crop',
  featureNorm: null,
  optimizer: 'adam',
  learningRate: 0.01,
  weightDecay: 0,
  momentum: 0.9,
  batchSize: 32,
  epochs: 1,
  seed: 0,
  valFraction: 0.1,
  limitPerClass: 500,
  logEvery: 5,
  ...settingsBeforeFineTuning,
};

function refusal(config: unknown): HeadstartError {
  try {
    validateRunConfig(config);
  } catch (error) {
    if (error instanceof HeadstartError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('a run configuration', () => {
  test('passes unchanged when every setting is within its bounds, and loses unknown keys', () => {
    expect(validateRunConfig(sound)).toEqual(sound);
    expect(validateRunConfig({ ...sound, unknown: 1 })).toEqual(sound);
    expect(runConfigProblems(sound)).toEqual([]);
  });

  test.each<[keyof RunConfig, readonly unknown[], readonly unknown[], string]>([
    ['learningRate', [1e-9, 10], [0, -1, 10.1, NaN, Infinity, '0.1'], 'Learning rate: must be a number above 0 and at most 10'],
    ['weightDecay', [0, 1], [-0.1, 1.1, NaN], 'Weight decay: must be a number from 0 to 1'],
    ['momentum', [0, 0.999], [-0.1, 1], 'Momentum: must be a number from 0 to 0.999'],
    ['batchSize', [1, 1024], [0, 1025, 1.5, NaN], 'Batch size: must be a whole number from 1 to 1,024'],
    ['epochs', [1, 1000], [0, 1001, 2.5, null], 'Epochs: must be a whole number from 1 to 1,000'],
    ['seed', [0, 4294967295], [-1, 4294967296, 0.5], 'Seed: must be a whole number from 0 to 4,294,967,295'],
    ['valFraction', [0.05, 0.5], [0.04, 0.51], 'Validation share: must be a number from 0.05 to 0.5'],
    [
      'limitPerClass',
      [null, 2],
      [1, 2.5, 1_000_001, undefined],
      'Limit per class: must be a whole number from 2 to 1,000,000, or empty for all pictures',
    ],
    [
      'featureNorm',
      [null, 50],
      [0, -1, 10_001],
      'Feature norm: must be a number above 0 and at most 10,000, or empty to leave the features as they are',
    ],
    ['logEvery', [1, 1000], [0, 1001], 'Log every: must be a whole number from 1 to 1,000'],
    ['optimizer', ['adam', 'adamw', 'sgd'], ['rmsprop', 1], 'Optimizer: must be one of adam, adamw, sgd'],
    ['fit', ['crop', 'squash', 'pad'], ['stretch'], 'Picture fit: must be one of crop, squash, pad'],
    ['preset', ['note', 'recommended', 'custom'], ['other'], 'Preset: must be one of note, recommended, custom'],
    [
      'unfreeze',
      ['none', 'block5', 'all', 0, 13],
      [14, -1, 2.5, 'block4', null],
      'Unfreeze: must be one of none, block5, all, or a whole number from 0 to 13',
    ],
    ['backboneLearningRate', [1e-9, 10], [0, 11], 'Backbone learning rate: must be a number above 0 and at most 10'],
    ['headWarmupEpochs', [0, 1000], [-1, 0.5, 1001], 'Head warm-up: must be a whole number from 0 to 1,000'],
    [
      'gradientClip',
      [null, 0.1, 10_000],
      [0, NaN],
      'Gradient clipping: must be a number above 0 and at most 10,000, or empty for none',
    ],
    ['accumulate', [1, 64], [0, 65], 'Batches per update: must be a whole number from 1 to 64'],
    ['schedule', ['constant', 'cosine'], ['step'], 'Schedule: must be one of constant, cosine'],
    [
      'earlyStopping',
      [null, 1, 1000],
      [0, 1.5],
      'Early stopping: must be a whole number from 1 to 1,000, or empty to run every epoch',
    ],
    ['labelSmoothing', [0, 0.3], [-0.1, 0.31], 'Label smoothing: must be a number from 0 to 0.3'],
    ['classWeights', ['none', 'balanced'], ['other'], 'Class weights: must be one of none, balanced'],
    ['augmentation', [null], ['flip', undefined], 'Augmentation: must be flip, crop, colour, rotation and erase, or none'],
    ['way', ['features', 'frozen'], ['none'], 'Way of transfer: must be one of features, frozen, fine-tune'],
  ])('%s takes its bounds and refuses what lies outside, saying what it must be', (field, accepted, refused, message) => {
    for (const value of accepted) expect(validateRunConfig({ ...sound, [field]: value })[field]).toBe(value);
    for (const value of refused) {
      const error = refusal({ ...sound, [field]: value });
      expect(error).toMatchObject({ code: 'setting-invalid', message });
      const text = message.slice(message.indexOf(': ') + 2);
      expect(runConfigProblems({ ...sound, [field]: value })).toEqual([{ field, message: `M${text.slice(1)}.` }]);
    }
  });

  test.each<[Partial<typeof usualAugmentation>, string]>([
    [{ crop: 0.51 }, 'must be a number from 0 to 0.5 for crop'],
    [{ colour: -0.1 }, 'must be a number from 0 to 0.5 for colour'],
    [{ rotation: 31 }, 'must be a number from 0 to 30 for rotation'],
    [{ erase: NaN }, 'must be a number from 0 to 0.5 for erase'],
  ])('augmentation with %j is refused by the part that is wrong', (change, problem) => {
    const { crop: _crop, ...without } = usualAugmentation;
    expect(validateRunConfig({ ...sound, augmentation: usualAugmentation }).augmentation).toEqual(usualAugmentation);
    expect(refusal({ ...sound, augmentation: { ...usualAugmentation, ...change } }).message).toBe(`Augmentation: ${problem}`);
    expect(refusal({ ...sound, augmentation: without }).message).toContain('must be flip, crop');
  });

  test('fine-tuning needs a convolution to train and an epoch after the warm-up', () => {
    const tuned = { ...sound, way: 'fine-tune', epochs: 3 } as const;
    expect(validateRunConfig(tuned)).toEqual(tuned);
    for (const unfreeze of ['none', 0] as const) {
      expect(runConfigProblems({ ...tuned, unfreeze })).toEqual([
        { field: 'unfreeze', message: 'Must be at least one convolution to fine-tune.' },
      ]);
    }
    expect(validateRunConfig({ ...tuned, headWarmupEpochs: 2 }).headWarmupEpochs).toBe(2);
    expect(refusal({ ...tuned, headWarmupEpochs: 3 }).message).toBe(
      'Head warm-up: must be fewer epochs than the run has, or the backbone never moves',
    );
  });

  test('what a way does not use is kept without effect', () => {
    const kept = { ...sound, unfreeze: 'none', headWarmupEpochs: 9, augmentation: usualAugmentation } as const;
    expect(validateRunConfig(kept)).toEqual(kept);
    expect(augmentationOf(kept)).toBeNull();
    expect(augmentationOf({ ...kept, way: 'frozen' })).toEqual(usualAugmentation);
    expect(unfrozenConvs({ way: 'frozen', unfreeze: 'all' })).toBe(0);
    const tuned = (unfreeze: RunConfig['unfreeze']) => unfrozenConvs({ way: 'fine-tune', unfreeze });
    expect([tuned('none'), tuned('block5'), tuned(5), tuned('all')]).toEqual([0, 3, 5, 13]);
  });

  test('a missing setting is named, and anything but an object misses them all', () => {
    const { epochs: _epochs, ...without } = sound;
    expect(refusal(without)).toMatchObject({ code: 'setting-invalid', message: 'Epochs: is missing' });
    for (const config of [null, undefined, 7, 'text', []]) {
      expect(refusal(config).code).toBe('setting-invalid');
      expect(runConfigProblems(config).map(({ field }) => field)).toEqual(Object.keys(settingNames));
    }
  });

  test('several problems are told at once, in the order of the settings', () => {
    expect(runConfigProblems({ ...sound, epochs: 0, learningRate: 0 }).map(({ field }) => field)).toEqual([
      'learningRate',
      'epochs',
    ]);
  });
});
