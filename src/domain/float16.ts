function widen(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** The value of each of the 65,536 IEEE 754 binary16 patterns; every one is a float32 exactly. */
function values(): Float32Array {
  table ??= Float32Array.from({ length: 0x1_0000 }, (_, bits) => widen(bits));
  return table;
}

/** float16 bit patterns as float32, exactly. */
export function widenFloat16(bits: Uint16Array): Float32Array {
  const lookup = values();
  const out = new Float32Array(bits.length);
  // Every index is below 65,536; `?? 0` only satisfies the compiler.
  for (let i = 0; i < bits.length; i++) out[i] = lookup[bits[i] ?? 0] ?? 0;
  return out;
}

/**
 * Rounds float32 bit patterns to float16 bit patterns: to nearest, ties to even; subnormals are kept as float16 has them.
 * What is beyond 65,504 becomes infinite, and a NaN stays one: see `isFloat16Finite`.
 */
export function narrowFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const fraction = bits & 0x7f_ffff;
  if (exponent >= 31) return sign | 0x7c00 | (exponent === 143 && fraction !== 0 ? 0x200 : 0);
  if (exponent > 0) return sign | roundShift((exponent << 23) | fraction, 13);
  // Below 2^-25 everything rounds to zero.
  return exponent < -10 ? sign : sign | roundShift(fraction | 0x80_0000, 14 - exponent);
}

/** `value / 2^shift` to nearest, ties to even. A carry out of the fraction raises the exponent, as it must. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & (2 ** shift - 1);
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** Whether a float16 bit pattern is a number. */
export function isFloat16Finite(half: number): boolean {
  return (half & 0x7c00) !== 0x7c00;
}
