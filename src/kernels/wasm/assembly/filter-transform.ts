import { add, FAR, NEAR, splat, sub } from './simd';

/** Four float16 as float32, exactly: the exponent is corrected by a multiplication, which also serves numbers below the normal ones. */
@inline function widen(bits: v128): v128 {
  const magnitude = f32x4.mul(i32x4.shl(v128.and(bits, i32x4.splat(0x7fff)), 13), splat(reinterpret<f32>(0x77800000))); // 2^112
  return v128.or(magnitude, i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16));
}

/** Bytes between the filters of two output channels in the scratch: four input channels of nine taps, and 16 to spare. */
const filterStride: usize = 160;

/** The same tap of four output channels. */
@inline function gather(at: usize): v128 {
  let x = v128.load_zero<u32>(at);
  x = v128.load_lane<u32>(at, x, 1, filterStride);
  x = v128.load_lane<u32>(at, x, 2, 2 * filterStride);
  return v128.load_lane<u32>(at, x, 3, 3 * filterStride);
}

@inline function times(a: v128, k: f32): v128 {
  return f32x4.mul(a, splat(k));
}

/** The parts of G g at +-NEAR and at +-FAR that do not, and that do, change sign. */
@inline export function nearEven(g0: v128, g2: v128): v128 {
  return add(times(g0, -2.0 / 3.0), times(g2, -1.0 / 3.0));
}
@inline export function nearOdd(g1: v128): v128 {
  return times(g1, <f32>(-2.0 / 3.0) * NEAR);
}
@inline export function farEven(g0: v128, g2: v128): v128 {
  return add(times(g0, 1.0 / 6.0), times(g2, 1.0 / 3.0));
}
@inline export function farOdd(g1: v128): v128 {
  return times(g1, <f32>(1.0 / 6.0) * FAR);
}

/** One row of (G g) G^T: six values, a plane apart. */
@inline export function row(g0: v128, g1: v128, g2: v128, to: usize, plane: usize): void {
  const near = nearEven(g0, g2), nearSide = nearOdd(g1), far = farEven(g0, g2), farSide = farOdd(g1);
  v128.store(to, g0);
  v128.store(to + plane, add(near, nearSide));
  v128.store(to + 2 * plane, sub(near, nearSide));
  v128.store(to + 3 * plane, add(far, farSide));
  v128.store(to + 4 * plane, sub(far, farSide));
  v128.store(to + 5 * plane, g2);
}

/** G g G^T of one input channel and four output channels. */
function transformFour(g: usize, to: usize, plane: usize): void {
  const a0 = gather(g), a1 = gather(g + 4), a2 = gather(g + 8), c0 = gather(g + 24), c1 = gather(g + 28), c2 = gather(g + 32);
  row(a0, a1, a2, to, plane);
  row(c0, c1, c2, to + 30 * plane, plane);
  const b0 = gather(g + 12), b1 = gather(g + 16), b2 = gather(g + 20);
  const e0 = nearEven(a0, c0), e1 = nearEven(a1, c1), e2 = nearEven(a2, c2), o0 = nearOdd(b0), o1 = nearOdd(b1), o2 = nearOdd(b2);
  row(add(e0, o0), add(e1, o1), add(e2, o2), to + 6 * plane, plane);
  row(sub(e0, o0), sub(e1, o1), sub(e2, o2), to + 12 * plane, plane);
  const f0 = farEven(a0, c0), f1 = farEven(a1, c1), f2 = farEven(a2, c2), h0 = farOdd(b0), h1 = farOdd(b1), h2 = farOdd(b2);
  row(add(f0, h0), add(f1, h1), add(f2, h2), to + 18 * plane, plane);
  row(sub(f0, h0), sub(f1, h1), sub(f2, h2), to + 24 * plane, plane);
}

/**
 * U = G g G^T of output channels [8 * panel0, 8 * panel1), packed as `multiply` reads it: [36][outChannels / 8][inChannels][8].
 * `from`: [outChannels][inChannels][3][3] as float16 bits (`half`) or float32; inChannels a multiple of 4. `scratch`: 1,280 bytes.
 */
export function transformFilters(
  from: usize, half: i32, u: usize, inChannels: i32, outChannels: i32, panel0: i32, panel1: i32, scratch: usize,
): void {
  const perOut = <usize>inChannels * (half ? 18 : 36), four: usize = half ? 72 : 144;
  const panel = <usize>inChannels << 5, plane = <usize>(outChannels >> 3) * panel;
  for (let p = panel0; p < panel1; p++) {
    for (let c: i32 = 0; c < inChannels; c += 4) {
      let g = from + <usize>(p << 3) * perOut + <usize>(c >> 2) * four;
      for (let k: usize = 0; k < 8 * filterStride; k += filterStride) {
        if (half) {
          for (let n: usize = 0; n < 9; n++) v128.store(scratch + k + n * 16, widen(v128.load_ext<u16>(g + n * 8)));
        } else {
          memory.copy(scratch + k, g, 144);
        }
        g += perOut;
      }
      const to = u + <usize>p * panel + <usize>(c << 5);
      for (let n: usize = 0; n < 4; n++) {
        transformFour(scratch + n * 36, to + n * 32, plane);
        transformFour(scratch + n * 36 + 4 * filterStride, to + n * 32 + 16, plane);
      }
    }
  }
}

/** The first layer's filters as `convolveFirst` reads them: [outChannels / 8][27][8], taps in the order row, column, channel. */
export function packFirst(from: usize, half: i32, to: usize, outChannels: i32): void {
  for (let o: i32 = 0; o < outChannels; o++) {
    for (let c: i32 = 0; c < 3; c++) {
      for (let k: i32 = 0; k < 9; k++) {
        const at = to + (<usize>(((o >> 3) * 27 + k * 3 + c) * 8 + (o & 7)) << 2), tap = <usize>((o * 3 + c) * 9 + k);
        const bits = i32x4.splat(half ? <i32>load<u16>(from + (tap << 1)) : 0);
        f32.store(at, half ? f32x4.extract_lane(widen(bits), 0) : f32.load(from + (tap << 2)));
      }
    }
  }
}
