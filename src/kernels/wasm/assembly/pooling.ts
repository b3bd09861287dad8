import { max, splat } from './simd';

/** Where nothing of the four is above zero: ReLU lets no gradient pass. */
const none: i32 = 4;

/** Which of the four is the first that is largest, as 32-bit numbers. */
@inline function pick(a: v128, b: v128, c: v128, d: v128): v128 {
  let best = a, at = i32x4.splat(0), more = f32x4.gt(b, best);
  at = v128.bitselect(i32x4.splat(1), at, more);
  best = max(best, b);
  more = f32x4.gt(c, best);
  at = v128.bitselect(i32x4.splat(2), at, more);
  best = max(best, c);
  more = f32x4.gt(d, best);
  at = v128.bitselect(i32x4.splat(3), at, more);
  return v128.bitselect(at, i32x4.splat(none), f32x4.gt(max(best, d), splat(0)));
}

@inline function most(f: usize, right: usize, below: usize, to: usize): v128 {
  const a = v128.load(f), b = v128.load(f + right), c = v128.load(f + below), d = v128.load(f + below + right);
  v128.store(to, max(max(a, b), max(c, d)));
  return pick(a, b, c, d);
}

/**
 * 2 x 2 maxima, rows [first, end) counted over pictures, and which of the four each came from (row-major, the first of equals as in PyTorch).
 * `input`: [pictures][height][width][channels] after ReLU, channels a multiple of 16. `output`: halved, rounded down. `picks`: a byte a value.
 */
export function poolMax(input: usize, output: usize, picks: usize, height: i32, width: i32, channels: i32, first: i32, end: i32): void {
  const outHeight = height >> 1, outWidth = width >> 1, pixel = <usize>channels << 2, below = <usize>width * pixel;
  for (let r = first; r < end; r++) {
    const picture = r / outHeight, y = (r - picture * outHeight) << 1;
    let from = input + <usize>(picture * height + y) * below;
    let to = output + <usize>(r * outWidth) * pixel, pickTo = picks + <usize>(r * outWidth * channels);
    for (let x: i32 = 0; x < outWidth; x++) {
      for (let c: usize = 0; c < pixel; c += 64) {
        const f = from + c, t = to + c;
        const p0 = most(f, pixel, below, t), p1 = most(f + 16, pixel, below, t + 16);
        const p2 = most(f + 32, pixel, below, t + 32), p3 = most(f + 48, pixel, below, t + 48);
        v128.store(pickTo, i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(p0, p1), i16x8.narrow_i32x4_s(p2, p3)));
        pickTo += 16;
      }
      from += pixel << 1;
      to += pixel;
    }
  }
}

@inline function spread(to: usize, g: usize, same: v128): void {
  const low = i16x8.extend_low_i8x16_s(same), high = i16x8.extend_high_i8x16_s(same);
  v128.store(to, v128.and(v128.load(g), i32x4.extend_low_i16x8_s(low)));
  v128.store(to, v128.and(v128.load(g, 16), i32x4.extend_high_i16x8_s(low)), 16);
  v128.store(to, v128.and(v128.load(g, 32), i32x4.extend_low_i16x8_s(high)), 32);
  v128.store(to, v128.and(v128.load(g, 48), i32x4.extend_high_i16x8_s(high)), 48);
}

/** The gradient before pooling and ReLU, `output` [pictures][height][width][channels], of rows [first, end) of the gradient after them, `input`. */
export function unpoolMax(input: usize, output: usize, picks: usize, height: i32, width: i32, channels: i32, first: i32, end: i32): void {
  const outHeight = height >> 1, outWidth = width >> 1, pixel = <usize>channels << 2, below = <usize>width * pixel;
  for (let r = first; r < end; r++) {
    const picture = r / outHeight, y = (r - picture * outHeight) << 1;
    let from = input + <usize>(r * outWidth) * pixel, pickFrom = picks + <usize>(r * outWidth * channels);
    let to = output + <usize>(picture * height + y) * below;
    for (let x: i32 = 0; x < outWidth; x++) {
      for (let c: usize = 0; c < pixel; c += 64) {
        const at = v128.load(pickFrom), g = from + c, t = to + c;
        spread(t, g, i8x16.eq(at, i8x16.splat(0)));
        spread(t + pixel, g, i8x16.eq(at, i8x16.splat(1)));
        spread(t + below, g, i8x16.eq(at, i8x16.splat(2)));
        spread(t + below + pixel, g, i8x16.eq(at, i8x16.splat(3)));
        pickFrom += 16;
      }
      from += pixel;
      to += pixel << 1;
    }
    // What pooling left out has no gradient.
    if (width & 1) {
      memory.fill(to, 0, pixel);
      memory.fill(to + below, 0, pixel);
    }
    if (y + 3 == height) memory.fill(output + <usize>(picture * height + y + 2) * below, 0, below);
  }
}
