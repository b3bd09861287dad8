import { add, sub } from './simd';
import { farEven, farOdd, nearEven, nearOdd, row } from './filter-transform';

/** G g G^T of four filters, whose taps are vectors `step` bytes apart; 36 values `plane` bytes apart out. */
function transformTaps(g: usize, step: usize, to: usize, plane: usize): void {
  const a0 = v128.load(g), a1 = v128.load(g + step), a2 = v128.load(g + 2 * step);
  const c0 = v128.load(g + 6 * step), c1 = v128.load(g + 7 * step), c2 = v128.load(g + 8 * step);
  row(a0, a1, a2, to, plane);
  row(c0, c1, c2, to + 30 * plane, plane);
  const b0 = v128.load(g + 3 * step), b1 = v128.load(g + 4 * step), b2 = v128.load(g + 5 * step);
  const e0 = nearEven(a0, c0), e1 = nearEven(a1, c1), e2 = nearEven(a2, c2), o0 = nearOdd(b0), o1 = nearOdd(b1), o2 = nearOdd(b2);
  row(add(e0, o0), add(e1, o1), add(e2, o2), to + 6 * plane, plane);
  row(sub(e0, o0), sub(e1, o1), sub(e2, o2), to + 12 * plane, plane);
  const f0 = farEven(a0, c0), f1 = farEven(a1, c1), f2 = farEven(a2, c2), h0 = farOdd(b0), h1 = farOdd(b1), h2 = farOdd(b2);
  row(add(f0, h0), add(f1, h1), add(f2, h2), to + 18 * plane, plane);
  row(sub(f0, h0), sub(f1, h1), sub(f2, h2), to + 24 * plane, plane);
}

/**
 * U = G g G^T of panels [panel0, panel1) of eight output channels, packed as `multiply` reads it: 36 planes of [outChannels / 8][inChannels][8].
 * `from`: the trainer's layout of filters, [outChannels / 8][inChannels][9][8].
 */
export function transformMasters(from: usize, u: usize, plane: usize, inChannels: i32, panel0: i32, panel1: i32): void {
  let g = from + <usize>(panel0 * inChannels) * 288, to = u + (<usize>(panel0 * inChannels) << 5);
  for (const end = u + (<usize>(panel1 * inChannels) << 5); to < end; to += 32) {
    transformTaps(g, 32, to, plane);
    transformTaps(g + 16, 32, to + 16, plane);
    g += 288;
  }
}

/** The same tap of 4 x 4 filters, input channels `step` bytes apart, becomes four vectors over input channels, 144 bytes apart. */
@inline function transpose(g: usize, step: usize, to: usize): void {
  const a = v128.load(g), b = v128.load(g + step), c = v128.load(g + 2 * step), d = v128.load(g + 3 * step);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to + 144, v128.shuffle<i64>(ab0, cd0, 1, 3));
  v128.store(to + 288, v128.shuffle<i64>(ab1, cd1, 0, 2));
  v128.store(to + 432, v128.shuffle<i64>(ab1, cd1, 1, 3));
}

/**
 * Filters of the gradient by input: turned by half a turn, input and output channels exchanged. Panels [panel0, panel1) of eight INPUT
 * channels: 36 planes of [inChannels / 8][outChannels][8]. `scratch`: 576 bytes.
 */
export function transformMastersBack(
  from: usize, u: usize, plane: usize, inChannels: i32, outChannels: i32, panel0: i32, panel1: i32, scratch: usize,
): void {
  const block = <usize>inChannels * 288;
  for (let p = panel0; p < panel1; p++) {
    for (let o: i32 = 0; o < outChannels; o += 4) {
      const g = from + <usize>(o >> 3) * block + <usize>p * 2304 + (<usize>(o & 4) << 2);
      const to = u + (<usize>(p * outChannels + o) << 5);
      for (let half: usize = 0; half < 2; half++) {
        for (let tap: usize = 0; tap < 9; tap++) transpose(g + half * 1152 + tap * 32, 288, scratch + tap * 16);
        for (let k: usize = 0; k < 4; k++) transformTaps(scratch + k * 144 + 128, <usize>-16, to + k * 32 + half * 16, plane);
      }
    }
  }
}
