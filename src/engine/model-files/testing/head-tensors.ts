import { featureCount } from '../../../domain/vgg16';
import { memorySource, type ByteSource } from '../byte-source';

/** A head of so many classes with values that are all different: the smallest model there is. */
export function headValues(classes: number): { readonly weight: Float32Array; readonly bias: Float32Array } {
  return {
    weight: Float32Array.from({ length: classes * featureCount }, (_, at) => (at % 8191) / 4096 - 1),
    bias: Float32Array.from({ length: classes }, (_, at) => at + 0.5),
  };
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Counts the bytes that are read of it. */
export function countedSource(bytes: Uint8Array, name: string): ByteSource & { readonly bytesRead: () => number } {
  const source = memorySource(bytes, name);
  let bytesRead = 0;
  return {
    ...source,
    read: (begin, end) => {
      bytesRead += end - begin;
      return source.read(begin, end);
    },
    bytesRead: () => bytesRead,
  };
}
