import { add, madd } from './simd';

/** Sums of pixels [first, end) in each channel, a multiple of 16: the gradient by bias of a part. `from`: [pixels][channels]. */
export function sumPixels(from: usize, to: usize, channels: i32, first: i32, end: i32): void {
  const pixel = <usize>channels << 2;
  for (let c: usize = 0; c < pixel; c += 64) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let f = from + <usize>first * pixel + c;
    for (let p = first; p < end; p++) {
      s0 = add(s0, v128.load(f)); s1 = add(s1, v128.load(f, 16)); s2 = add(s2, v128.load(f, 32)); s3 = add(s3, v128.load(f, 48));
      f += pixel;
    }
    v128.store(to + c, s0); v128.store(to + c, s1, 16); v128.store(to + c, s2, 32); v128.store(to + c, s3, 48);
  }
}

/** to (+)= the sum of `parts` arrays of `count` floats, one after the other; count a multiple of 4. */
export function sumParts(from: usize, parts: i32, to: usize, count: i32, sum: i32): void {
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    let s = sum ? v128.load(to + at) : f32x4.splat(0), f = from + at;
    for (let p: i32 = 0; p < parts; p++) {
      s = add(s, v128.load(f));
      f += bytes;
    }
    v128.store(to + at, s);
  }
}

/** Sum of squares of floats [first, end), multiples of 4, in double precision: not finite exactly where one of them is not. */
export function sumSquares(from: usize, to: usize, first: i32, end: i32): void {
  let s0 = f64x2.splat(0), s1 = s0;
  for (let f = from + (<usize>first << 2), last = from + (<usize>end << 2); f < last; f += 16) {
    const x = v128.load(f), low = f64x2.promote_low_f32x4(x), high = f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 0));
    s0 = f64x2.add(s0, f64x2.mul(low, low));
    s1 = f64x2.add(s1, f64x2.mul(high, high));
  }
  s0 = f64x2.add(s0, s1);
  f64.store(to, f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1));
}

/**
 * Gradient by the first layer's filters of rows [y0, y1) of one picture, as [outChannels / 8][27][8], taps in the order row, column, channel.
 * `pixels`, `scale`, `scratch` as in `convolveFirst`; `gradient`: [height][width][outChannels].
 */
export function firstGradient(
  pixels: usize, gradient: usize, to: usize, scale: usize, height: i32, width: i32, outChannels: i32, y0: i32, y1: i32, scratch: usize,
): void {
  const line = <usize>(width + 8) * 12, rows = y1 - y0 + 2, pixel = <usize>outChannels << 2;
  memory.fill(scratch, 0, <usize>rows * line);
  for (let j: i32 = 0; j < rows; j++) {
    const y = y0 - 1 + j;
    if (y < 0 || y >= height) continue;
    let from = pixels + <usize>(y * width) * 3, at = scratch + <usize>j * line + 12;
    for (let x: i32 = 0; x < width; x++) {
      f32.store(at, f32.load(scale + (<usize>load<u8>(from) << 2)));
      f32.store(at, f32.load(scale + (<usize>load<u8>(from, 1) << 2), 1024), 4);
      f32.store(at, f32.load(scale + (<usize>load<u8>(from, 2) << 2), 2048), 8);
      from += 3;
      at += 12;
    }
  }
  memory.fill(to, 0, 27 * pixel);
  for (let y = y0; y < y1; y++) {
    for (let c: usize = 0; c < pixel; c += 16) {
      for (let ky: usize = 0; ky < 3; ky++) {
        let o = to + (c >> 5) * 864 + ky * 288 + (c & 16);
        let s0 = v128.load(o), s1 = v128.load(o, 32), s2 = v128.load(o, 64), s3 = v128.load(o, 96), s4 = v128.load(o, 128);
        let s5 = v128.load(o, 160), s6 = v128.load(o, 192), s7 = v128.load(o, 224), s8 = v128.load(o, 256);
        let f = scratch + (<usize>(y - y0) + ky) * line, g = gradient + <usize>(y * width) * pixel + c;
        for (let x: i32 = 0; x < width; x++) {
          const d = v128.load(g);
          s0 = madd(v128.load_splat<f32>(f), d, s0); s1 = madd(v128.load_splat<f32>(f, 4), d, s1); s2 = madd(v128.load_splat<f32>(f, 8), d, s2);
          s3 = madd(v128.load_splat<f32>(f, 12), d, s3); s4 = madd(v128.load_splat<f32>(f, 16), d, s4); s5 = madd(v128.load_splat<f32>(f, 20), d, s5);
          s6 = madd(v128.load_splat<f32>(f, 24), d, s6); s7 = madd(v128.load_splat<f32>(f, 28), d, s7); s8 = madd(v128.load_splat<f32>(f, 32), d, s8);
          f += 12;
          g += pixel;
        }
        v128.store(o, s0); v128.store(o, s1, 32); v128.store(o, s2, 64); v128.store(o, s3, 96); v128.store(o, s4, 128);
        v128.store(o, s5, 160); v128.store(o, s6, 192); v128.store(o, s7, 224); v128.store(o, s8, 256);
      }
    }
  }
}
