import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunEvent } from '../domain/events';
import { createPreset } from '../domain/presets';
import type { RunConfig } from '../domain/run-config';
import { featureCount, inputSize } from '../domain/vgg16';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { browserEnvironment } from '../kernels/wasm/cpu-backbone';
import { defaultPlan } from '../kernels/webgpu/kernel-plan';
import type { PixelSource } from '../protocol/compute-api';
import type { RunRequest } from '../protocol/engine-api';
import type { Backbone } from './backbone';
import { createBrowserPaths } from './compute-paths';
import { createCompute, type Compute } from './device';
import { createBrowserEnvironment } from './device-environment';
import { Engine } from './engine';
import { FeatureStore } from './feature-store';
import { GpuKernels } from './gpu-kernels';
import { createKernelBackbone } from './kernel-backbone';
import { passed } from './testing/stand-in-engine';
import { dropAlpha } from './testing/features-reference';
import { createRunPlan } from './training/run-plan';
import { goOn } from './training/run-session';
import { createRunState } from './training/run-state';
import type { BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

const spawnKernel = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });
const plans = {
  loadKernelPlan: () => Promise.resolve(defaultPlan({ subgroups: true, software: true })),
  saveKernelPlan: () => Promise.resolve(),
};
const neverStop = () => new AbortController().signal;

/** Two of each class to train, one to validate. */
function createRequest(config: Partial<RunConfig>, names: readonly string[], labels: readonly number[]): RunRequest {
  const way = { ...createPreset('recommended', 3, 'fine-tune'), preset: 'custom' } as const;
  return {
    number: 1,
    config: { ...way, optimizer: 'sgd', featureNorm: null, headWarmupEpochs: 0, batchSize: 4, epochs: 4, ...config },
    classNames: ['cat', 'dog'],
    samples: [
      ...names.map((id, at) => ({ id, labelIndex: labels[at] ?? 0, split: 'train' as const })),
      { id: `again ${names[0] ?? ''}`, labelIndex: 0, split: 'val' },
      { id: `again ${names.at(-1) ?? ''}`, labelIndex: 1, split: 'val' },
    ],
  };
}

describe('fine-tuning by the engine on the processor’s kernels', () => {
  const names = ['cat 1', 'cat 2', 'dog 1', 'dog 2'];
  const labels = [0, 0, 1, 1];
  const pixels: PixelSource = (id) => {
    const [kind, index] = id.replace('again ', '').split(' ');
    return Promise.resolve(toRgb(createDrawing(kind === 'cat' ? 'cat' : 'dog', Number(index), inputSize)));
  };
  const config = { backboneLearningRate: 1e-3, learningRate: 1e-3, epochs: 3, headWarmupEpochs: 1, featureNorm: 10 };

  async function createEngine(): Promise<Engine> {
    const engine = new Engine({
      device: createBrowserEnvironment(),
      paths: createBrowserPaths({ spawnKernel, plans }),
      selfTest: () => Promise.resolve(passed),
      trainingTest: () => Promise.resolve(),
    });
    await engine.configureDevice('cpu');
    await engine.loadWeights('/models/vgg16/', () => undefined, neverStop());
    return engine;
  }

  it('pauses and goes on bit by bit, predicts as it evaluated, and so does another engine with what was kept', async () => {
    const engine = await createEngine();
    const before = await engine.memory();
    const request = createRequest(config, names, labels);
    const events: RunEvent[] = [];
    const straight = await engine.startRun(request, pixels, (event) => events.push(event), neverStop());
    if (straight.status !== 'done') throw new Error('the run was paused');
    const tensorsOf = async () => (await engine.exportHead())?.tensors ?? [];
    const undisturbed = await tensorsOf();
    expect(undisturbed.map(({ name, values }) => [name, values.length])).toEqual(
      [24, 26, 28].flatMap((layer) => [
        [`features.${String(layer)}.weight`, 512 * 512 * 9],
        [`features.${String(layer)}.bias`, 512],
      ]),
    );
    expect(straight.run.computePlan).toContain('headstart-wasm');

    const stop = new AbortController();
    const paused = await engine.startRun(
      request,
      pixels,
      (event) => {
        if (event.kind === 'step' && event.record.epoch === 1) stop.abort();
      },
      stop.signal,
    );
    expect(paused).toEqual({ status: 'paused', epoch: 1, step: 1 });
    const continued = await engine.continueRun(pixels, () => undefined, neverStop());
    if (continued.status !== 'done') throw new Error('the run was paused again');
    expect(continued.run.history.steps).toEqual(straight.run.history.steps);
    for (const [at, { values }] of (await tensorsOf()).entries())
      expect(values.every((value, place) => Object.is(value, undisturbed[at]?.values[place]))).toBe(true);
    expect(await engine.memory()).toEqual(before);

    const kept = await engine.exportHead();
    if (kept === null) throw new Error('nothing was kept');
    const told = events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));
    expect(told).toHaveLength(2);
    const expectSame = async (own: Engine) => {
      for (const { sampleId, logits } of told) {
        const prediction = await own.predict(await pixels(sampleId, 'crop'), sampleId, neverStop());
        const off = prediction.logits.map((logit, at) => Math.abs(logit - (logits[at] ?? NaN)));
        expect(Math.max(...off)).toBeLessThan(1e-4);
      }
    };
    await expectSame(engine);
    await engine.dispose();
    const other = await createEngine();
    await other.restoreHead(kept);
    await expectSame(other);
    // The backbone as it was loaded gives other logits: the trained tensors are what was used.
    await other.restoreHead({ ...kept, tensors: [] });
    const [first] = told;
    const untuned = await other.predict(await pixels(first?.sampleId ?? '', 'crop'), null, neverStop());
    expect(Math.abs((untuned.logits[0] ?? NaN) - (first?.logits[0] ?? NaN))).toBeGreaterThan(1e-4);
    await expect(
      other.restoreHead({ ...kept, tensors: [{ name: 'features.28.bias', values: new Float32Array(3) }] }),
    ).rejects.toMatchObject({ code: 'project-invalid' });
    await other.dispose();
  });
});

const sharedDirectory = inject('sharedDirectory');

interface Finetune {
  readonly inputs: readonly string[];
  readonly labels: readonly number[];
  readonly cases: Readonly<Record<string, { readonly 'sgd(lr=1e-4, momentum=0.9) losses': readonly number[] }>>;
}

/** The reference's head: `lcg(5) * 0.02`, uniform in [-0.01, 0.01). */
function createWeight(): Float32Array {
  let state = 5;
  return Float32Array.from({ length: 2 * featureCount }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround(state / 2 ** 32 - 0.5) * Math.fround(0.02);
  });
}

if (sharedDirectory !== null) {
  describe.each(['cpu', 'webgpu'] as const)('a run beside PyTorch on %s', (device) => {
    const at = (name: string) => `/@fs${sharedDirectory}/reference/${name}`;
    let reference: Finetune;
    let weights: BackboneWeights;
    let compute: Compute;
    let backbone: Backbone;
    const photos = new Map<string, Uint8Array>();
    beforeAll(async () => {
      reference = (await (await fetch(at('finetune.json'))).json()) as Finetune;
      for (const name of reference.inputs) {
        const bitmap = await createImageBitmap(await (await fetch(at(name))).blob());
        const context = new OffscreenCanvas(inputSize, inputSize).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        photos.set(name, dropAlpha(context?.getImageData(0, 0, inputSize, inputSize).data ?? []));
      }
      ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, neverStop()));
      compute = await createCompute(device, createBrowserEnvironment());
      backbone =
        device === 'cpu'
          ? await createKernelBackbone(weights, { environment: browserEnvironment(spawnKernel), threads: null })
          : await new GpuKernels(plans).open(compute, weights, () => undefined);
    });
    afterAll(() => {
      backbone.dispose();
      compute.dispose();
    });

    const epochs = 4;
    // Emulated, a step of the whole network takes ten seconds and more: gpu-trainer.browser.test.ts makes two of them.
    for (const name of device === 'cpu' ? (['block5', 'all'] as const) : (['block5'] as const)) {
      it(`${name}: the loss is PyTorch’s within 1e-4, and so are those of the 4 steps within 1e-3`, async () => {
        const rates = { learningRate: 1e-4, backboneLearningRate: 1e-4, weightDecay: 0, momentum: 0.9 };
        const plain = { schedule: 'constant', gradientClip: null, earlyStopping: null } as const;
        const request = createRequest({ ...rates, ...plain, unfreeze: name, epochs }, reference.inputs, reference.labels);
        const state = createRunState(createRunPlan(request), '2026-01-01T00:00:00.000Z');
        state.checkpoint = { ...state.checkpoint, head: { weight: createWeight(), bias: new Float32Array(2) } };
        const parts = {
          ...{ compute, backbone, training: backbone.training, store: new FeatureStore(), boundaries: new FeatureStore() },
          pixels: (id: string) => Promise.resolve(photos.get(id.replace('again ', '')) ?? new Uint8Array(0)),
          onEvent: () => undefined,
          signal: neverStop(),
          now: () => performance.now(),
          keeper: null,
        };
        expect(await goOn(state, parts, false)).toHaveLength(2);
        const expected = reference.cases[name]?.['sgd(lr=1e-4, momentum=0.9) losses'] ?? [];
        const off = state.steps.map(({ trainLoss }, step) => Math.abs(trainLoss - (expected[step] ?? NaN)));
        console.info(`${device} ${name}: losses off by ${off.map((own) => own.toExponential(1)).join(', ')}`);
        expect(off).toHaveLength(epochs);
        expect(off[0]).toBeLessThan(1e-4);
        for (const own of off) expect(own).toBeLessThan(1e-3);
      }, 400_000);
    }
  });
} else console.info('left out: a fine-tuning run beside PyTorch, ../shared is not here');
