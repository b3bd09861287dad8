import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';
import { hasWasmSimd, startWasmBackend } from '../wasm-backend';
import type { DeviceEnvironment } from '../device';
import type { BackboneWeights } from '../weights/conv-weights';
import { parseIndex, parseInputScaling } from '../weights/weights-index';

/** For tests in Node: no GPU, and tfjs finds its WASM file by itself. */
export const nodeEnvironment: DeviceEnvironment = { gpu: null, hasWasmSimd, startWasm: startWasmBackend };

export const modelFolder = new URL('../../../public/models/vgg16/', import.meta.url);

/** The weights that the app ships, from disk. */
export function readShippedWeights(): BackboneWeights {
  const read = (name: string) => new Uint8Array(readFileSync(new URL(name, modelFolder)));
  const index = parseIndex(read('model.safetensors.index.json'));
  return {
    index,
    scaling: parseInputScaling(read('config.json')),
    shards: new Map(index.shards.map(({ name }) => [name, read(name)])),
  };
}
