import { augmentationOf, settingsBeforeFineTuning, unfrozenConvs, type Preset, type RunConfig, type Way } from './run-config';

type Recipe = Omit<RunConfig, 'preset' | 'seed' | 'way'>;
type Kind = 'note' | 'recommended' | 'fine-tune';

const shared = {
  optimizer: 'adam',
  weightDecay: 0,
  momentum: 0.9,
  batchSize: 32,
  logEvery: 5,
  ...settingsBeforeFineTuning,
} as const;

const recommended: Recipe = {
  ...shared,
  // Chosen by cross-validation inside a training folder, see docs/RECOMMENDED.md.
  fit: 'crop',
  featureNorm: 10,
  learningRate: 0.003,
  weightDecay: 0.01,
  epochs: 10,
  valFraction: 0.2,
  limitPerClass: null,
};

/** The one place of the presets' numbers. */
const recipes: Readonly<Record<Kind, Recipe>> = {
  // Inferred from what the note prints: minibatches up to 25 of 32, and an accuracy that equals 898 of 900.
  note: { ...shared, fit: 'crop', featureNorm: null, learningRate: 0.01, epochs: 1, valFraction: 0.1, limitPerClass: 500 },
  recommended,
  'fine-tune': {
    ...recommended,
    // Rates and epochs: see docs/RECOMMENDED.md.
    // L2 in Adam's gradient would pull pretrained filters towards zero at full step size: decay is decoupled here.
    optimizer: 'adamw',
    unfreeze: 'block5',
    backboneLearningRate: 0.0001,
    headWarmupEpochs: 1,
    epochs: 8,
    schedule: 'cosine',
    gradientClip: 1,
    earlyStopping: 3,
  },
};

const noteWords =
  'The note’s recipe, inferred from its printed lines: Adam at 0.01, one epoch, at most 500 pictures a class, 90 % of them to train. ' +
  'Its validation accuracy of 0.9978 equals 898 of 900 pictures. A public copy of the library it calls builds the validation loader from ' +
  'the training pictures, which would explain that figure. Ours is measured on pictures never trained on, so it will be lower.';

const recommendedWords: Readonly<Record<Way, string>> = {
  features:
    'Scales each picture’s features to one length before the head and trains longer with smaller steps. ' +
    'It uses all pictures and keeps 20 % for validation, unless the folders say otherwise. ' +
    'Its accuracy is measured on pictures never trained on.',
  frozen:
    'The same recipe as Features only, and without augmentation the same numbers: the features do not move. ' +
    'Augmentation is off at first, because with it every epoch takes the pictures through VGG-16 again.',
  'fine-tune':
    'Trains the head alone for one epoch, so that a head of chance does not spoil the filters; then block 5 with it, at a thirtieth of ' +
    'the head’s learning rate, because pretrained filters need only small corrections. ' +
    'Both rates fall to zero, large gradients are clipped, and the epoch with the lowest validation loss is kept.',
};

/** What a preset is and what to expect of it, for the page and the demo. */
export function explainPreset({ preset, way }: Pick<RunConfig, 'preset' | 'way'>): string {
  if (preset === 'custom') return 'Your own settings.';
  return preset === 'note' ? noteWords : recommendedWords[way];
}

/** A preset's settings with a seed. The note has no fine-tuning: its recipe trains on features then. */
export function createPreset(preset: Exclude<Preset, 'custom'>, seed: number, way: Way = 'features'): RunConfig {
  if (preset === 'note') return { preset, ...recipes.note, way: way === 'fine-tune' ? 'features' : way, seed };
  return { preset, ...recipes[way === 'fine-tune' ? way : preset], way, seed };
}

/**
 * The settings after another way was chosen. A preset goes along, augmentation with it: fine-tuning has a recommended recipe of its own,
 * the two ways with frozen features share theirs. One's own settings stay.
 */
export function changeWay(config: RunConfig, way: Way): RunConfig {
  const { seed, limitPerClass, logEvery, augmentation } = config;
  const preset = matchPreset({ ...config, augmentation: null });
  const isFineTune = way === 'fine-tune';
  if (preset === 'custom' || isFineTune === (config.way === 'fine-tune')) {
    const unfreezes = unfrozenConvs({ way, unfreeze: config.unfreeze }) > 0;
    return { ...config, way, ...(isFineTune && !unfreezes ? { unfreeze: settingsBeforeFineTuning.unfreeze } : {}) };
  }
  const limit = preset === 'note' ? {} : { limitPerClass };
  return { ...createPreset('recommended', seed, way), logEvery, augmentation, ...limit };
}

/** Everything that changes what a run computes: settings that the way or the optimizer does not use are left out. */
function decisive(config: Omit<RunConfig, 'preset' | 'seed'>): string {
  const { fit, featureNorm, optimizer, learningRate, weightDecay, momentum, batchSize, epochs, valFraction } = config;
  const { gradientClip, accumulate, schedule, earlyStopping, labelSmoothing, classWeights } = config;
  const convs = unfrozenConvs(config);
  const augmentation = augmentationOf(config);
  return JSON.stringify([
    [fit, featureNorm, optimizer, learningRate, weightDecay, batchSize, epochs, valFraction],
    optimizer === 'sgd' ? momentum : null,
    [gradientClip, accumulate, schedule, earlyStopping, labelSmoothing, classWeights],
    config.way === 'fine-tune' ? [convs, config.backboneLearningRate, config.headWarmupEpochs] : null,
    augmentation === null
      ? null
      : [augmentation.flip, augmentation.crop, augmentation.colour, augmentation.rotation, augmentation.erase],
  ]);
}

/**
 * The preset that a configuration amounts to. Neither the seed, the density of the log nor the choice between the two ways with frozen
 * features (they compute the same) nor a limit on the pictures takes it away from its preset; momentum counts for SGD only.
 */
export function matchPreset(config: RunConfig): Preset {
  const { way } = config;
  const wanted = decisive(config);
  if (way === 'fine-tune') return wanted === decisive({ ...recipes['fine-tune'], way }) ? 'recommended' : 'custom';
  if (wanted === decisive({ ...recipes.note, way })) return 'note';
  return wanted === decisive({ ...recipes.recommended, way }) ? 'recommended' : 'custom';
}
