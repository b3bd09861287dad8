/** A float16 as float32, exactly: the exponent is corrected by a multiplication, which also serves numbers below the normal ones. */
@inline export function widen(bits: u32): f32 {
  const magnitude = reinterpret<f32>((bits & 0x7fff) << 13) * reinterpret<f32>(0x77800000); // 2^112
  return reinterpret<f32>(reinterpret<u32>(magnitude) | ((bits & 0x8000) << 16));
}

@inline function tap(from: usize, half: i32): f32 {
  return half ? widen(<u32>load<u16>(from)) : load<f32>(from);
}

@inline function row(g0: f32, g1: f32, g2: f32, to: usize, plane: usize): void {
  const outer = (g0 + g2) * <f32>(-1.0 / 6.0), inner = g1 * <f32>(1.0 / 6.0);
  const far = g0 * <f32>(1.0 / 24.0) + g2 * <f32>(1.0 / 6.0), side = g1 * <f32>(1.0 / 12.0);
  f32.store(to, g0 * 0.25);
  f32.store(to + plane, outer - inner);
  f32.store(to + 2 * plane, outer + inner);
  f32.store(to + 3 * plane, far + side);
  f32.store(to + 4 * plane, far - side);
  f32.store(to + 5 * plane, g2);
}

/**
 * U = G g G^T of output channels [8 * panel0, 8 * panel1), packed as `multiply` reads it: [36][outChannels / 8][inChannels][8].
 * `from`: [outChannels][inChannels][3][3] as float16 bits (`half`) or float32.
 */
export function transformFilters(from: usize, half: i32, u: usize, inChannels: i32, outChannels: i32, panel0: i32, panel1: i32): void {
  const size: usize = half ? <usize>2 : <usize>4, filter: usize = 9 * size, perOut = <usize>inChannels * filter;
  const panel = <usize>inChannels << 5, plane = <usize>(outChannels >> 3) * panel;
  for (let p = panel0; p < panel1; p++) {
    for (let c: i32 = 0; c < inChannels; c++) {
      for (let k: i32 = 0; k < 8; k++) {
        const g = from + <usize>((p << 3) + k) * perOut + <usize>c * filter;
        const to = u + <usize>p * panel + <usize>(c << 5) + <usize>(k << 2);
        const a0 = tap(g, half), a1 = tap(g + size, half), a2 = tap(g + 2 * size, half);
        const b0 = tap(g + 3 * size, half), b1 = tap(g + 4 * size, half), b2 = tap(g + 5 * size, half);
        const c0 = tap(g + 6 * size, half), c1 = tap(g + 7 * size, half), c2 = tap(g + 8 * size, half);
        const s: f32 = -1.0 / 6.0, i: f32 = 1.0 / 6.0, f: f32 = 1.0 / 24.0, h: f32 = 1.0 / 12.0;
        row(a0 * 0.25, a1 * 0.25, a2 * 0.25, to, plane);
        const o0 = (a0 + c0) * s, o1 = (a1 + c1) * s, o2 = (a2 + c2) * s, n0 = b0 * i, n1 = b1 * i, n2 = b2 * i;
        row(o0 - n0, o1 - n1, o2 - n2, to + 6 * plane, plane);
        row(o0 + n0, o1 + n1, o2 + n2, to + 12 * plane, plane);
        const f0 = a0 * f + c0 * i, f1 = a1 * f + c1 * i, f2 = a2 * f + c2 * i, h0 = b0 * h, h1 = b1 * h, h2 = b2 * h;
        row(f0 + h0, f1 + h1, f2 + h2, to + 18 * plane, plane);
        row(f0 - h0, f1 - h1, f2 - h2, to + 24 * plane, plane);
        row(c0, c1, c2, to + 30 * plane, plane);
      }
    }
  }
}

/** The first layer's filters as `convolveFirst` reads them: [outChannels / 8][27][8], taps in the order row, column, channel. */
export function packFirst(from: usize, half: i32, to: usize, outChannels: i32): void {
  const size: usize = half ? <usize>2 : <usize>4;
  for (let o: i32 = 0; o < outChannels; o++) {
    for (let c: i32 = 0; c < 3; c++) {
      for (let k: i32 = 0; k < 9; k++) {
        const at = to + (<usize>(((o >> 3) * 27 + k * 3 + c) * 8 + (o & 7)) << 2);
        f32.store(at, tap(from + <usize>((o * 3 + c) * 9 + k) * size, half));
      }
    }
  }
}
