import type { ExportedScaling } from '../../domain/model-export';
import { sha256Hex } from '../../domain/sha256';
import { vgg16Shapes } from './vgg16-check';

const encoder = new TextEncoder();
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

/**
 * What convolutions are called wherever they were read from: SHA-256, 64 hexadecimal digits, over the line `scaling D` and the lines
 * `NAME D` of the 26 tensors in VGG-16's order, each D the SHA-256 of float32 values, little-endian; the scaling's are mean, then std.
 * The scaling belongs to it: the same numbers on pictures that are scaled otherwise give other features.
 */
export async function backboneId({ mean, std }: ExportedScaling, conv: ReadonlyMap<string, Float32Array>): Promise<string> {
  const lines = [`scaling ${await sha256Hex(bytesOf(Float32Array.from([...mean, ...std])))}\n`];
  for (const name of vgg16Shapes.keys()) {
    const values = conv.get(name);
    if (values === undefined) throw new RangeError(`${name} is absent`);
    lines.push(`${name} ${await sha256Hex(bytesOf(values))}\n`);
  }
  return sha256Hex(encoder.encode(lines.join('')));
}
