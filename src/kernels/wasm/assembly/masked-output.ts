import { transformInput } from './input-transform';
import { multiplyPlaces } from './convolve';
import { at, transformOutput } from './output-transform';
import { splat } from './simd';

/** The last half of A^T m A, four values; each passes only where ReLU let `to`'s present value pass. */
function rowMasked(from: usize, tile: usize, to: usize, step: usize, columns: i32): void {
  at(from, 16, tile, 16);
  for (let k: i32 = 0; k < columns; k++) {
    v128.store(to, v128.and(v128.load(tile), f32x4.gt(v128.load(to), splat(0))));
    tile += 16;
    to += step;
  }
}

/**
 * Gradient by input from 36 planes of products, through the ReLU before it: `output` holds the convolution's input (after that ReLU) and is
 * overwritten by its gradient. Otherwise as `transformOutput`. `scratch`: 448 bytes.
 */
export function transformMasked(
  m: usize, plane: usize, mStride: usize, output: usize, height: i32, width: i32, allChannels: i32,
  fromChannel: i32, outChannels: i32, first: i32, count: i32, scratch: usize,
): void {
  const across = (width + 3) >> 2, perPicture = across * ((height + 3) >> 2);
  const pixel = <usize>allChannels << 2, rowStep = <usize>width * pixel, channels = <usize>outChannels << 2, tile = scratch + 384;
  for (let i: i32 = 0; i < count; i++) {
    const t = first + i, picture = t / perPicture, r = t - picture * perPicture, ty = r / across;
    const y = ty << 2, x = (r - ty * across) << 2, rows = min(4, height - y), columns = min(4, width - x);
    const corner = output + (<usize>(picture * height + y) * rowStep + <usize>x * pixel) + (<usize>fromChannel << 2);
    const from = m + <usize>i * mStride;
    for (let c: usize = 0; c < channels; c += 16) {
      const f = from + c;
      at(f, 6 * plane, scratch, 96);
      at(f + plane, 6 * plane, scratch + 16, 96);
      at(f + 2 * plane, 6 * plane, scratch + 32, 96);
      at(f + 3 * plane, 6 * plane, scratch + 48, 96);
      at(f + 4 * plane, 6 * plane, scratch + 64, 96);
      at(f + 5 * plane, 6 * plane, scratch + 80, 96);
      for (let j: i32 = 0; j < rows; j++) rowMasked(scratch + <usize>j * 96, tile, corner + c + <usize>j * rowStep, pixel, columns);
    }
  }
}

/**
 * `convolve` without pooling, with planes of U `uPlane` bytes apart. Without a bias (0) it is the gradient by input: `output` then holds the
 * input of the layer and is overwritten, see `transformMasked`.
 */
export function convolveTraining(
  input: usize, output: usize, u: usize, uPlane: usize, bias: usize, height: i32, width: i32, inChannels: i32, outChannels: i32,
  first: i32, count: i32, block: i32, v: usize, vPlane: usize, m: usize, mPlane: usize, scratch: usize,
): void {
  transformInput(input, height, width, inChannels, first, count, v, vPlane, scratch);
  const panel = <usize>inChannels << 5;
  for (let from: i32 = 0; from < outChannels; from += block) {
    const channels = min(block, outChannels - from), mStride = <usize>channels << 2;
    multiplyPlaces(v, vPlane, u + <usize>(from >> 3) * panel, uPlane, m, mPlane, inChannels, count, mStride, channels >> 3, 36);
    if (bias) transformOutput(m, mPlane, mStride, bias, output, height, width, outChannels, from, channels, 0, first, count, scratch);
    else transformMasked(m, mPlane, mStride, output, height, width, outChannels, from, channels, first, count, scratch);
  }
}
