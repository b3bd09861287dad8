import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { RunEvent } from '../domain/events';
import { createCompute, type Compute } from './device';
import { createBrowserEnvironment } from './device-environment';
import { computeLogits, createHeadWeights, disposeHead, uploadHead } from './head';
import { optimizerOf, runHeadCase, worstEndWeight, worstRelative, type HeadCase } from './testing/head-reference';
import { createPixels, createSmallRequest, createSmallRun } from './testing/small-run';
import { createStandInEngine, neverStop, startRun } from './testing/stand-in-engine';

const environment = createBrowserEnvironment();
let compute: Compute | null = null;
async function createWebGpu(): Promise<Compute> {
  const made = await createCompute('webgpu', environment);
  expect(made.status).toMatchObject({ device: 'webgpu', reason: null });
  return made;
}
afterEach(() => {
  compute?.dispose();
  compute = null;
});

describe('the choice of a device in a browser with software WebGPU only', () => {
  it('takes the CPU by itself and says why, and the GPU when it is asked to', async () => {
    compute = await createCompute('auto', environment);
    expect(compute.status).toMatchObject({ device: 'cpu', label: 'CPU', reason: { code: 'webgpu-software' } });
    expect(tf.getBackend()).toBe('wasm');
    compute.dispose();
    compute = await createCompute('webgpu', environment);
    expect(compute.status).toMatchObject({ device: 'webgpu', softwareAdapter: true, reason: null });
    expect(compute.status.label).toMatch(/^WebGPU · .*swiftshader/i);
    expect(tf.getBackend()).toBe('webgpu');
    expect(compute.device?.limits.maxBufferSize).toBeGreaterThan(268_435_456);
    expect(compute.device?.features.has('timestamp-query')).toBe(true);
  });
});

describe('a device without memory left', () => {
  it('is told as out-of-memory, also to a read that waits', async () => {
    compute = await createWebGpu();
    const waiting = compute.orFailure(new Promise<never>(() => undefined));
    compute.device?.dispatchEvent(
      new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUValidationError('not this one'), cancelable: true }),
    );
    expect(compute.failure()).toBeNull();
    compute.device?.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('full') }));
    await expect(waiting).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(compute.failure()).toMatchObject({ code: 'out-of-memory' });
  });
});

describe('the head on WebGPU', () => {
  it('adds up in one order: the same logits, bit by bit, every time', async () => {
    compute = await createWebGpu();
    const head = uploadHead(createHeadWeights(25_088, 7, 3));
    const x = tf.tensor2d(
      Float32Array.from({ length: 32 * 25_088 }, (_, i) => Math.sin(i)),
      [32, 25_088],
    );
    const read = async () => {
      const logits = computeLogits(head, x);
      const values = (await logits.data<'float32'>()).slice();
      logits.dispose();
      return values;
    };
    const first = await read();
    for (let i = 0; i < 5; i++) expect(await read()).toEqual(first);
    disposeHead(head);
    x.dispose();
  });

  const shared = inject('sharedDirectory');
  if (typeof shared === 'string') {
    it.each(['two-classes', 'five-classes-partial-batch'])(
      'gives each step’s loss of PyTorch within 1e-5 with every optimizer, case %s',
      async (caseName) => {
        const cases = (await (await fetch(`/@fs${shared}/reference/head.json`)).json()) as Record<string, HeadCase>;
        compute = await createWebGpu();
        const task = cases[caseName];
        if (task === undefined) throw new Error('the reference has changed');
        for (const name of Object.keys(optimizerOf)) {
          const run = task.runs[name];
          if (run === undefined) throw new Error('the reference has changed');
          const before = compute.memory();
          const { losses, end } = await runHeadCase(task, name);
          const worst = worstRelative(losses, run.loss);
          console.info(`${caseName}, ${name} on WebGPU: loss ${worst.toExponential(1)} relative`);
          expect(worst).toBeLessThan(1e-5);
          expect(worstEndWeight(end, run)).toBeLessThan(1e-3);
          expect(compute.memory()).toEqual(before);
        }
      },
    );
  } else console.info('left out: the head on WebGPU against PyTorch (../shared is not here)');
});

describe('a run on WebGPU', () => {
  it('gives the losses of the CPU, repeats itself, continues bit by bit, and frees tensors, bytes and GPU bytes', async () => {
    compute = await createCompute('cpu', environment);
    const onCpu = createSmallRun(compute, { weightDecay: 0.01 });
    await onCpu.go();
    compute.dispose();
    compute = await createWebGpu();
    const before = compute.memory();
    const straight = createSmallRun(compute, { weightDecay: 0.01 });
    await straight.go();
    expect(compute.memory()).toEqual(before);
    straight.state.steps.forEach(({ trainLoss }, i) => {
      const expected = onCpu.state.steps[i]?.trainLoss ?? NaN;
      expect(Math.abs(trainLoss - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
    });
    const paused = createSmallRun(compute, { weightDecay: 0.01, way: 'frozen' });
    let steps = 0;
    while ((await paused.go({ abortWhen: (event) => event.kind === 'step' && ++steps < 5 })) === null)
      expect(compute.memory()).toEqual(before);
    expect(steps).toBe(6);
    expect(paused.state.steps).toEqual(straight.state.steps);
    expect(paused.state.checkpoint.head).toEqual(straight.state.checkpoint.head);
  });

  it('whose device is lost goes on by itself once, then says so, keeps what was trained, and goes on when continued', async () => {
    const devices: GPUDevice[] = [];
    const spying = {
      ...environment,
      gpu: {
        requestAdapter: async (options?: GPURequestAdapterOptions) => {
          const adapter = (await environment.gpu?.requestAdapter(options)) ?? null;
          if (adapter === null) return null;
          const requestDevice = adapter.requestDevice.bind(adapter);
          adapter.requestDevice = async (descriptor) => {
            const device = await requestDevice(descriptor);
            devices.push(device);
            return device;
          };
          return adapter;
        },
      },
    };
    const request = createSmallRequest({ epochs: 4 });
    const { engine } = await createStandInEngine(spying);
    expect(await engine.configureDevice('webgpu')).toMatchObject({ device: 'webgpu' });
    const straight = await startRun(engine, request);
    const events: RunEvent[] = [];
    const losing = (places: readonly string[]) => {
      const left = [...places];
      return (event: RunEvent) => {
        const place = event.kind === 'step' ? `step ${String(event.record.epoch)}.${String(event.record.step)}` : event.kind;
        const at = left.indexOf(event.kind === 'stage' ? `${event.stage} ${String(event.done)}` : place);
        if (at >= 0) {
          left.splice(at, 1);
          // The browser’s own way to lose a device, as a driver’s reset would.
          devices.at(-1)?.destroy();
        }
        return false;
      };
    };
    // In each stage: while features are extracted, in validation (an epoch’s last step), in the evaluation; at a step further down.
    for (const place of ['features 9', 'step 2.2', 'evaluation 4']) {
      const told: RunEvent[] = [];
      await engine.forgetFeatures();
      const resumed = await startRun(engine, request, losing([place]), told);
      if (resumed.status !== 'done' || straight.status !== 'done') throw new Error('a run was paused');
      expect(
        told.filter(({ kind }) => kind === 'resumed'),
        place,
      ).toMatchObject([{ reason: { code: 'device-lost' } }]);
      expect(resumed.run.history.steps, place).toEqual(straight.run.history.steps);
      expect(told.filter(({ kind }) => kind === 'step')).toHaveLength(12);
    }
    const before = devices.length;
    await expect(startRun(engine, request, losing(['step 2.1', 'step 2.2']), events)).rejects.toMatchObject({
      code: 'device-lost',
    });
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(2);
    const continued = await engine.continueRun(createPixels(request).pixels, (event) => events.push(event), neverStop());
    expect(devices).toHaveLength(before + 2);
    if (continued.status !== 'done' || straight.status !== 'done') throw new Error('a run was paused');
    expect(continued.run.history.steps).toEqual(straight.run.history.steps);
    expect(events.filter(({ kind }) => kind === 'step')).toHaveLength(12);
    await engine.dispose();
    expect(await engine.memory()).toMatchObject({ tensors: 0, bytes: 0 });
  }, 300_000);
});
