import { describe, expect, it } from 'vitest';
import { widenFloat16 } from './float16';

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
