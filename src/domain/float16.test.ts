import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFloat16Finite, narrowFloat16, widenFloat16 } from './float16';

/** Another road to the same value: the float32 bit pattern put together with integers only. */
function widenByBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  let exponent = (half >> 10) & 0x1f;
  let fraction = half & 0x3ff;
  let bits: number;
  if (exponent === 0x1f) bits = sign | 0x7f80_0000 | (fraction << 13);
  else if (exponent === 0 && fraction === 0) bits = sign;
  else {
    if (exponent === 0) {
      exponent = 1;
      while ((fraction & 0x400) === 0) {
        fraction <<= 1;
        exponent -= 1;
      }
      fraction &= 0x3ff;
    }
    bits = sign | ((exponent + 112) << 23) | (fraction << 13);
  }
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, bits);
  return view.getFloat32(0);
}

describe('widenFloat16', () => {
  it('gives all 65,536 values as an independent computation gives them, signs of zero included', () => {
    const widened = widenFloat16(Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits));
    const wrong: number[] = [];
    widened.forEach((value, bits) => {
      if (!Object.is(value, widenByBits(bits))) wrong.push(bits);
    });
    expect(wrong).toEqual([]);
  });

  it('gives values that are known from the standard', () => {
    const known: readonly [bits: number, value: number][] = [
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0xfc00, -Infinity],
    ];
    expect([...widenFloat16(Uint16Array.from(known, ([bits]) => bits))]).toEqual(known.map(([, value]) => value));
  });
});

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
}

describe('narrowFloat16', () => {
  const halves = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
  const widened = widenFloat16(halves);

  it('gives every float16 back as it was, subnormals and both zeros included', () => {
    const wrong = [...halves].filter((half) => isFloat16Finite(half) && narrowFloat16(bitsOf(widened[half] ?? NaN)) !== half);
    expect(wrong).toEqual([]);
  });

  it('takes the nearest of two neighbours, and the even one from the middle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.float({ min: 0, max: 1, noNaN: true }), (half, share) => {
        const [low, high] = [widened[half] ?? NaN, widened[half + 1] ?? NaN];
        const value = Math.fround(low + (high - low) * share);
        const even = half % 2 === 0 ? half : half + 1;
        const nearest = value - low === high - value ? even : value - low < high - value ? half : half + 1;
        expect(narrowFloat16(bitsOf(value))).toBe(nearest);
        expect(narrowFloat16(bitsOf(-value))).toBe(nearest | 0x8000);
      }),
      { numRuns: 5000 },
    );
    for (const half of [0, 1, 2, 0x3ff, 0x400, 0x3c00, 0x3c01]) {
      const middle = ((widened[half] ?? NaN) + (widened[half + 1] ?? NaN)) / 2;
      expect(narrowFloat16(bitsOf(middle)), String(half)).toBe(half % 2 === 0 ? half : half + 1);
    }
  });

  it('says of what float16 cannot hold that it is not finite', () => {
    const isHeld = (value: number) => isFloat16Finite(narrowFloat16(bitsOf(value)));
    expect([65504, 65519.99, -65504, 2 ** -25, 1e-45].map(isHeld)).toEqual([true, true, true, true, true]);
    expect([65520, -65520, 1e38, Infinity, NaN].map(isHeld)).toEqual([false, false, false, false, false]);
    expect([2 ** -25, 1e-45, -1e-45].map((value) => narrowFloat16(bitsOf(value)))).toEqual([0, 0, 0x8000]);
  });
});
