import { afterAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../domain/events';
import { createPreset } from '../domain/presets';
import type { RunConfig } from '../domain/run-config';
import { inputSize } from '../domain/vgg16';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { defaultPlan } from '../kernels/webgpu/kernel-plan';
import type { PixelSource } from '../protocol/compute-api';
import type { RunOutcome, RunRequest } from '../protocol/engine-api';
import { createBrowserPaths } from './compute-paths';
import { createBrowserEnvironment } from './device-environment';
import { Engine } from './engine';
import { proveTraining } from './self-test/training-proof';
import { changeDevices, damageProgram } from './testing/changed-device';
import { passed } from './testing/stand-in-engine';

const spawnKernel = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });
const neverStop = () => new AbortController().signal;
/** As measured before: nothing is measured in these tests. */
const plans = {
  loadKernelPlan: () => Promise.resolve(defaultPlan({ subgroups: true, software: true })),
  saveKernelPlan: () => Promise.resolve(),
};
const pixels: PixelSource = (id) => {
  const [kind, index] = id.split(' ');
  return Promise.resolve(toRgb(createDrawing(kind === 'cat' ? 'cat' : 'dog', Number(index), inputSize)));
};

/** Two of each class to train, one to validate. */
function createRequest(config: Partial<RunConfig> = {}): RunRequest {
  const way = { ...createPreset('recommended', 3, 'fine-tune'), preset: 'custom' } as const;
  const names = ['cat 1', 'cat 2', 'cat 3', 'dog 1', 'dog 2', 'dog 3'];
  return {
    number: 1,
    config: {
      ...way,
      ...{ optimizer: 'sgd', featureNorm: 10, headWarmupEpochs: 0, batchSize: 2, epochs: 2, unfreeze: 'block5' },
      ...{ learningRate: 1e-2, backboneLearningRate: 1e-2, gradientClip: null, earlyStopping: null, ...config },
    },
    classNames: ['cat', 'dog'],
    samples: names.map((id, at) => ({ id, labelIndex: at < 3 ? 0 : 1, split: at % 3 === 2 ? 'val' : 'train' })),
  };
}

/** The latest. */
let engine: Engine | null = null;
afterAll(() => engine?.dispose());

/** `change` sees each device before anybody uses it. */
async function createEngine(device: 'webgpu' | 'cpu', change: (device: GPUDevice) => void = () => undefined): Promise<Engine> {
  await engine?.dispose();
  const own = new Engine({
    device: changeDevices(createBrowserEnvironment(), change),
    paths: createBrowserPaths({ spawnKernel, plans }),
    selfTest: () => Promise.resolve(passed),
    trainingTest: (subject) => proveTraining(subject, { picture: () => toRgb(createDrawing('cat', 0, inputSize)) }),
  });
  engine = own;
  await own.configureDevice(device);
  await own.loadWeights('/models/vgg16/', () => undefined, neverStop());
  await own.proveDevice(() => undefined, neverStop());
  return own;
}

function runOf(outcome: RunOutcome) {
  if (outcome.status !== 'done') throw new Error('the run was paused');
  return outcome.run;
}

const noteOf = (event: RunEvent) => (event.kind === 'stage' ? (event.note ?? '') : '');

/** What the processor makes of the same run, once. */
let expected: Promise<readonly number[]> | null = null;
function lossesOnProcessor(): Promise<readonly number[]> {
  expected ??= createEngine('cpu').then(async (own) => {
    const run = runOf(await own.startRun(createRequest(), pixels, () => undefined, neverStop()));
    expect(run.computePlan).toContain('headstart-wasm');
    return run.history.steps.map(({ trainLoss }) => trainLoss);
  });
  return expected;
}

function expectAgree(own: readonly { readonly trainLoss: number }[], losses: readonly number[]): void {
  expect(own).toHaveLength(losses.length);
  const off = own.map(({ trainLoss }, at) => Math.abs(trainLoss - (losses[at] ?? NaN)));
  console.info(`losses off by ${off.map((value) => value.toExponential(1)).join(', ')}`);
  for (const value of off) expect(value).toBeLessThan(1e-3);
}

describe('fine-tuning by the engine on the graphics card', () => {
  it('is proved once, and heard when it is paused meanwhile; its losses are the processor’s, and every byte is given back', async () => {
    const losses = await lossesOnProcessor();
    const own = await createEngine('webgpu');
    const before = await own.memory();
    expect(before.gpuBytes).toBeGreaterThan(0);
    const stop = new AbortController();
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => events.push(event);
    const paused = await own.startRun(
      createRequest(),
      pixels,
      (event) => {
        onEvent(event);
        if (noteOf(event).startsWith('Testing gradients on a drawing: 1')) stop.abort();
      },
      stop.signal,
    );
    expect(paused).toEqual({ status: 'paused', epoch: 0, step: 0 });
    expect(await own.memory()).toEqual(before);
    expect(events.some((event) => noteOf(event).startsWith('Compiling the programs that train'))).toBe(true);
    let taken = 0;
    const run = runOf(
      await own.continueRun(
        pixels,
        (event) => {
          onEvent(event);
          if (event.kind === 'step') void own.memory().then(({ gpuBytes }) => (taken = Math.max(taken, gpuBytes ?? 0)));
        },
        neverStop(),
      ),
    );
    expectAgree(run.history.steps, losses);
    expect(run).toMatchObject({ device: 'webgpu', computePlan: 'headstart-webgpu winograd4 float32 directx1 quad8x12' });
    expect(run.log.join()).not.toContain('processor');
    expect(taken).toBeGreaterThan((before.gpuBytes ?? 0) + 28e6);
    expect(await own.memory()).toEqual(before);

    events.length = 0;
    const again = runOf(await own.startRun(createRequest({ epochs: 1 }), pixels, onEvent, neverStop()));
    expect(again.history.steps).toEqual(run.history.steps.slice(0, 2));
    expect(events.map(noteOf).filter((note) => note.startsWith('Testing'))).toEqual([]);
    expect(await own.memory()).toEqual(before);
  }, 300_000);

  it('stops in a sentence when the loss is no number, with the weights of before', async () => {
    const own = engine ?? (await createEngine('webgpu'));
    const before = await own.memory();
    // After one update the convolutions are so large that the next batch overflows.
    const request = createRequest({ backboneLearningRate: 10, momentum: 0, featureNorm: null, learningRate: 10, epochs: 4 });
    const outcome = own.startRun(request, pixels, () => undefined, neverStop());
    await expect(outcome).rejects.toMatchObject({ code: 'not-finite' });
    const finished = runOf(await own.finishRun(pixels, () => undefined, neverStop()));
    expect(finished.stoppedEarly).toBe(true);
    const kept = await own.exportHead();
    for (const { values } of kept?.tensors ?? [])
      expect(Number.isFinite(values.reduce((sum, value) => sum + value, 0))).toBe(true);
    expect(kept?.weight.every(Number.isFinite)).toBe(true);
    expect(await own.memory()).toEqual(before);
  }, 300_000);

  it('goes on by itself on a new device when it is lost', async () => {
    const losses = await lossesOnProcessor();
    const devices: GPUDevice[] = [];
    const own = await createEngine('webgpu', (device) => devices.push(device));
    const events: RunEvent[] = [];
    const loseOnce = (event: RunEvent) => {
      events.push(event);
      if (event.kind === 'step' && event.record.epoch === 1) devices[0]?.destroy();
    };
    const run = runOf(await own.startRun(createRequest(), pixels, loseOnce, neverStop()));
    expect(events.filter(({ kind }) => kind === 'resumed')).toMatchObject([{ reason: { code: 'device-lost' } }]);
    expect(devices).toHaveLength(2);
    expect(run.computePlan).toMatch(/^headstart-webgpu [^+]*$/);
    expectAgree(run.history.steps, losses);
  }, 300_000);

  it('is left to the processor where a program computes wrong gradients, and status, log and record say why', async () => {
    const losses = await lossesOnProcessor();
    const own = await createEngine('webgpu', (device) => {
      damageProgram(device, 'filter-gradient', 'g00 +', 'g00 * 1.01f +');
    });
    const before = await own.memory();
    const events: RunEvent[] = [];
    const run = runOf(await own.startRun(createRequest(), pixels, (event) => events.push(event), neverStop()));
    expectAgree(run.history.steps, losses);
    expect(run.computePlan).toMatch(/^headstart-webgpu .* \+ headstart-wasm /);
    const told = run.log.filter((line) => line.startsWith('The graphics card computes wrong gradients on this device'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('The processor does (headstart-wasm');
    const reason = { code: 'training-test-failed' };
    expect(events.filter(({ kind }) => kind === 'status')).toMatchObject([{ status: { device: 'webgpu', reason } }]);
    expect(await own.proveDevice(() => undefined, neverStop())).toMatchObject({ device: 'webgpu', reason });
    expect(await own.memory()).toEqual(before);
  }, 300_000);
});
