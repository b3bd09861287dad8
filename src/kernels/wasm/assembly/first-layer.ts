import { madd, max, splat } from './simd';

/**
 * Rows [y0, y1) of the first layer, 3 -> `outChannels`, direct, with bias and ReLU, from 8-bit pixels.
 * `pixels`: [height][width][3] bytes. `scale`: [3][256] floats, a byte's value in each channel. `weights`: [outChannels / 8][27][8], taps in
 * the order row, column, channel. `scratch`: (y1 - y0 + 2) * (width + 8) * 3 floats.
 */
export function convolveFirst(
  pixels: usize, output: usize, weights: usize, bias: usize, scale: usize, height: i32, width: i32, outChannels: i32, y0: i32, y1: i32, scratch: usize,
): void {
  const line = <usize>(width + 8) * 12, rows = y1 - y0 + 2;
  memory.fill(scratch, 0, <usize>rows * line);
  for (let j: i32 = 0; j < rows; j++) {
    const y = y0 - 1 + j;
    if (y < 0 || y >= height) continue;
    let from = pixels + <usize>(y * width) * 3, to = scratch + <usize>j * line + 12;
    for (let x: i32 = 0; x < width; x++) {
      f32.store(to, f32.load(scale + (<usize>load<u8>(from) << 2)));
      f32.store(to, f32.load(scale + (<usize>load<u8>(from, 1) << 2), 1024), 4);
      f32.store(to, f32.load(scale + (<usize>load<u8>(from, 2) << 2), 2048), 8);
      from += 3;
      to += 12;
    }
  }
  const pixel = <usize>outChannels << 2, zero = splat(0);
  for (let y = y0; y < y1; y++) {
    for (let x: i32 = 0; x < width; x += 6) {
      const from = scratch + <usize>(y - y0) * line + <usize>x * 12;
      const to = output + <usize>(y * width + x) * pixel, left = width - x;
      for (let p: usize = 0; p < pixel; p += 32) {
        let c00 = v128.load(bias + p), c01 = v128.load(bias + p, 16);
        let c10 = c00, c11 = c01, c20 = c00, c21 = c01, c30 = c00, c31 = c01, c40 = c00, c41 = c01, c50 = c00, c51 = c01;
        let w = weights + p * 27;
        for (let ky: usize = 0; ky < 3; ky++) {
          let s = from + ky * line;
          for (const end = s + 36; s < end; s += 4) {
            const b0 = v128.load(w), b1 = v128.load(w, 16);
            let a = v128.load_splat<f32>(s); c00 = madd(a, b0, c00); c01 = madd(a, b1, c01);
            a = v128.load_splat<f32>(s, 12); c10 = madd(a, b0, c10); c11 = madd(a, b1, c11);
            a = v128.load_splat<f32>(s, 24); c20 = madd(a, b0, c20); c21 = madd(a, b1, c21);
            a = v128.load_splat<f32>(s, 36); c30 = madd(a, b0, c30); c31 = madd(a, b1, c31);
            a = v128.load_splat<f32>(s, 48); c40 = madd(a, b0, c40); c41 = madd(a, b1, c41);
            a = v128.load_splat<f32>(s, 60); c50 = madd(a, b0, c50); c51 = madd(a, b1, c51);
            w += 32;
          }
        }
        let o = to + p;
        v128.store(o, max(c00, zero)); v128.store(o, max(c01, zero), 16); o += pixel;
        if (left > 1) { v128.store(o, max(c10, zero)); v128.store(o, max(c11, zero), 16); o += pixel; }
        if (left > 2) { v128.store(o, max(c20, zero)); v128.store(o, max(c21, zero), 16); o += pixel; }
        if (left > 3) { v128.store(o, max(c30, zero)); v128.store(o, max(c31, zero), 16); o += pixel; }
        if (left > 4) { v128.store(o, max(c40, zero)); v128.store(o, max(c41, zero), 16); o += pixel; }
        if (left > 5) { v128.store(o, max(c50, zero)); v128.store(o, max(c51, zero), 16); }
      }
    }
  }
}
