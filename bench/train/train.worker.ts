import { openConvSources } from '../../src/engine/weights/conv-weights';
import { WeightsLoader } from '../../src/engine/weights/weights-loader';
import { featureCount } from '../../src/domain/vgg16';
import { browserEnvironment, createCpuBackbone } from '../../src/kernels/wasm/cpu-backbone';
import { createCpuTrainer } from '../../src/kernels/wasm/cpu-trainer';
import { createBenchPixels } from '../features/pictures';
import { createBenchHead } from './bench-head';
import { benchLearningRate, benchMomentum, type FromTrainer, type OpenTrainer, type ToTrainer } from './train-protocol';

type Step = () => Promise<{ loss: number }>;

let makeStep: Step | null = null;

async function openTrainer({ unfrozen, batch, threads, weights: url }: OpenTrainer): Promise<{ note: string; step: Step }> {
  const { weights } = await new WeightsLoader().load(url, () => undefined, new AbortController().signal);
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
  const head = createBenchHead();
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const settings = { learningRate: benchLearningRate, weightDecay: 0, momentum: benchMomentum, gradientScale: 1 };
  return {
    note: `${build.shared ? 'shared memory' : 'no shared memory'}, ${build.relaxed ? 'relaxed' : 'plain'} SIMD, ${String(plan.threads)} threads, ${String(plan.microBatch)} pictures at once; memory ${mib(plan.bytes)} MiB (weights, gradients, moments ${mib(plan.weightBytes)}, maps ${mib(plan.mapBytes)}, work ${mib(plan.workBytes)})`,
    step: async () => {
      if (plan.microBatch < batch) throw new Error('the bench’s batch does not fit at once');
      trainer.zeroGradients();
      const { loss, featureGradients } = head.learn(await trainer.forward(inputs));
      if (featureGradients.length !== batch * featureCount) throw new Error('a gradient of another batch');
      await trainer.backward(featureGradients);
      if (!(await trainer.update(settings))) throw new Error('the gradient is not finite');
      return { loss };
    },
  };
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
