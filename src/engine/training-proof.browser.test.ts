import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { browserEnvironment } from '../kernels/wasm/cpu-backbone';
import { defaultPlan } from '../kernels/webgpu/kernel-plan';
import type { Backbone } from './backbone';
import { createCompute, type Compute } from './device';
import { createBrowserEnvironment } from './device-environment';
import { GpuKernels } from './gpu-kernels';
import { createKernelBackbone } from './kernel-backbone';
import { proveTraining, type TrainingProofSubject } from './self-test/training-proof';
import { changeDevices, damageProgram } from './testing/changed-device';
import type { BackboneTrainer, BackboneTraining } from './trainer';
import type { BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

const never = new AbortController().signal;
const spawn = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });
const parts = { picture: () => toRgb(createDrawing('cat', 0, 224)) };
const plans = {
  loadKernelPlan: () => Promise.resolve(defaultPlan({ subgroups: true, software: true })),
  saveKernelPlan: () => Promise.resolve(),
};
let weights: BackboneWeights;

beforeAll(async () => {
  ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, never));
});

function prove(training: BackboneTraining, change: Partial<TrainingProofSubject> = {}) {
  return proveTraining(
    { name: 'It', training, proofCase: 'block5', optimizer: 'sgd', onProgress: () => undefined, signal: never, ...change },
    parts,
  );
}

for (const device of ['webgpu', 'cpu'] as const) {
  describe(`the proof of training on ${device}`, () => {
    let compute: Compute;
    let backbone: Backbone;
    let training: BackboneTraining;
    beforeAll(async () => {
      compute = await createCompute(device, createBrowserEnvironment());
      backbone =
        device === 'webgpu'
          ? await new GpuKernels(plans).open(compute, weights, () => undefined)
          : await createKernelBackbone(weights, { environment: browserEnvironment(spawn), threads: null });
      if (backbone.training === null) throw new Error('it cannot train');
      training = backbone.training;
    });
    afterAll(() => {
      backbone.dispose();
      compute.dispose();
    });

    // SGD's is asked for by the engine: see gpu-fine-tune.browser.test.ts. Software adapters take twenty seconds for each.
    const optimizers = device === 'webgpu' ? (['adamw'] as const) : (['adam', 'adamw'] as const);
    it(`passes with ${optimizers.join(' and ')}, far within its bounds, tells how far it is, and leaves nothing behind`, async () => {
      const before = backbone.gpuBytes();
      for (const optimizer of optimizers) {
        const told: number[] = [];
        const proof = await prove(training, {
          optimizer,
          onProgress: ({ stage, done }) => {
            if (stage === 'self-test') told.push(done);
          },
        });
        console.info(`${device} ${optimizer} ${JSON.stringify(proof)}`);
        expect(proof.lossError).toBeLessThan(2e-5);
        expect(proof.normError).toBeLessThan(1e-5);
        expect(proof.valueError).toBeLessThan(1e-4);
        expect(told).toEqual([0, 1, 2, 3, 4]);
      }
      expect(backbone.gpuBytes()).toBe(before);
    });

    it('passes with everything trained', async () => {
      const proof = await prove(training, { proofCase: 'all' });
      console.info(`${device} all ${JSON.stringify(proof)}`);
      expect(proof.lossError).toBeLessThan(2e-5);
    });
  });
}

it('the proof refuses wrong gradients, updates that are none, and weights that move by what is not finite; a cancel is heard', async () => {
  const compute = await createCompute('cpu', createBrowserEnvironment());
  const backbone = await createKernelBackbone(weights, { environment: browserEnvironment(spawn), threads: null });
  const { training } = backbone;
  if (training === null) throw new Error('it cannot train');
  let maps: Promise<Float32Array[]> | null = null; // the same for all
  const tampered = (change: (own: BackboneTrainer) => Partial<BackboneTrainer>): BackboneTraining => ({
    ...training,
    extractBoundary: (pictures, steps) => (maps ??= training.extractBoundary(pictures, steps)),
    openTrainer: async (request) => {
      const own = await training.openTrainer(request);
      return { ...own, ...change(own) };
    },
  });
  const expectRefused = (change: (own: BackboneTrainer) => Partial<BackboneTrainer>, detail: string) =>
    expect(prove(tampered(change))).rejects.toMatchObject({
      code: 'training-test-failed',
      message: expect.stringContaining(detail) as string,
    });
  const readGradient = async (own: BackboneTrainer, name: string) =>
    (await own.readGradient(name)).map((value, at) => (name === 'features.26.weight' && at === 0 ? value * 3 : value));
  await expectRefused((own) => ({ readGradient: (name) => readGradient(own, name) }), 'the gradient by features.26.weight');
  await expectRefused(() => ({ update: () => Promise.resolve(true) }), 'the loss');
  await expectRefused(() => ({ update: () => Promise.resolve(false) }), 'refused');
  await expectRefused((own) => ({ update: async (settings) => (await own.update(settings)) || true }), 'let through');
  await expectRefused(() => ({ tensors: [] }), 'NaN');
  const stop = new AbortController();
  const onProgress: TrainingProofSubject['onProgress'] = ({ done }) => {
    if (done === 1) stop.abort();
  };
  const cancelled = prove(
    tampered(() => ({})),
    { onProgress, signal: stop.signal },
  );
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  backbone.dispose();
  compute.dispose();
});

it('a gate that the graphics card compiles wrongly is found', async () => {
  const environment = changeDevices(createBrowserEnvironment(), (device) => {
    damageProgram(device, 'gate', 'flag[0] = own;', 'flag[0] = 1u;');
  });
  const compute = await createCompute('webgpu', environment);
  const backbone = await new GpuKernels(plans).open(compute, weights, () => undefined);
  if (backbone.training === null) throw new Error('it cannot train');
  await expect(prove(backbone.training)).rejects.toMatchObject({
    code: 'training-test-failed',
    message: expect.stringContaining('let through') as string,
  });
  backbone.dispose();
  compute.dispose();
});
