import { add, FAR, madd, max, NEAR, splat, sub } from './simd';

@inline function times(a: v128, k: f32): v128 {
  return f32x4.mul(a, splat(k));
}

/** A^T m: six values in, `step` bytes apart; four out, `outStep` apart. */
@inline export function at(from: usize, step: usize, to: usize, outStep: usize): void {
  const m1 = v128.load(from + step), m2 = v128.load(from + 2 * step), m3 = v128.load(from + 3 * step), m4 = v128.load(from + 4 * step);
  const p = add(m1, m2), q = times(sub(m1, m2), NEAR), r = add(m3, m4), t = times(sub(m3, m4), FAR);
  v128.store(to, add(add(v128.load(from), p), r));
  v128.store(to + outStep, add(q, t));
  v128.store(to + 2 * outStep, madd(r, splat(2), times(p, 0.5)));
  v128.store(to + 3 * outStep, madd(t, splat(2), madd(q, splat(0.5), v128.load(from + 5 * step))));
}

/** The same, added to the bias; ReLU follows. */
@inline function atBias(from: usize, bias: v128, to: usize, outStep: usize): void {
  const m1 = v128.load(from, 16), m2 = v128.load(from, 32), m3 = v128.load(from, 48), m4 = v128.load(from, 64), zero = splat(0);
  const p = add(m1, m2), q = times(sub(m1, m2), NEAR), r = add(m3, m4), t = times(sub(m3, m4), FAR), half = splat(0.5), two = splat(2);
  v128.store(to, max(add(add(add(v128.load(from), p), r), bias), zero));
  v128.store(to + outStep, max(add(add(q, t), bias), zero));
  v128.store(to + 2 * outStep, max(madd(r, two, madd(p, half, bias)), zero));
  v128.store(to + 3 * outStep, max(madd(t, two, madd(q, half, add(v128.load(from, 80), bias))), zero));
}

/** Largest of each 2 x 2 of two rows: two pooled values; bias and ReLU do not change the order, so they come after. */
@inline function poolRows(top: usize, bias: v128, to: usize, outStep: usize): void {
  const half = splat(0.5), two = splat(2), zero = splat(0);
  const m1 = v128.load(top, 16), m2 = v128.load(top, 32), m3 = v128.load(top, 48), m4 = v128.load(top, 64);
  const p = add(m1, m2), q = times(sub(m1, m2), NEAR), r = add(m3, m4), t = times(sub(m3, m4), FAR);
  const left = max(add(add(v128.load(top), p), r), add(q, t));
  const right = max(madd(r, two, times(p, 0.5)), madd(t, two, madd(q, half, v128.load(top, 80))));
  const n1 = v128.load(top, 112), n2 = v128.load(top, 128), n3 = v128.load(top, 144), n4 = v128.load(top, 160);
  const p2 = add(n1, n2), q2 = times(sub(n1, n2), NEAR), r2 = add(n3, n4), t2 = times(sub(n3, n4), FAR);
  const left2 = max(add(add(v128.load(top, 96), p2), r2), add(q2, t2));
  const right2 = max(madd(r2, two, times(p2, 0.5)), madd(t2, two, madd(q2, half, v128.load(top, 176))));
  v128.store(to, max(add(max(left, left2), bias), zero));
  v128.store(to + outStep, max(add(max(right, right2), bias), zero));
}

/**
 * Output transform, bias, ReLU and, with `pool`, 2 x 2 maximum of tiles [first, first + count).
 * `m`: 36 planes `plane` bytes apart, rows `mStride` bytes apart, `outChannels` from `fromChannel` on.
 * `output`: [pictures][height][width][allChannels], halved (rounded down) with `pool`. `scratch`: 640 bytes.
 */
export function transformOutput(
  m: usize, plane: usize, mStride: usize, bias: usize, output: usize, height: i32, width: i32, allChannels: i32,
  fromChannel: i32, outChannels: i32, pool: i32, first: i32, count: i32, scratch: usize,
): void {
  const across = (width + 3) >> 2, perPicture = across * ((height + 3) >> 2), side: i32 = pool ? 2 : 4;
  const outHeight = pool ? height >> 1 : height, outWidth = pool ? width >> 1 : width;
  const pixel = <usize>allChannels << 2, rowStep = <usize>outWidth * pixel, channels = <usize>outChannels << 2;
  const biasFrom = bias + (<usize>fromChannel << 2), tile = scratch + 384;
  for (let i: i32 = 0; i < count; i++) {
    const t = first + i, picture = t / perPicture, r = t - picture * perPicture, ty = r / across;
    const y = ty * side, x = (r - ty * across) * side;
    const rows = min(side, outHeight - y), columns = min(side, outWidth - x), whole = rows == side && columns == side;
    const corner = output + (<usize>(picture * outHeight + y) * rowStep + <usize>x * pixel) + (<usize>fromChannel << 2);
    const from = m + <usize>i * mStride;
    for (let c: usize = 0; c < channels; c += 16) {
      const f = from + c, b = v128.load(biasFrom + c);
      at(f, 6 * plane, scratch, 96);
      at(f + plane, 6 * plane, scratch + 16, 96);
      at(f + 2 * plane, 6 * plane, scratch + 32, 96);
      at(f + 3 * plane, 6 * plane, scratch + 48, 96);
      at(f + 4 * plane, 6 * plane, scratch + 64, 96);
      at(f + 5 * plane, 6 * plane, scratch + 80, 96);
      const to = whole ? corner + c : tile, toRow = whole ? rowStep : 64, toPixel = whole ? pixel : 16;
      if (pool) {
        poolRows(scratch, b, to, toPixel);
        poolRows(scratch + 192, b, to + toRow, toPixel);
      } else {
        atBias(scratch, b, to, toPixel);
        atBias(scratch + 96, b, to + toRow, toPixel);
        atBias(scratch + 192, b, to + 2 * toRow, toPixel);
        atBias(scratch + 288, b, to + 3 * toRow, toPixel);
      }
      if (whole) continue;
      for (let j: i32 = 0; j < rows; j++) {
        for (let k: i32 = 0; k < columns; k++) {
          v128.store(corner + c + <usize>j * rowStep + <usize>k * pixel, v128.load(tile + <usize>(j * 64 + k * 16)));
        }
      }
    }
  }
}
