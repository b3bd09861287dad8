import { describe, expect, it } from 'vitest';
import { parseSafetensors, readFloat32 } from './safetensors';

function createFile(header: unknown, values: Uint8Array, claimedLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + values.length);
  new DataView(file.buffer).setBigUint64(0, claimedLength ?? BigInt(text.length), true);
  file.set(text, 8);
  file.set(values, 8 + text.length);
  return file;
}

const refusal = { code: 'weights-tensor-invalid' };

describe('parseSafetensors', () => {
  it('reads float16 and float32 tensors, also where they begin at an odd address', () => {
    const values = new Uint8Array(11);
    new DataView(values.buffer).setFloat32(1, -1.5, true);
    new DataView(values.buffer).setUint16(5, 0x3c00, true);
    new DataView(values.buffer).setUint16(7, 0xc000, true);
    const file = createFile(
      {
        __metadata__: { format: 'pt' },
        'a.bias': { dtype: 'F32', shape: [1], data_offsets: [1, 5] },
        'a.weight': { dtype: 'F16', shape: [2, 1], data_offsets: [5, 9] },
      },
      values,
    );
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    for (const bytes of [file, shifted.subarray(1)]) {
      const tensors = parseSafetensors(bytes, 'x');
      expect([...tensors.keys()]).toEqual(['a.bias', 'a.weight']);
      expect([...tensors.values()].map((tensor) => [...readFloat32(tensor)])).toEqual([[-1.5], [1, -2]]);
    }
  });

  it.each([
    ['a file shorter than its length field', new Uint8Array(7)],
    ['a header longer than the file', createFile({}, new Uint8Array(0), 3n)],
    ['a header length of 2^64 - 1', createFile({}, new Uint8Array(0), 0xffff_ffff_ffff_ffffn)],
    ['a header that is not JSON', createFile('{"a":', new Uint8Array(4))],
    ['a header that is not UTF-8', createFile('{}', new Uint8Array([0xff]), 3n)],
    ['a header that is a list', createFile('[]', new Uint8Array(4))],
    ['values that end after the file', createFile({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }, new Uint8Array(4))],
    ['a shape that is not the bytes', createFile({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, new Uint8Array(8))],
    [
      'a shape whose product overflows',
      createFile({ a: { dtype: 'F32', shape: [2 ** 52, 2 ** 52], data_offsets: [0, 4] } }, new Uint8Array(8)),
    ],
    ['a side below one', createFile({ a: { dtype: 'F32', shape: [-1, -1], data_offsets: [0, 4] } }, new Uint8Array(8))],
    ['offsets the wrong way round', createFile({ a: { dtype: 'F32', shape: [1], data_offsets: [4, 0] } }, new Uint8Array(8))],
    ['a type that is not known', createFile({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8))],
  ])('refuses %s and names the file', (_, bytes) => {
    expect(() => parseSafetensors(bytes, 'shard-3')).toThrow(
      expect.objectContaining({ ...refusal, message: expect.stringContaining('shard-3') as string }),
    );
  });
});
