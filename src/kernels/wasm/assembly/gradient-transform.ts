import { transformPatch } from './input-transform';
import { add, FAR, madd, NEAR, splat, sub } from './simd';

/** One column or row of A d: four values `step` bytes apart in, six `outStep` bytes apart out. */
@inline function a(from: usize, step: usize, to: usize, outStep: usize): void {
  const d0 = v128.load(from), d1 = v128.load(from + step), d2 = v128.load(from + 2 * step), d3 = v128.load(from + 3 * step);
  const near = madd(d2, splat(0.5), d0), nearSide = f32x4.mul(madd(d3, splat(0.5), d1), splat(NEAR));
  const far = madd(d2, splat(2), d0), farSide = f32x4.mul(madd(d3, splat(2), d1), splat(FAR));
  v128.store(to, d0);
  v128.store(to + outStep, add(near, nearSide));
  v128.store(to + 2 * outStep, sub(near, nearSide));
  v128.store(to + 3 * outStep, add(far, farSide));
  v128.store(to + 4 * outStep, sub(far, farSide));
  v128.store(to + 5 * outStep, d3);
}

/**
 * W = A d A^T of tiles [first, first + count) of a gradient by a convolution's result: the adjoint of the output transform.
 * `input`: [pictures][height][width][channels]. `w`: 36 planes `plane` bytes apart; in each, panels of eight channels `panel` bytes apart,
 * [tiles][8] each. `scratch`: 384 bytes, then 16 * channels floats for a tile at an edge.
 */
export function transformGradient(
  input: usize, height: i32, width: i32, channels: i32, first: i32, count: i32, w: usize, plane: usize, panel: usize, scratch: usize,
): void {
  const across = (width + 3) >> 2, perPicture = across * ((height + 3) >> 2);
  const pixel = <usize>channels << 2, rowStep = <usize>width * pixel, patch = scratch + 384;
  for (let i: i32 = 0; i < count; i++) {
    const t = first + i, picture = t / perPicture, r = t - picture * perPicture, ty = r / across;
    const y = ty << 2, x = (r - ty * across) << 2;
    let from = input + <usize>(picture * height + y) * rowStep + <usize>x * pixel, step = rowStep;
    if (y + 4 > height || x + 4 > width) {
      memory.fill(patch, 0, 16 * pixel);
      const columns = min(4, width - x);
      for (let j: i32 = 0, rows = min(4, height - y); j < rows; j++) {
        memory.copy(patch + <usize>j * 4 * pixel, from + <usize>j * rowStep, <usize>columns * pixel);
      }
      from = patch;
      step = 4 * pixel;
    }
    let to = w + (<usize>i << 5);
    for (let c: usize = 0; c < pixel; c += 16) {
      const f = from + c;
      a(f, step, scratch, 64);
      a(f + pixel, step, scratch + 16, 64);
      a(f + 2 * pixel, step, scratch + 32, 64);
      a(f + 3 * pixel, step, scratch + 48, 64);
      let o = to + (c & 16);
      for (let k: usize = 0; k < 384; k += 64) {
        a(scratch + k, 16, o, plane);
        o += 6 * plane;
      }
      if (c & 16) to += panel;
    }
  }
}

/** `transformInput` with rows `row` bytes apart, so that a walk down the tiles does not stay in a few L1 sets. */
export function transformInputRows(
  input: usize, height: i32, width: i32, channels: i32, first: i32, count: i32, v: usize, plane: usize, row: usize, scratch: usize,
): void {
  const across = (width + 3) >> 2, perPicture = across * ((height + 3) >> 2);
  const pixel = <usize>channels << 2, rowStep = <usize>width * pixel, patch = scratch + 576;
  for (let i: i32 = 0; i < count; i++) {
    const t = first + i, picture = t / perPicture, r = t - picture * perPicture, ty = r / across;
    const y = (ty << 2) - 1, x = ((r - ty * across) << 2) - 1;
    const corner = input + <usize>picture * <usize>height * rowStep + (<usize>y * rowStep + <usize>x * pixel);
    const to = v + <usize>i * row;
    if (y >= 0 && x >= 0 && y + 6 <= height && x + 6 <= width) {
      transformPatch(corner, rowStep, pixel, to, plane, scratch);
      continue;
    }
    memory.fill(patch, 0, 36 * pixel);
    const x0 = x < 0 ? 1 : 0, x1 = min(6, width - x);
    for (let j = y < 0 ? 1 : 0, end = min(6, height - y); j < end; j++) {
      memory.copy(patch + <usize>(j * 6 + x0) * pixel, corner + <usize>j * rowStep + <usize>x0 * pixel, <usize>(x1 - x0) * pixel);
    }
    transformPatch(patch, 6 * pixel, pixel, to, plane, scratch);
  }
}

@inline function times(x: v128, k: f32): v128 {
  return f32x4.mul(x, splat(k));
}

/** One column or row of G^T m: six values `step` bytes apart in, three `outStep` bytes apart out. */
@inline function gt(m: usize, step: usize, to: usize, outStep: usize): void {
  const m1 = v128.load(m + step), m2 = v128.load(m + 2 * step), m3 = v128.load(m + 3 * step), m4 = v128.load(m + 4 * step);
  const near = add(m1, m2), nearSide = sub(m1, m2), far = add(m3, m4), farSide = sub(m3, m4);
  v128.store(to, madd(far, splat(1.0 / 6.0), madd(near, splat(-2.0 / 3.0), v128.load(m))));
  v128.store(to + outStep, madd(farSide, splat(<f32>(1.0 / 6.0) * FAR), times(nearSide, <f32>(-2.0 / 3.0) * NEAR)));
  v128.store(to + 2 * outStep, madd(sub(far, near), splat(1.0 / 3.0), v128.load(m + 5 * step)));
}

/**
 * Gradient by filters, G^T m G, of rows [first, end) of [outChannels / 8][inChannels]: the adjoint of the filter transform.
 * `m`: 36 planes `plane` bytes apart of [outChannels / 8][inChannels][8]. `to`: [outChannels / 8][inChannels][9][8]; `sum` adds to what is there.
 * `scratch`: 432 bytes.
 */
export function filterGradient(m: usize, plane: usize, to: usize, first: i32, end: i32, sum: i32, scratch: usize): void {
  const taps = scratch + 288;
  for (let r = first; r < end; r++) {
    for (let half: usize = 0; half < 32; half += 16) {
      const from = m + (<usize>r << 5) + half;
      for (let k: usize = 0; k < 6; k++) gt(from + k * plane, 6 * plane, scratch + k * 16, 96);
      for (let k: usize = 0; k < 3; k++) gt(scratch + k * 96, 16, taps + k * 48, 16);
      const o = to + <usize>r * 288 + half;
      for (let k: usize = 0; k < 9; k++) {
        const value = v128.load(taps + k * 16);
        v128.store(o + k * 32, sum ? add(v128.load(o + k * 32), value) : value);
      }
    }
  }
}
