import { describe, expect, test } from 'vitest';
import { HeadstartError } from './errors';
import { runConfigProblems, settingNames, validateRunConfig, type RunConfig } from './run-config';

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

  test('fine-tuning is refused by its own code until it exists', () => {
    expect(refusal({ ...sound, way: 'fine-tune' }).code).toBe('way-not-available');
    expect(runConfigProblems({ ...sound, way: 'fine-tune' })).toEqual([
      { field: 'way', message: 'Fine-tuning is not in this version yet.' },
    ]);
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
