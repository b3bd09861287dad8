import type { Preset, RunConfig } from './run-config';

type Recipe = Omit<RunConfig, 'preset' | 'seed'>;

const shared = { way: 'features', optimizer: 'adam', weightDecay: 0, momentum: 0.9, batchSize: 32, logEvery: 5 } as const;

/** The one place of the presets' numbers. */
const recipes: Readonly<Record<Exclude<Preset, 'custom'>, Recipe>> = {
  // Inferred from what the note prints: minibatches up to 25 of 32, and an accuracy that equals 898 of 900.
  note: { ...shared, fit: 'crop', featureNorm: null, learningRate: 0.01, epochs: 1, valFraction: 0.1, limitPerClass: 500 },
  // Chosen by cross-validation inside a training folder, see docs/RECOMMENDED.md.
  recommended: {
    ...shared,
    fit: 'crop',
    featureNorm: 10,
    learningRate: 0.003,
    weightDecay: 0.01,
    epochs: 10,
    valFraction: 0.2,
    limitPerClass: null,
  },
};

/** What a preset is and what to expect of it, for the page and the demo. */
export const presetExplanations: Readonly<Record<Preset, string>> = {
  note:
    'The note’s recipe, inferred from its printed lines: Adam at 0.01, one epoch, at most 500 pictures a class, 90 % of them to train. ' +
    'Its validation accuracy of 0.9978 equals 898 of 900 pictures. A public copy of the library it calls builds the validation loader from ' +
    'the training pictures, which would explain that figure. Ours is measured on pictures never trained on, so it will be lower.',
  recommended:
    'Scales each picture’s features to one length before the head and trains longer with smaller steps. ' +
    'It uses all pictures and keeps 20 % for validation, unless the folders say otherwise. ' +
    'Its accuracy is measured on pictures never trained on.',
  custom: 'Your own settings.',
};

/** A preset's settings with a seed. */
export function createPreset(preset: Exclude<Preset, 'custom'>, seed: number): RunConfig {
  return { preset, ...recipes[preset], seed };
}

/**
 * The preset that a configuration amounts to. Neither the seed, the density of the log nor the choice between the two ways with frozen
 * features (they compute the same) nor a limit on the pictures takes it away from its preset; momentum counts for SGD only.
 */
export function matchPreset(config: RunConfig): Preset {
  const decisive = ({
    fit,
    featureNorm,
    optimizer,
    learningRate,
    weightDecay,
    momentum,
    batchSize,
    epochs,
    valFraction,
    way,
  }: Recipe) =>
    JSON.stringify([
      fit,
      featureNorm,
      optimizer,
      learningRate,
      weightDecay,
      batchSize,
      epochs,
      valFraction,
      optimizer === 'sgd' ? momentum : null,
      way === 'fine-tune',
    ]);
  const wanted = decisive(config);
  if (wanted === decisive(recipes.note)) return 'note';
  return wanted === decisive(recipes.recommended) ? 'recommended' : 'custom';
}
