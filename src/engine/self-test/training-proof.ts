import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { DeviceProgress } from '../../domain/events';
import { featureCount, inputSize } from '../../domain/vgg16';
import { measureBatch } from '../cross-entropy';
import type { BackboneTrainer, BackboneTraining, TrainerRequest } from '../trainer';
import { createTestWeight, type SelfTestParts } from './self-test';
import reference from './training-reference.json';

/** What has a reference: the last block for the kernels and the optimizer, every convolution for the other sizes and the first layer. */
export type ProofCase = keyof typeof reference.cases;
type Reference = Pick<(typeof reference.cases)[ProofCase], 'loss' | 'losses'> & {
  readonly gradients: Readonly<Record<string, { readonly l2: number; readonly values: readonly number[] }>>;
};

/** What a case trains, and what its numbers may be off by. */
const cases = {
  // Ours are within 1e-5 here, PyTorch's float32 within 1.1e-6.
  block5: { unfrozen: 3, norm: 1e-4, value: 1e-3 },
  // Which of almost equal pixels pass ReLU and pooling hangs on rounding: PyTorch's own float32 shows what that comes to.
  all: { unfrozen: 13, norm: 2e-3, value: 2e-2 },
} as const satisfies Readonly<Record<ProofCase, unknown>>;

/** Relative. */
const lossTolerance = 1e-4;
const classes = 2;
/** Of the drawing and its mirror image. */
const labels = [0, 1] as const;
/** Finite, and its square is not. */
const nearlyInfinite = 3e38;

/** The cases that prove a trainer of so many convolutions. */
export function casesFor(unfrozen: number): readonly ProofCase[] {
  return unfrozen <= cases.block5.unfrozen ? ['block5'] : ['block5', 'all'];
}

/** What is proved, and where it is told and stopped. */
export interface TrainingProofSubject {
  /** For people, as the subject of a sentence. */
  readonly name: string;
  readonly training: BackboneTraining;
  readonly proofCase: ProofCase;
  readonly optimizer: TrainerRequest['optimizer'];
  readonly onProgress: (progress: DeviceProgress) => void;
  readonly signal: AbortSignal;
}

/** 224 x 224 RGB, left and right exchanged. */
function mirror(pixels: Uint8Array): Uint8Array {
  return Uint8Array.from(pixels, (_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    const row = pixel - (pixel % inputSize);
    return pixels[(row + inputSize - 1 - (pixel % inputSize)) * 3 + channel] ?? 0;
  });
}

/** The loss of features `[n, 25088]` under the head that never moves, as a share of the batch, and its gradient by them. */
function lossAndGradient(features: Float32Array, weight: Float32Array, own: readonly number[]) {
  const logits = new Float32Array(own.length * classes);
  own.forEach((_, row) => {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let at = 0; at < featureCount; at++)
        sum += (features[row * featureCount + at] ?? NaN) * (weight[c * featureCount + at] ?? NaN);
      logits[row * classes + c] = sum;
    }
  });
  const { mean, probabilities } = measureBatch(logits, own, classes);
  const gradient = features.map((_, at) => {
    const row = Math.floor(at / featureCount);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const slope = (probabilities[row * classes + c] ?? NaN) - (own[row] === c ? 1 : 0);
      sum += slope * (weight[c * featureCount + (at % featureCount)] ?? NaN);
    }
    return sum / labels.length;
  });
  return { loss: (mean * own.length) / labels.length, gradient };
}

/** How far off a trainer was: losses and lengths of gradients relative, values of gradients over the tensor's rms. */
interface TrainingProof {
  readonly lossError: number;
  readonly normError: number;
  readonly valueError: number;
}

function worse(one: number, other: number): number {
  return other > one || Number.isNaN(other) ? other : one;
}

/**
 * Two pictures of our own through a trainer, against PyTorch's float64: loss, gradients, and the losses after updates; and that a gradient that
 * is not finite moves nothing. Resolves with how far off it was. Rejects with `training-test-failed`, `cancelled`, or with what the trainer does.
 */
export async function proveTraining(
  { name, training, proofCase, optimizer, onProgress, signal }: TrainingProofSubject,
  { picture }: Pick<SelfTestParts, 'picture'>,
): Promise<TrainingProof> {
  const { unfrozen, norm, value } = cases[proofCase];
  const expected: Reference = reference.cases[proofCase];
  const losses = expected.losses[optimizer];
  const total = losses.length + 2;
  let done = 0;
  const tell = () => {
    onProgress({ stage: 'self-test', done, total });
    done += 1;
  };
  tell();
  const fail = (detail: string) => new HeadstartError('training-test-failed', { path: name, detail });

  throwIfCancelled(signal);
  const pixels = picture();
  const pictures = [pixels, mirror(pixels)];
  const inputs =
    unfrozen === cases.all.unfrozen ? pictures : await training.extractBoundary(pictures, cases.all.unfrozen - unfrozen, signal);
  const trainer = await training.openTrainer({ unfrozen, batch: inputs.length, optimizer, onProgress });
  try {
    const weight = createTestWeight();
    /** The loss of the batch in parts of at most `most` pictures; adds up their gradients where it is not the last. */
    const pass = async (most: number, isLast = false) => {
      trainer.zeroGradients();
      let sum = 0;
      for (let from = 0; from < inputs.length; from += most) {
        const features = await trainer.forward(inputs.slice(from, from + most), signal);
        const { loss, gradient } = lossAndGradient(features, weight, labels.slice(from, from + most));
        sum += loss;
        if (!isLast) await trainer.backward(gradient, signal);
      }
      return sum;
    };
    const proof = { lossError: 0, normError: 0, valueError: 0 };
    const seeLoss = (own: number, wanted: number) => {
      proof.lossError = worse(proof.lossError, Math.abs(own / wanted - 1));
      if (!(proof.lossError <= lossTolerance)) throw fail(`the loss is off by ${proof.lossError.toPrecision(2)} of itself`);
    };
    const update = async () => {
      const { weightDecay, momentum, learningRates } = reference.settings;
      const settings = { learningRate: learningRates[optimizer], weightDecay, momentum, gradientScale: 1 };
      return trainer.update(settings);
    };

    seeLoss(await pass(trainer.microBatch), expected.loss);
    for (const [tensor, wanted] of Object.entries(expected.gradients)) {
      const off = compareGradient(await readNamed(trainer, tensor), wanted);
      proof.normError = worse(proof.normError, off.norm);
      proof.valueError = worse(proof.valueError, off.value);
      if (!(off.norm <= norm && off.value <= value))
        throw fail(
          `the gradient by ${tensor} is off by ${off.norm.toPrecision(2)} of its length, values by ${off.value.toPrecision(2)} of their rms`,
        );
    }
    tell();
    for (const [at, wanted] of losses.entries()) {
      if (!(await update())) throw fail('a sound gradient was refused');
      const isLast = at === losses.length - 1;
      if (isLast && proofCase === 'block5') await refuseOverflow(trainer, inputs, update, fail, signal);
      // One by one: so passes a batch that is larger than the memory allows.
      seeLoss(await pass(1, isLast), wanted);
      tell();
    }
    onProgress({ stage: 'self-test', done: total, total });
    return proof;
  } finally {
    trainer.dispose();
  }
}

async function readNamed(trainer: BackboneTrainer, name: string): Promise<Float32Array> {
  return trainer.tensors.some((own) => own.name === name) ? trainer.readGradient(name) : new Float32Array(0);
}

/** How far off a gradient's length is, relative, and the worst of the given values, of their rms; NaN where something is missing. */
function compareGradient(
  own: Float32Array,
  { l2, values }: { readonly l2: number; readonly values: readonly number[] },
): { readonly norm: number; readonly value: number } {
  const squares = own.reduce((sum, each) => sum + each * each, 0);
  const rms = l2 / Math.sqrt(own.length);
  const value = values.reduce((worst, wanted, at) => {
    const place = Math.floor((at * (own.length - 1)) / (values.length - 1));
    return worse(worst, Math.abs((own[place] ?? NaN) - wanted) / rms);
  }, 0);
  return { norm: Math.abs(Math.sqrt(squares) / l2 - 1), value };
}

/** A gradient that overflows nowhere but on the device must move nothing: the loss after it tells. */
async function refuseOverflow(
  trainer: BackboneTrainer,
  inputs: readonly (Float32Array | Uint8Array)[],
  update: () => Promise<boolean>,
  fail: (detail: string) => HeadstartError,
  signal: AbortSignal,
): Promise<void> {
  trainer.zeroGradients();
  const features = await trainer.forward(inputs.slice(0, 1), signal);
  const largest = features.reduce((best, value, at) => (value > (features[best] ?? 0) ? at : best), 0);
  await trainer.backward(features.fill(0).fill(nearlyInfinite, largest, largest + 1), signal);
  if (await update()) throw fail('a gradient that is not finite was let through');
}
