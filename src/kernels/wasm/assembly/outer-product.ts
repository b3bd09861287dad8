import { madd, splat } from './simd';
import { blocksOf } from './convolve';

/** Depth and rows at once: their part of V (48 rows of 128 tiles are 24 to 32 KiB) stays in L1 while all panels of W pass. */
const depthBlock: i32 = 128;
const rowBlock: i32 = 48;

/** M += V^T W for six rows and one panel. */
@inline function six(v: usize, row: usize, w: usize, end: usize, m: usize, sum: i32): void {
  let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (sum) {
    c00 = v128.load(m); c01 = v128.load(m, 16); c10 = v128.load(m, 32); c11 = v128.load(m, 48);
    c20 = v128.load(m, 64); c21 = v128.load(m, 80); c30 = v128.load(m, 96); c31 = v128.load(m, 112);
    c40 = v128.load(m, 128); c41 = v128.load(m, 144); c50 = v128.load(m, 160); c51 = v128.load(m, 176);
  }
  while (w < end) {
    const b0 = v128.load(w), b1 = v128.load(w, 16);
    let x = v128.load_splat<f32>(v); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(v, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(v, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(v, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load_splat<f32>(v, 16); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load_splat<f32>(v, 20); c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
    v += row; w += 32;
  }
  v128.store(m, c00); v128.store(m, c01, 16); v128.store(m, c10, 32); v128.store(m, c11, 48);
  v128.store(m, c20, 64); v128.store(m, c21, 80); v128.store(m, c30, 96); v128.store(m, c31, 112);
  v128.store(m, c40, 128); v128.store(m, c41, 144); v128.store(m, c50, 160); v128.store(m, c51, 176);
}

/** M += V^T W for five rows and one panel. */
@inline function five(v: usize, row: usize, w: usize, end: usize, m: usize, sum: i32): void {
  let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00, c40 = c00, c41 = c00;
  if (sum) {
    c00 = v128.load(m); c01 = v128.load(m, 16); c10 = v128.load(m, 32); c11 = v128.load(m, 48);
    c20 = v128.load(m, 64); c21 = v128.load(m, 80); c30 = v128.load(m, 96); c31 = v128.load(m, 112);
    c40 = v128.load(m, 128); c41 = v128.load(m, 144);
  }
  while (w < end) {
    const b0 = v128.load(w), b1 = v128.load(w, 16);
    let x = v128.load_splat<f32>(v); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load_splat<f32>(v, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load_splat<f32>(v, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load_splat<f32>(v, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load_splat<f32>(v, 16); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    v += row; w += 32;
  }
  v128.store(m, c00); v128.store(m, c01, 16); v128.store(m, c10, 32); v128.store(m, c11, 48);
  v128.store(m, c20, 64); v128.store(m, c21, 80); v128.store(m, c30, 96); v128.store(m, c31, 112);
  v128.store(m, c40, 128); v128.store(m, c41, 144);
}

/** M += V^T W for one row and one panel. */
function one(v: usize, row: usize, w: usize, end: usize, m: usize, sum: i32): void {
  let c0 = splat(0), c1 = c0;
  if (sum) { c0 = v128.load(m); c1 = v128.load(m, 16); }
  while (w < end) {
    const x = v128.load_splat<f32>(v);
    c0 = madd(x, v128.load(w), c0); c1 = madd(x, v128.load(w, 16), c1);
    v += row; w += 32;
  }
  v128.store(m, c0); v128.store(m, c1, 16);
}

/**
 * M (+)= V^T W for one of the 36 places: sums over `depth` tiles. V: [depth] rows `row` bytes apart, of which `rows` floats count;
 * W: panels `panel` bytes apart of [depth][8]; M: panels `mPanel` bytes apart of [rows][8]. `sum` adds to what is in M.
 */
export function addOuterProducts(
  v: usize, row: usize, w: usize, panel: usize, m: usize, mPanel: usize, depth: i32, rows: i32, panels: i32, sum: i32,
): void {
  for (let d: i32 = 0; d < depth; d += depthBlock) {
    const deep = <usize>min(depthBlock, depth - d), more = sum | <i32>(d > 0);
    const fromV = v + <usize>d * row, fromW = w + (<usize>d << 5);
    for (let r: i32 = 0; r < rows; r += rowBlock) {
      const count = min(rowBlock, rows - r);
      let blocks = blocksOf(count), sixes = blocks >> 16, fives = blocks & 0xffff, ones: i32 = 0;
      // Fives and sixes do not make 1 to 4, 7 to 9, 13, 14 and 19 rows without spare ones, and here a spare row would be another panel's.
      if (sixes * 6 + fives * 5 != count) { sixes = count / 6; fives = 0; ones = count - sixes * 6; }
      for (let p: i32 = 0; p < panels; p++) {
        const b = fromW + <usize>p * panel, end = b + (deep << 5);
        let a = fromV + (<usize>r << 2), o = m + <usize>p * mPanel + (<usize>r << 5);
        for (let n: i32 = 0; n < sixes; n++) { six(a, row, b, end, o, more); a += 24; o += 192; }
        for (let n: i32 = 0; n < fives; n++) { five(a, row, b, end, o, more); a += 20; o += 160; }
        for (let n: i32 = 0; n < ones; n++) { one(a, row, b, end, o, more); a += 4; o += 32; }
      }
    }
  }
}
