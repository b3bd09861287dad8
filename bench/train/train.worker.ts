import { openConvSources, type BackboneWeights } from '../../src/engine/weights/conv-weights';
import { WeightsLoader } from '../../src/engine/weights/weights-loader';
import { browserEnvironment, createCpuBackbone } from '../../src/kernels/wasm/cpu-backbone';
import { createCpuTrainer } from '../../src/kernels/wasm/cpu-trainer';
import { createBenchPixels } from '../features/pictures';
import { createBenchHead } from './bench-head';
import { learnStep, type OpenedTrainer } from './learn-step';
import type { FromTrainer, OpenTrainer, ToTrainer } from './train-protocol';

let makeStep: OpenedTrainer['step'] | null = null;

async function openCpuTrainer(weights: BackboneWeights, { unfrozen, batch, threads }: OpenTrainer): Promise<OpenedTrainer> {
  const environment = browserEnvironment(
    () => new Worker(new URL('../../src/worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' }),
  );
  const common = { environment, readSource: openConvSources(weights), scaling: weights.scaling, threads };
  const pixels = Array.from({ length: batch }, (_, index) => createBenchPixels(index));
  let inputs: readonly (Uint8Array | Float32Array)[] = pixels;
  if (unfrozen < 13) {
    const backbone = await createCpuBackbone(common);
    inputs = await backbone.extractBoundary(pixels, 13 - unfrozen);
    backbone.dispose();
  }
  const trainer = await createCpuTrainer({ ...common, unfrozen, batch, optimizer: 'sgd' });
  const { plan, build } = trainer;
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  return {
    note: `${build.shared ? 'shared memory' : 'no shared memory'}, ${build.relaxed ? 'relaxed' : 'plain'} SIMD, ${String(plan.threads)} threads, ${String(plan.microBatch)} pictures at once; memory ${mib(plan.bytes)} MiB (weights, gradients, moments ${mib(plan.weightBytes)}, maps ${mib(plan.mapBytes)}, work ${mib(plan.workBytes)})`,
    step: learnStep(trainer, inputs, createBenchHead()),
  };
}

async function openTrainer(request: OpenTrainer): Promise<OpenedTrainer> {
  const { weights } = await new WeightsLoader().load(request.weights, () => undefined, new AbortController().signal);
  if (request.trainer === 'headstart-cpu') return openCpuTrainer(weights, request);
  // Only then: TensorFlow.js takes memory of its own.
  const { openGpuTrainer, openTfjsTrainer } = await import('./gpu-peers');
  return request.trainer === 'tfjs-webgpu' ? openTfjsTrainer(weights, request) : openGpuTrainer(weights, request);
}

async function answer(request: ToTrainer): Promise<FromTrainer> {
  if (request.kind === 'open') {
    const { note, step } = await openTrainer(request);
    makeStep = step;
    return { kind: 'opened', note };
  }
  if (makeStep === null) throw new Error('nothing was opened');
  const started = performance.now();
  const { loss } = await makeStep();
  return { kind: 'stepped', seconds: (performance.now() - started) / 1000, loss };
}

self.onmessage = ({ data: request }: MessageEvent<ToTrainer>) => {
  answer(request).then(
    (done) => {
      self.postMessage(done);
    },
    (error: unknown) => {
      self.postMessage({ kind: 'failed', words: String(error) } satisfies FromTrainer);
    },
  );
};
