import { HeadstartError } from '../../domain/errors';
import type { SelfTestReport } from '../../domain/events';
import { createPreset } from '../../domain/presets';
import { featureCount } from '../../domain/vgg16';
import type { Backbone } from '../backbone';
import type { Compute } from '../device';
import { unpackFeatures, type PackedFeatures } from '../../storage/packed-features';
import { freshOptimizerState } from '../optimizers';
import { LiveHead } from '../training/live-head';
import reference from './reference.json';

/** What the self-test is made of besides the path under test. */
export interface SelfTestParts {
  /** The drawing cat 0: 224 x 224 RGB, row-major. */
  readonly picture: () => Uint8Array;
  /** Milliseconds, steady. */
  readonly now: () => number;
}

/** The path under test and what it may be off by. */
export interface SelfTestSubject {
  readonly name: string;
  readonly featureTolerance: number;
}

/** Losses of the one training step are within 1e-6 of PyTorch's on every path tried. */
const lossTolerance = 1e-4;
/** A path that needs more than this for a picture is not asked for more. */
const slowSeconds = 1;
/** Enough to know the rate of many. */
const fewTogether = 4;
const stepPictures = 32;
const stepNorm = 10;

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** PyTorch's features of the drawing, made by scripts/reference/make-self-test-reference.py. */
function readReference(): Float32Array {
  const packed: PackedFeatures = {
    mask: new Uint32Array(decodeBase64(reference.mask).buffer),
    values: new Float32Array(decodeBase64(reference.values).buffer),
  };
  const features = new Float32Array(featureCount);
  unpackFeatures(packed, null, features, 0);
  return features;
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** NaN when one of the values is none. */
function largestError(values: Float32Array, expected: Float32Array): number {
  return expected.reduce((worst, value, at) => {
    const error = Math.abs((values[at] ?? NaN) - value);
    return error > worst || Number.isNaN(error) ? error : worst;
  }, 0);
}

/** The pictures of the training step: the drawing's features turned by 784 places a row, `[32, 25088]`, scaled to one norm. */
function createRows(features: Float32Array): Float32Array {
  const scale = Math.fround(stepNorm / (rootMeanSquare(features) * Math.sqrt(featureCount)));
  const rows = new Float32Array(stepPictures * featureCount);
  for (let row = 0; row < stepPictures; row++) {
    const turn = row * 784;
    for (let at = 0; at < featureCount; at++)
      rows[row * featureCount + ((at + turn) % featureCount)] = Math.fround((features[at] ?? 0) * scale);
  }
  return rows;
}

/** Of the tests' head, `[2, 25088]`. */
export function createTestWeight(): Float32Array {
  return Float32Array.from({ length: 2 * featureCount }, (_, at) => (((at * 7919) % 1009) / 1009 - 0.5) * 0.02);
}

/** Losses before and after one step of Adam, and what the step took in seconds. */
async function takeStep(
  compute: Compute,
  features: Float32Array,
  now: () => number,
): Promise<{ losses: readonly number[]; seconds: number }> {
  const rows = createRows(features);
  const labels = Array.from({ length: stepPictures }, (_, row) => row % 2);
  const config = { ...createPreset('recommended', 0), optimizer: 'adam', learningRate: 0.001, weightDecay: 0 } as const;
  const head = new LiveHead(
    { head: { weight: createTestWeight(), bias: new Float32Array(2) }, headBefore: null, optimizer: freshOptimizerState },
    config,
    compute,
  );
  try {
    const before = await head.fitBatch(rows, labels);
    // The first step also pays for shaders and uploads; the second is what a run's steps take.
    const after = await head.measure(rows, labels);
    const started = now();
    await head.fitBatch(rows, labels);
    return { losses: [before.mean, after.mean], seconds: (now() - started) / 1000 };
  } finally {
    head.dispose();
  }
}

/**
 * One of our own drawings through the backbone and one training step, against PyTorch's numbers. Leaves no tensor behind.
 * Rejects with `self-test-failed` where numbers differ, or with what the path itself rejects with.
 */
export async function runSelfTest(
  { name, featureTolerance }: SelfTestSubject,
  backbone: Backbone,
  compute: Compute,
  { picture, now }: SelfTestParts,
): Promise<SelfTestReport> {
  const expected = readReference();
  const pixels = picture();
  const time = async (count: number) => {
    const started = now();
    const features = await backbone.extractBatch(Array.from({ length: count }, () => pixels));
    return { features, each: (now() - started) / 1000 / count };
  };
  const first = await time(1);
  const featureError = largestError(first.features[0] ?? new Float32Array(0), expected) / rootMeanSquare(expected);
  // Asked this way round, NaN fails too.
  if (!(featureError <= featureTolerance))
    throw new HeadstartError('self-test-failed', {
      path: name,
      detail: `features are off by ${featureError.toPrecision(2)} of their rms`,
    });
  // The first picture pays for cold caches, and alone it takes longer than in company; where it took long, more would only make
  // the person wait.
  const secondsPerPicture = first.each > slowSeconds ? first.each : (await time(Math.min(backbone.batch, fewTogether))).each;
  const { losses, seconds } = await takeStep(compute, expected, now);
  const lossError = largestError(
    Float32Array.from(reference.losses, (loss, at) => (losses[at] ?? NaN) / loss),
    Float32Array.from(reference.losses, () => 1),
  );
  if (!(lossError <= lossTolerance))
    throw new HeadstartError('self-test-failed', {
      path: name,
      detail: `a training step's loss is off by ${lossError.toPrecision(2)} of itself`,
    });
  return { featureError, lossError, secondsPerPicture, secondsPerStep: seconds };
}
