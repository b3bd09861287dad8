import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ModelWeights } from './training/model';

/**
 * SHA-256, 64 hexadecimal digits, of all that a run trained: the head's weight and bias, then each trained tensor in the order of names, its
 * name before it; values as float32, little-endian as on every machine that runs a browser. Two runs with the same hash predict the same.
 */
export function hashWeights({ head, tensors }: ModelWeights): string {
  const sum = sha256.create();
  const add = ({ buffer, byteOffset, byteLength }: Float32Array) => sum.update(new Uint8Array(buffer, byteOffset, byteLength));
  add(head.weight);
  add(head.bias);
  for (const { name, values } of [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    sum.update(utf8ToBytes(name));
    add(values);
  }
  return bytesToHex(sum.digest());
}
