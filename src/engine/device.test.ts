import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createCompute, nameAdapter, type DeviceEnvironment } from './device';
import { nodeEnvironment } from './testing/node-environment';

const noInfo = { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false };

function createGpu(adapter: { info?: object | null; requestDevice?: () => Promise<never> } | null): DeviceEnvironment['gpu'] {
  const made =
    adapter === null
      ? null
      : {
          ...(adapter.info === null ? {} : { info: { ...noInfo, ...adapter.info } }),
          features: new Set(),
          limits: {},
          requestDevice: adapter.requestDevice,
        };
  return { requestAdapter: () => Promise.resolve(made as unknown as GPUAdapter | null) };
}

async function reasonWith(gpu: DeviceEnvironment['gpu'], choice: 'auto' | 'webgpu' | 'cpu' = 'auto') {
  const compute = await createCompute(choice, { ...nodeEnvironment, gpu });
  const { status } = compute;
  compute.dispose();
  expect(status).toMatchObject({ device: 'cpu', label: 'CPU', adapter: null, threads: 1, softwareAdapter: false });
  return status.reason;
}

describe('createCompute without a usable GPU takes the CPU and says why:', () => {
  it('no WebGPU', async () => {
    expect(await reasonWith(null)).toMatchObject({ code: 'webgpu-absent' });
  });

  it('no adapter, or a request that fails', async () => {
    expect(await reasonWith(createGpu(null))).toMatchObject({ code: 'webgpu-no-adapter' });
    expect(await reasonWith({ requestAdapter: () => Promise.reject(new Error('blocked')) })).toMatchObject({
      code: 'webgpu-no-adapter',
    });
  });

  it.each([
    [{ vendor: 'google', architecture: 'swiftshader' }],
    [{ description: 'llvmpipe (LLVM 19.1.7, 256 bits)' }],
    [{ device: 'lavapipe' }],
    [{ description: 'Microsoft Basic Render Driver' }],
    [{ vendor: 'some', isFallbackAdapter: true }],
  ])('a software adapter %o', async (info) => {
    expect(await reasonWith(createGpu({ info }))).toMatchObject({ code: 'webgpu-software' });
  });

  it('a device that is refused, with the browser’s words', async () => {
    // Null: an older browser that tells nothing of its adapter.
    for (const info of [{ vendor: 'nvidia' }, null]) {
      const gpu = createGpu({ info, requestDevice: () => Promise.reject(new Error('too many devices')) });
      for (const choice of ['auto', 'webgpu'] as const) {
        expect(await reasonWith(gpu, choice)).toMatchObject({
          code: 'webgpu-device-failed',
          message: expect.stringContaining('too many devices') as string,
        });
      }
    }
  });

  it('no reason when the person chose it', async () => {
    expect(await reasonWith(createGpu({ info: { vendor: 'nvidia' } }), 'cpu')).toBeNull();
  });
});

describe('createCompute without a CPU path', () => {
  it('rejects when there is no WASM SIMD', async () => {
    await expect(createCompute('auto', { ...nodeEnvironment, hasWasmSimd: () => false })).rejects.toMatchObject({
      code: 'wasm-simd-absent',
    });
  });

  it('rejects when the WASM file does not start, with the words it gave', async () => {
    // tfjs rejects with a plain object.
    const startWasm = () =>
      new Promise<void>((_, reject) => {
        (reject as (reason: object) => void)({ message: 'file not found' });
      });
    await expect(createCompute('cpu', { ...nodeEnvironment, startWasm })).rejects.toMatchObject({
      code: 'compute-unavailable',
      message: expect.stringContaining('file not found') as string,
    });
  });
});

describe('the CPU path', () => {
  it('starts again after it was disposed, and computes', async () => {
    for (let round = 0; round < 2; round++) {
      const compute = await createCompute('cpu', nodeEnvironment);
      expect(tf.getBackend()).toBe('wasm');
      const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
      expect(await sum.array()).toEqual([2, 3]);
      sum.dispose();
      expect(compute.memory()).toEqual({ tensors: 0, bytes: 0, gpuBytes: null });
      compute.dispose();
    }
  });
});

describe('nameAdapter', () => {
  it.each([
    [{ description: 'Apple M3', vendor: 'apple' }, 'Apple M3'],
    [{ vendor: 'nvidia', architecture: 'ampere' }, 'nvidia ampere'],
    [{ vendor: 'intel', architecture: 'xe', device: 'Arc A770' }, 'intel Arc A770'],
    [{}, 'graphics card'],
  ])('names %o', (info, name) => {
    expect(nameAdapter({ ...noInfo, ...info })).toBe(name);
  });
});
