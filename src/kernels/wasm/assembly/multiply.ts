import { madd, splat } from './simd';

/**
 * M = V * U for one of the 36 transformed places.
 * V: [6 * sixes + 5 * fives][depth] floats, U: [panels][depth][8], M: rows `mStride` bytes apart, 8 floats a panel.
 * The sums of 6 x 8 (or 5 x 8) results stay in 12 (10) registers: with two of U and one of V that is the 15 that V8 has to give.
 * A panel of U stays in L1 while all rows pass, so it comes from memory once.
 */
export function multiply(v: usize, u: usize, m: usize, depth: i32, sixes: i32, fives: i32, mStride: usize, panels: i32): void {
  const row = <usize>depth << 2;
  for (let p: i32 = 0; p < panels; p++) {
    const from = u + <usize>p * row * 8;
    const end = from + row * 8;
    let a = v;
    let o = m + (<usize>p << 5);
    for (let n: i32 = 0; n < sixes; n++) {
      let b = from;
      let a0 = a, a1 = a0 + row, a2 = a1 + row, a3 = a2 + row, a4 = a3 + row, a5 = a4 + row;
      a = a5 + row;
      let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
      let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
      while (b < end) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        let x = v128.load_splat<f32>(a0); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
        x = v128.load_splat<f32>(a1); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
        x = v128.load_splat<f32>(a2); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
        x = v128.load_splat<f32>(a3); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
        x = v128.load_splat<f32>(a4); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
        x = v128.load_splat<f32>(a5); c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
        a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4; b += 32;
      }
      v128.store(o, c00); v128.store(o, c01, 16); o += mStride;
      v128.store(o, c10); v128.store(o, c11, 16); o += mStride;
      v128.store(o, c20); v128.store(o, c21, 16); o += mStride;
      v128.store(o, c30); v128.store(o, c31, 16); o += mStride;
      v128.store(o, c40); v128.store(o, c41, 16); o += mStride;
      v128.store(o, c50); v128.store(o, c51, 16); o += mStride;
    }
    for (let n: i32 = 0; n < fives; n++) {
      let b = from;
      let a0 = a, a1 = a0 + row, a2 = a1 + row, a3 = a2 + row, a4 = a3 + row;
      a = a4 + row;
      let c00 = splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00, c40 = c00, c41 = c00;
      while (b < end) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        let x = v128.load_splat<f32>(a0); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
        x = v128.load_splat<f32>(a1); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
        x = v128.load_splat<f32>(a2); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
        x = v128.load_splat<f32>(a3); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
        x = v128.load_splat<f32>(a4); c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
        a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; b += 32;
      }
      v128.store(o, c00); v128.store(o, c01, 16); o += mStride;
      v128.store(o, c10); v128.store(o, c11, 16); o += mStride;
      v128.store(o, c20); v128.store(o, c21, 16); o += mStride;
      v128.store(o, c30); v128.store(o, c31, 16); o += mStride;
      v128.store(o, c40); v128.store(o, c41, 16); o += mStride;
    }
  }
}
