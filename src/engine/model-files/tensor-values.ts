import { widenBfloat16 } from '../../domain/bfloat16';
import { widenFloat16 } from '../../domain/float16';

/** The types of values that are read; all are float32 exactly once they are here. */
export const readableTypes = { float32: 4, float16: 2, bfloat16: 2 } as const;
export type ReadableType = keyof typeof readableTypes;

export function isReadable(type: string): type is ReadableType {
  return Object.hasOwn(readableTypes, type);
}

/** A tensor that a model file names: nothing of its values is read yet. */
export interface FoundTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** As people call it: `float32`, `float64`, `int64`. */
  readonly type: string;
  /** Bytes that are read for it. */
  readonly bytes: number;
  /** Its values, row-major, widened exactly. Only where the type is readable. Rejects with `model-file-truncated` and its like. */
  read(): Promise<Float32Array>;
}

export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Little-endian values as float32, exactly; a copy. */
export function toFloat32(bytes: Uint8Array, type: ReadableType): Float32Array {
  // A typed array must begin at a multiple of its value's size; a copy does.
  const { buffer } = bytes.slice();
  if (type === 'float32') return new Float32Array(buffer);
  const bits = new Uint16Array(buffer);
  return type === 'float16' ? widenFloat16(bits) : widenBfloat16(bits);
}

/** Whether each value is a number: float64 has room for the sum of any float32 values, so it is finite only where all are. */
export function isFinite(values: Float32Array): boolean {
  return Number.isFinite(values.reduce((sum, value) => sum + value, 0));
}
