import type { ConvStep } from './network';

/**
 * The trainer keeps filters as its kernels read them, so that each step costs no rearranging: `[outChannels / 8][inChannels][9][8]`, and for the
 * first layer `[outChannels / 8][9][3][8]`. Outside they are PyTorch's OIHW.
 */
function rearrange({ inChannels, outChannels }: ConvStep, from: Float32Array, inward: boolean): Float32Array<ArrayBuffer> {
  const to = new Float32Array(outChannels * inChannels * 9);
  if (from.length !== to.length) throw new RangeError(`expected ${to.length} weights, not ${from.length}`);
  const isFirst = inChannels === 3;
  const [channelStep, tapStep] = isFirst ? [8, 24] : [72, 8];
  let at = 0;
  for (let o = 0; o < outChannels; o++) {
    const panel = (o >> 3) * inChannels * 72 + (o & 7);
    for (let c = 0; c < inChannels; c++) {
      let place = panel + c * channelStep;
      for (let tap = 0; tap < 9; tap++) {
        if (inward) to[place] = from[at] ?? NaN;
        else to[at] = from[place] ?? NaN;
        at++;
        place += tapStep;
      }
    }
  }
  return to;
}

/** OIHW -> the trainer's layout. */
export function toMasters(step: ConvStep, oihw: Float32Array): Float32Array<ArrayBuffer> {
  return rearrange(step, oihw, true);
}

/** The trainer's layout -> OIHW. */
export function fromMasters(step: ConvStep, masters: Float32Array): Float32Array<ArrayBuffer> {
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
