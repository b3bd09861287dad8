import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../domain/history';
import { featureCount } from '../domain/vgg16';
import { decodeHead, encodeHead } from './head-file';
import { parseSafetensors } from './weights/safetensors';

const run = { id: 'one', classNames: ['cat', 'dog'] } as unknown as RunRecord;
const head = {
  run,
  weight: Float32Array.from({ length: 2 * featureCount }, (_, at) => Math.sin(at)),
  bias: Float32Array.of(0.25, -1),
  tensors: [
    { name: 'features.0.weight', values: Float32Array.from({ length: 64 * 27 }, (_, at) => at / 7) },
    { name: 'features.0.bias', values: new Float32Array(64).fill(-0.5) },
  ],
};

describe('a head as a file', () => {
  it('comes back as it was, under PyTorch’s names and shapes', () => {
    const bytes = encodeHead(head);
    expect(decodeHead(bytes, run)).toEqual(head);
    const shapes = [...parseSafetensors(bytes, 'head')].map(([name, { shape }]) => [name, shape]);
    expect(shapes).toEqual([
      ['classifier.weight', [2, featureCount]],
      ['classifier.bias', [2]],
      ['features.0.weight', [64, 3, 3, 3]],
      ['features.0.bias', [64]],
    ]);
  });

  it('is refused for other classes, cut, and with what is no number or no tensor of VGG-16', () => {
    const bytes = encodeHead(head);
    const refused = [
      () => decodeHead(bytes, { ...run, classNames: ['a', 'b', 'c'] }),
      () => decodeHead(bytes.subarray(0, bytes.length - 4), run),
      () => decodeHead(encodeHead({ ...head, bias: Float32Array.of(Number.NaN, 0) }), run),
      () => decodeHead(encodeHead({ ...head, tensors: [{ name: 'features.1.weight', values: new Float32Array(3) }] }), run),
      () => decodeHead(encodeHead({ ...head, tensors: [{ name: 'features.0.bias', values: new Float32Array(3) }] }), run),
    ];
    for (const decode of refused) expect(decode).toThrow('The kept project could not be read.');
  });
});
