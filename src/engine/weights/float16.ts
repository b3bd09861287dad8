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
