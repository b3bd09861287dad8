import type { ConvStep } from './network';

/**
 * The trainer keeps filters as its kernels read them, so that each step costs no rearranging: `[outChannels / 8][inChannels][9][8]`, and for the
 * first layer `[outChannels / 8][9][3][8]`. Outside they are PyTorch's OIHW.
 */
function placeOf({ inChannels }: ConvStep, o: number, c: number, tap: number): number {
  const inside = inChannels === 3 ? tap * 3 + c : c * 9 + tap;
  return ((o >> 3) * inChannels * 9 + inside) * 8 + (o & 7);
}

function rearrange(step: ConvStep, from: ArrayLike<number>, inward: boolean): Float32Array<ArrayBuffer> {
  const { inChannels, outChannels } = step;
  const to = new Float32Array(outChannels * inChannels * 9);
  if (from.length !== to.length) throw new RangeError(`expected ${to.length} weights, not ${from.length}`);
  let at = 0;
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < inChannels; c++) {
      for (let tap = 0; tap < 9; tap++) {
        const place = placeOf(step, o, c, tap);
        if (inward) to[place] = from[at] ?? NaN;
        else to[at] = from[place] ?? NaN;
        at++;
      }
    }
  }
  return to;
}

/** OIHW -> the trainer's layout. */
export function toMasters(step: ConvStep, oihw: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return rearrange(step, oihw, true);
}

/** The trainer's layout -> OIHW. */
export function fromMasters(step: ConvStep, masters: ArrayLike<number>): Float32Array<ArrayBuffer> {
  return rearrange(step, masters, false);
}

/** Finite float16 as float32, exactly. `bits`: little-endian pairs of bytes at any address. */
export function widenHalf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length / 2);
  for (let at = 0; at < values.length; at++) {
    const bits = (bytes[2 * at] ?? 0) | ((bytes[2 * at + 1] ?? 0) << 8);
    const exponent = (bits >> 10) & 31;
    const size = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1 + (bits & 1023) / 1024) * 2 ** (exponent - 15);
    values[at] = bits & 0x8000 ? -size : size;
  }
  return values;
}

/** Float32 from bytes at any address. */
export function readFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(bytes.slice().buffer);
}
