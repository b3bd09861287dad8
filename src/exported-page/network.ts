import { convLayers, featureCount } from '../domain/vgg16';
import { scaleTable, type InputScaling } from '../kernels/wasm/input-scaling';
import { takeJobsAlone } from '../kernels/wasm/job-loop';
import { createKernel } from '../kernels/wasm/kernel';
import { memoryPlan } from '../kernels/wasm/memory-plan';
import type { NetworkPhase } from '../kernels/wasm/phases';
import { filterPhase, networkPhases } from '../kernels/wasm/schedule';

/** A model whose weights are asked for one by one, in the order of the layers, so that they need not all stand in memory twice. */
export interface NetworkSource {
  /** Kernels are float16, else float32; little-endian, OIHW. */
  readonly half: boolean;
  readonly scaling: InputScaling;
  /** Features are scaled to this L2 norm; null leaves them. */
  readonly featureNorm: number | null;
  readonly readKernel: (layerIndex: number) => Uint8Array;
  readonly readBias: (layerIndex: number) => Float32Array;
  /** `[classes, 25088]`, features in CHW order. */
  readonly classifierWeight: Float32Array;
  readonly classifierBias: Float32Array;
}

export interface Answer {
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly classIndex: number;
}

export interface Network {
  /** 224 x 224 RGB pixels. Calls follow one another. */
  classify(pixels: Uint8Array): Promise<Answer>;
}

/** Resolves after what waits by now, so that a page on the same thread stays alive between two layers. */
function createPause(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return () =>
    new Promise((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(0);
    });
}

export function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function multiplier(features: Float32Array, norm: number | null): number {
  if (norm === null) return 1;
  const length = Math.sqrt(features.reduce((sum, value) => sum + value * value, 0));
  // What is all zero stays so.
  return length > 0 ? norm / length : 0;
}

/** VGG-16 by this project's own compiled kernels on one thread. @throws RangeError where some 300 MB cannot be had */
export async function openNetwork(module: WebAssembly.Module, source: NetworkSource): Promise<Network> {
  const { half, scaling, featureNorm, classifierWeight, classifierBias } = source;
  const plan = memoryPlan({ threads: 1, batch: 1, mode: 'kept', half });
  const [scratch] = plan.scratch;
  if (scratch === undefined) throw new RangeError('no thread');
  const memory = new WebAssembly.Memory({ initial: plan.bytes / 65_536 });
  const kernel = await createKernel(module, memory);
  const pause = createPause();
  const run = (phases: readonly NetworkPhase[]) => takeJobsAlone(kernel, phases, scratch, pause, () => false);
  const write = (address: number, values: Uint8Array | Float32Array) =>
    new Uint8Array(memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);

  write(plan.scale, scaleTable(scaling));
  for (const [at, { index }] of convLayers.entries()) {
    write(plan.biases[at] ?? 0, source.readBias(index));
    write(plan.sources[at] ?? 0, source.readKernel(index));
    await run([filterPhase(plan, at)]);
  }
  const { phases } = networkPhases(plan, 1);

  async function classify(pixels: Uint8Array): Promise<Answer> {
    write(plan.pixels, pixels);
    await run(phases);
    const features = new Float32Array(memory.buffer, plan.features, featureCount);
    const factor = multiplier(features, featureNorm);
    const logits = Array.from(classifierBias, (bias, row) => {
      const weights = classifierWeight.subarray(row * featureCount, (row + 1) * featureCount);
      const sum = weights.reduce((total, weight, at) => total + weight * (features[at] ?? 0), 0);
      return sum * factor + bias;
    });
    return { logits, probabilities: softmax(logits), classIndex: logits.indexOf(Math.max(...logits)) };
  }

  let last: Promise<unknown> = Promise.resolve();
  return {
    classify: (pixels) => {
      const next = last.then(() => classify(pixels));
      last = next.catch(() => undefined);
      return next;
    },
  };
}
