import * as tf from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { HeadstartError } from '../domain/errors';
import type { ComputeStatus, DeviceChoice, MemoryReport } from '../domain/events';
import { wordsOf } from './compute-errors';

/** What the choice of a device takes from the browser, so that each refusal can be tried. */
export interface DeviceEnvironment {
  /** `navigator.gpu`; null where the browser has no WebGPU or the page may not use it. */
  readonly gpu: Pick<GPU, 'requestAdapter'> | null;
  hasWasmSimd(): boolean;
  /** Registers and starts tfjs' backend `wasm` on one thread with SIMD; rejects with any value. */
  startWasm(): Promise<void>;
}

/** What computes at the moment. It owns the tfjs backend and, on WebGPU, the device. */
export interface Compute {
  readonly status: ComputeStatus;
  /** Our own device; null on the CPU. */
  readonly device: GPUDevice | null;
  /** `device-lost` or `out-of-memory` once the device has failed; it stays. */
  failure(): HeadstartError | null;
  /** Rejects when the device fails, else settles as the promise does: a lost device may leave a read pending for ever. */
  orFailure<T>(promise: Promise<T>): Promise<T>;
  memory(): MemoryReport;
  /** Frees the backend and the device; tensors are to be disposed before. */
  dispose(): void;
}

const softwareNames = /swiftshader|llvmpipe|lavapipe|microsoft basic render/i;

/** Features that kernels of ours or tfjs make use of where they exist. */
const usefulFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];

/** The limits that tfjs' kernels are written against; each is asked for as high as the adapter goes. */
const usefulLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBuffersPerShaderStage',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

type AdapterNames = Pick<GPUAdapterInfo, 'description' | 'device' | 'vendor' | 'architecture' | 'isFallbackAdapter'>;

/** Chromium before 127 has no such field. */
function infoOf({ info }: { readonly info?: GPUAdapterInfo }): AdapterNames {
  return info ?? { description: '', device: '', vendor: '', architecture: '', isFallbackAdapter: false };
}

/** A name for people, such as `Apple M3` or `nvidia ampere`: browsers fill these fields very differently. */
export function nameAdapter(info: AdapterNames): string {
  if (info.description !== '') return info.description;
  const parts = [info.vendor, info.device === '' ? info.architecture : info.device].filter((part) => part !== '');
  return parts.length === 0 ? 'graphics card' : parts.join(' ');
}

function isSoftware(adapter: GPUAdapter): boolean {
  const info = infoOf(adapter);
  // Chromium before 136 had the flag on the adapter itself.
  const flag = info.isFallbackAdapter || ('isFallbackAdapter' in adapter && adapter.isFallbackAdapter);
  return flag || softwareNames.test([info.vendor, info.architecture, info.device, info.description].join(' '));
}

async function requestAdapter(gpu: DeviceEnvironment['gpu']): Promise<GPUAdapter | HeadstartError> {
  if (gpu === null) return new HeadstartError('webgpu-absent');
  try {
    return (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ?? new HeadstartError('webgpu-no-adapter');
  } catch (error) {
    return new HeadstartError('webgpu-no-adapter', {}, { cause: error });
  }
}

async function startWebGpu(adapter: GPUAdapter): Promise<Compute> {
  const device = await adapter.requestDevice({
    requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(usefulLimits.map((limit) => [limit, adapter.limits[limit]])),
  });
  let disposing = false;
  let failure: HeadstartError | null = null;
  let rejectFailed: (error: HeadstartError) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    rejectFailed = reject;
  });
  failed.catch(() => undefined); // nobody may be waiting when it fails
  const fail = (error: HeadstartError) => {
    failure ??= error;
    rejectFailed(failure);
  };
  void device.lost.then(({ reason, message }) => {
    if (!disposing) fail(new HeadstartError('device-lost', { detail: message === '' ? reason : message }));
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    if (error instanceof GPUOutOfMemoryError) fail(new HeadstartError('out-of-memory', {}, { cause: error }));
  });

  // Off: small tensors would be computed on the CPU or the GPU depending on what touched them before, and a continued run could differ.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  // tfjs registers a factory of its own that would request another device. Removing what is not there throws.
  if (findFactory('webgpu') !== null) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
  if (!(await tf.setBackend('webgpu'))) {
    disposing = true;
    device.destroy();
    throw new Error('tfjs could not start its WebGPU backend');
  }
  const name = nameAdapter(infoOf(adapter));
  return {
    status: {
      device: 'webgpu',
      label: `WebGPU · ${name}`,
      adapter: name,
      softwareAdapter: isSoftware(adapter),
      threads: 1,
      computePlan: 'tfjs-webgpu float32',
      reason: null,
      memoryBytes: null,
      selfTest: null,
    },
    device,
    failure: () => failure,
    orFailure: (promise) => Promise.race([promise, failed]),
    memory: () => {
      flushWebGpu();
      return { ...countTensors(), gpuBytes: gpuBytesInUse() };
    },
    dispose: () => {
      disposing = true;
      tf.removeBackend('webgpu');
      device.destroy();
    },
  };
}

/** Buffers of disposed tensors are given back only when the commands that use them are submitted. */
function flushWebGpu(): void {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) return;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}

function gpuBytesInUse(): number | null {
  const memory: object = tf.memory();
  return 'numBytesInGPU' in memory && typeof memory.numBytesInGPU === 'number' ? memory.numBytesInGPU : null;
}

function countTensors(): { tensors: number; bytes: number } {
  const { numTensors, numBytes } = tf.memory();
  return { tensors: numTensors, bytes: numBytes };
}

type BackendFactory = ReturnType<typeof tf.findBackendFactory>;

/** Null when nothing is registered under the name, which tfjs' type leaves out. */
function findFactory(name: string): BackendFactory | null {
  return tf.findBackendFactory(name);
}

let wasmFactory: BackendFactory | null = null;

/** Disposing a backend removes tfjs' own factory of it too; the second start needs it back. */
function keepWasmFactory(): void {
  const present = findFactory('wasm');
  if (present !== null) wasmFactory = present;
  else if (wasmFactory !== null) tf.registerBackend('wasm', wasmFactory, 2);
}

async function startCpu(environment: DeviceEnvironment, reason: HeadstartError | null): Promise<Compute> {
  if (!environment.hasWasmSimd()) throw new HeadstartError('wasm-simd-absent');
  try {
    keepWasmFactory();
    await environment.startWasm();
  } catch (error) {
    throw new HeadstartError('compute-unavailable', { detail: wordsOf(error) }, { cause: error });
  }
  return {
    status: {
      device: 'cpu',
      label: 'CPU', // how many threads is known once the backbone stands
      adapter: null,
      softwareAdapter: false,
      threads: 1,
      computePlan: 'tfjs-wasm-simd float32',
      reason: reason?.toRecord() ?? null,
      memoryBytes: null,
      selfTest: null,
    },
    device: null,
    failure: () => null,
    orFailure: (promise) => promise,
    memory: () => ({ ...countTensors(), gpuBytes: null }),
    dispose: () => {
      tf.removeBackend('wasm');
    },
  };
}

/**
 * Starts what the choice names. `auto` takes the GPU unless it is absent or emulated; `webgpu` takes an emulated one too;
 * where the GPU cannot be had the CPU is used and the status says why.
 * Rejects with `wasm-simd-absent` or `compute-unavailable` when the CPU path is needed and does not start.
 */
export async function createCompute(choice: DeviceChoice, environment: DeviceEnvironment): Promise<Compute> {
  if (choice === 'cpu') return startCpu(environment, null);
  const adapter = await requestAdapter(environment.gpu);
  if (adapter instanceof HeadstartError) return startCpu(environment, adapter);
  if (choice === 'auto' && isSoftware(adapter)) return startCpu(environment, new HeadstartError('webgpu-software'));
  try {
    return await startWebGpu(adapter);
  } catch (error) {
    return startCpu(environment, new HeadstartError('webgpu-device-failed', { detail: wordsOf(error) }, { cause: error }));
  }
}
