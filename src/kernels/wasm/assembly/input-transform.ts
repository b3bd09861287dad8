import { add, FAR, madd, NEAR, splat } from './simd';

/** One column or row of B^T d: six values `step` bytes apart in, six `outStep` bytes apart out. */
@inline function bt(from: usize, step: usize, to: usize, outStep: usize): void {
  const d0 = v128.load(from), d1 = v128.load(from + step), d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step), d4 = v128.load(from + 4 * step), d5 = v128.load(from + 5 * step);
  const minus = splat(-2), half = splat(-0.5);
  const a = madd(d2, minus, d4), b = madd(d1, minus, d3), c = madd(d2, half, d4), e = madd(d1, half, d3);
  v128.store(to, add(d0, madd(d2, splat(-2.5), d4)));
  v128.store(to + outStep, madd(b, splat(NEAR), a));
  v128.store(to + 2 * outStep, madd(b, splat(-NEAR), a));
  v128.store(to + 3 * outStep, madd(e, splat(FAR), c));
  v128.store(to + 4 * outStep, madd(e, splat(-FAR), c));
  v128.store(to + 5 * outStep, add(d1, madd(d3, splat(-2.5), d5)));
}

/** B^T d B of one 6 x 6 patch: rows `rowStep` bytes apart, `pixel` = 4 * channels bytes a pixel; into 36 planes. */
export function transformPatch(from: usize, rowStep: usize, pixel: usize, v: usize, plane: usize, scratch: usize): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    const f = from + c;
    bt(f, rowStep, scratch, 96);
    bt(f + pixel, rowStep, scratch + 16, 96);
    bt(f + 2 * pixel, rowStep, scratch + 32, 96);
    bt(f + 3 * pixel, rowStep, scratch + 48, 96);
    bt(f + 4 * pixel, rowStep, scratch + 64, 96);
    bt(f + 5 * pixel, rowStep, scratch + 80, 96);
    let to = v + c;
    for (let k: usize = 0; k < 576; k += 96) {
      bt(scratch + k, 16, to, plane);
      to += 6 * plane;
    }
  }
}

/**
 * Input transform of tiles [first, first + count), counted over pictures, tile rows and tile columns.
 * `input`: [pictures][height][width][channels] without a border; what lies outside is zero.
 * `v`: 36 planes `plane` bytes apart, [count][channels] each. `scratch`: 576 bytes, then 36 * channels floats for a patch at an edge.
 */
export function transformInput(
  input: usize, height: i32, width: i32, channels: i32, first: i32, count: i32, v: usize, plane: usize, scratch: usize,
): void {
  const across = (width + 3) >> 2, perPicture = across * ((height + 3) >> 2);
  const pixel = <usize>channels << 2, rowStep = <usize>width * pixel, patch = scratch + 576;
  for (let i: i32 = 0; i < count; i++) {
    const t = first + i, picture = t / perPicture, r = t - picture * perPicture, ty = r / across;
    const y = (ty << 2) - 1, x = ((r - ty * across) << 2) - 1;
    const corner = input + <usize>picture * <usize>height * rowStep + (<usize>y * rowStep + <usize>x * pixel);
    const to = v + <usize>i * pixel;
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
