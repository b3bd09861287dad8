import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConvTensors } from '../weights/conv-weights';
import { parseIndex, parseInputScaling } from '../weights/weights-index';
import { backboneId } from './backbone-id';

const folder = new URL('../../../public/models/vgg16/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe('backboneId', () => {
  it('is the digest of scaling and tensors as Node computes it, and another one for another value or scaling', async () => {
    const index = parseIndex(read('model.safetensors.index.json'));
    const scaling = parseInputScaling(read('config.json'));
    const tensors = readConvTensors({ index, scaling, shards: new Map(index.shards.map(({ name }) => [name, read(name)])) });
    const conv = new Map(tensors.map(({ name, values }) => [name, values]));
    const id = await backboneId(scaling, conv);
    const numbers = Float32Array.from([...scaling.mean, ...scaling.std]);
    const lines = [
      `scaling ${hash(new Uint8Array(numbers.buffer))}\n`,
      ...tensors.map(
        ({ name, values }) => `${name} ${hash(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))}\n`,
      ),
    ];
    expect(id).toBe(hash(lines.join('')));
    // Decimals that are one float32 are one scaling.
    expect(await backboneId({ ...scaling, std: [Math.fround(0.229), 0.224, 0.225] }, conv)).toBe(id);
    expect(await backboneId({ ...scaling, std: [0.23, 0.224, 0.225] }, conv)).not.toBe(id);
    expect(await backboneId(scaling, new Map(conv).set('features.0.bias', new Float32Array(64)))).not.toBe(id);
  });
});
