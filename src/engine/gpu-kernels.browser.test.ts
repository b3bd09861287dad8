import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceProgress } from '../domain/events';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { createBrowserTables } from '../storage/browser-tables';
import { createKernelPlanStore } from '../storage/kernel-plans';
import { createBrowserPaths } from './compute-paths';
import { createCompute, type Compute } from './device';
import { createBrowserEnvironment } from './device-environment';
import { Engine } from './engine';
import { GpuKernels, type KernelPlans } from './gpu-kernels';
import { runSelfTest } from './self-test/self-test';
import type { BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

const never = new AbortController().signal;
const spawnKernel = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });
const selfTestParts = { picture: () => toRgb(createDrawing('cat', 0, 224)), now: () => performance.now() };
const noPlans: KernelPlans = {
  loadKernelPlan: () => Promise.reject(new Error('refused')),
  saveKernelPlan: () => Promise.reject(new Error('refused')),
};

let weights: BackboneWeights;
let compute: Compute | null = null;

beforeAll(async () => {
  ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, never));
});
afterEach(() => {
  compute?.dispose();
  compute = null;
});

describe('our kernels on the graphics card, in the engine', () => {
  it('measures once an adapter, remembers, compiles before the weights are there, passes the self-test and gives its memory back', async () => {
    const tables = createBrowserTables('headstart-test-plans');
    await tables.removeAll();
    const store = createKernelPlanStore(tables);
    compute = await createCompute('webgpu', createBrowserEnvironment());
    const empty = compute.memory();
    const stages = async (kernels: GpuKernels, on: Compute) => {
      const told: DeviceProgress[] = [];
      const backbone = await kernels.open(on, weights, (progress) => told.push(progress));
      return { backbone, told };
    };
    const first = new GpuKernels(store);
    first.prepare(compute);
    const { backbone, told } = await stages(first, compute);
    expect(told.at(-1)).toEqual({ stage: 'weights', done: 1, total: 1 });
    expect(backbone.gpuBytes()).toBeGreaterThan(58_000_000);
    expect(backbone.memoryBytes).toBeGreaterThan(backbone.gpuBytes() / 2);
    const report = await runSelfTest({ name: 'The graphics card', featureTolerance: 1e-3 }, backbone, compute, selfTestParts);
    console.info(
      `features off by ${report.featureError.toExponential(1)} of rms, ${report.secondsPerPicture.toFixed(2)} s a picture`,
    );
    expect(report.featureError).toBeLessThan(3e-4);
    const taken = backbone.gpuBytes();
    const pictures = [0, 1, 2].map((index) => toRgb(createDrawing('dog', index, 224)));
    const together = await backbone.extractBatch(pictures);
    expect(together).toHaveLength(3);
    expect(backbone.gpuBytes()).toBe(taken);
    backbone.dispose();
    expect(backbone.gpuBytes()).toBe(0);
    expect(compute.memory()).toEqual(empty);

    // The next visit: nothing is measured, and the digits are the same.
    const second = await stages(new GpuKernels(store), compute);
    expect(second.told.map(({ stage }) => stage)).not.toContain('measuring');
    expect(second.backbone.computePlan).toBe(backbone.computePlan);
    expect(await second.backbone.extractFeatures(pictures[1] ?? new Uint8Array())).toEqual(together[1]);
    second.backbone.dispose();
    await tables.removeAll();
    await tables.close();
  }, 240_000);

  it('a measurement that is skipped takes the default, where storage is refused too', async () => {
    compute = await createCompute('webgpu', createBrowserEnvironment());
    const kernels = new GpuKernels(noPlans);
    const told: string[] = [];
    const backbone = await kernels.open(compute, weights, ({ stage, done }) => {
      told.push(stage);
      if (stage === 'measuring' && done === 0) kernels.skipMeasuring();
    });
    expect(told[0]).toBe('measuring');
    expect(backbone.computePlan).toBe('headstart-webgpu winograd4 float32 directx1 quad8x12');
    backbone.dispose();
  }, 120_000);

  it('a graphics card that computes wrongly is left for the processor, with the reason, and its memory is given back', async () => {
    const engine = new Engine({
      device: createBrowserEnvironment(),
      paths: createBrowserPaths({ spawnKernel, plans: noPlans }),
      trainingTest: () => Promise.resolve(),
      // A driver that gets one product wrong: what it says of the drawing is off.
      selfTest: (path, backbone, on) =>
        runSelfTest(
          path,
          on.device === null
            ? backbone
            : {
                ...backbone,
                extractBatch: async (pixels, signal) =>
                  (await backbone.extractBatch(pixels, signal)).map((values) => values.map((value) => value * 1.01)),
              },
          on,
          selfTestParts,
        ),
    });
    expect(await engine.configureDevice('webgpu')).toMatchObject({ device: 'webgpu', selfTest: null });
    await engine.loadWeights('/models/vgg16/', () => undefined, never);
    const stages: string[] = [];
    const status = await engine.proveDevice(({ stage }) => stages.push(stage), never);
    expect(status).toMatchObject({ device: 'cpu', reason: { code: 'self-test-failed' } });
    expect(status.reason?.message).toMatch(/^The graphics card computes wrong numbers/);
    expect(status.selfTest?.featureError).toBeLessThan(3e-4);
    expect(stages.filter((stage) => stage === 'self-test').length).toBeGreaterThanOrEqual(2);
    await engine.dispose();
    expect(await engine.memory()).toMatchObject({ tensors: 0, bytes: 0 });
  }, 240_000);

  it('a card that is lost while it is made ready is left for the processor too', async () => {
    const devices: GPUDevice[] = [];
    const environment = createBrowserEnvironment();
    const engine = new Engine({
      device: {
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
      },
      paths: createBrowserPaths({ spawnKernel, plans: noPlans }),
      trainingTest: () => Promise.resolve(),
      selfTest: (path, backbone, on) => {
        if (on.device !== null) devices.at(-1)?.destroy();
        return runSelfTest(path, backbone, on, selfTestParts);
      },
    });
    await engine.configureDevice('webgpu');
    await engine.loadWeights('/models/vgg16/', () => undefined, never);
    expect(await engine.proveDevice(() => undefined, never)).toMatchObject({
      device: 'cpu',
      reason: { code: 'compute-path-failed', message: expect.stringContaining('lost') as string },
    });
    await engine.dispose();
  }, 240_000);
});
