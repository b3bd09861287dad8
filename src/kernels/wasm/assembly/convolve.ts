import { transformInput } from './input-transform';
import { multiply } from './multiply';
import { transformOutput } from './output-transform';

/** How many blocks of five and of six rows cover `rows` with the fewest rows to spare: fives in the low half, sixes in the high half. */
export function blocksOf(rows: i32): i32 {
  let sixes = (rows + 5) / 6, fives: i32 = 0, spare = sixes * 6 - rows;
  while (spare > 0 && sixes > 0) {
    sixes--;
    fives++;
    spare--;
  }
  return (sixes << 16) | fives;
}

/** The product of V and U for one place or several: V and M in planes, `u` from the first panel on, `uPlane` bytes a place. */
export function multiplyPlaces(
  v: usize, vPlane: usize, u: usize, uPlane: usize, m: usize, mPlane: usize, depth: i32, rows: i32, mStride: usize, panels: i32, places: i32,
): void {
  const blocks = blocksOf(rows);
  for (let i: i32 = 0; i < places; i++) {
    multiply(v + <usize>i * vPlane, u + <usize>i * uPlane, m + <usize>i * mPlane, depth, blocks >> 16, blocks & 0xffff, mStride, panels);
  }
}

/**
 * A 3 x 3 convolution (padding 1) with bias, ReLU and maybe pooling of tiles [first, first + count), all three steps at once.
 * V and M are the caller's own, for `count + 5` rows: V 36 planes of `vPlane` bytes, M 36 planes of `mPlane` bytes and `block` channels.
 */
export function convolve(
  input: usize, output: usize, u: usize, bias: usize, height: i32, width: i32, inChannels: i32, outChannels: i32, pool: i32,
  first: i32, count: i32, block: i32, v: usize, vPlane: usize, m: usize, mPlane: usize, scratch: usize,
): void {
  transformInput(input, height, width, inChannels, first, count, v, vPlane, scratch);
  const panel = <usize>inChannels << 5, uPlane = <usize>(outChannels >> 3) * panel;
  for (let from: i32 = 0; from < outChannels; from += block) {
    const channels = min(block, outChannels - from), mStride = <usize>channels << 2;
    multiplyPlaces(v, vPlane, u + <usize>(from >> 3) * panel, uPlane, m, mPlane, inChannels, count, mStride, channels >> 3, 36);
    transformOutput(m, mPlane, mStride, bias, output, height, width, outChannels, from, channels, pool, first, count, scratch);
  }
}
