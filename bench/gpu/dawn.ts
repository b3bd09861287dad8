import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';
import { PlainFailure } from '../../scripts/install.mjs';
import type { DeviceEnvironment } from '../../src/engine/device';
import { readShippedWeights } from '../../src/engine/testing/node-environment';
import { createBenchPixels } from '../features/pictures';
import type { GpuAnswer, GpuPeerName } from './protocol';

interface DawnPackage {
  readonly globals: object;
  create(options: readonly string[]): GPU;
}

function isDawn(loaded: unknown): loaded is DawnPackage {
  return typeof loaded === 'object' && loaded !== null && 'create' in loaded && 'globals' in loaded;
}

/**
 * The same engine outside a browser, on any Vulkan driver, through the npm package `webgpu` (Dawn) in a folder that the person names:
 * with 90 MB of it for every platform it is no dependency of the project.
 */
export async function askDawn(folder: string, peer: GpuPeerName, batches: readonly number[], rounds: number): Promise<GpuAnswer> {
  const loaded: unknown = await import(pathToFileURL(join(resolve(folder), 'index.js')).href);
  if (!isDawn(loaded)) throw new PlainFailure(`${folder} is not the npm package webgpu.`, 2);
  Object.assign(globalThis, loaded.globals);
  const gpu = loaded.create([]);
  // tfjs looks at these, though the device is ours.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  const environment: DeviceEnvironment = {
    gpu,
    hasWasmSimd: () => false,
    startWasm: () => Promise.reject(new Error('only WebGPU is asked for')),
  };
  const { askHeadstart, askTfjs } = await import('./peers');
  const weights = readShippedWeights();
  const pictures = Array.from({ length: Math.max(2, ...batches) }, (_, index) => createBenchPixels(index));
  const read = (index: number) => pictures[index] ?? new Uint8Array();
  if (peer === 'headstart') return askHeadstart(weights, environment, { batches, rounds }, read);
  if (peer === 'tfjs-webgpu') return askTfjs(weights, environment, read);
  throw new PlainFailure(`${peer} runs in a browser only.`, 2);
}
