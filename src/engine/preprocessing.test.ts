import { describe, expect, it } from 'vitest';
import { inputValues } from '../domain/vgg16';
import { createPreprocess } from './preprocessing';

const scaling = { mean: [0.48501961, 0.45795686, 0.40760392], std: [0.229, 0.224, 0.225] } as const;

describe('createPreprocess', () => {
  it('scales every value of every channel as float32 arithmetic does', () => {
    const pixels = Uint8Array.from({ length: inputValues }, (_, at) => Math.floor(at / 3) % 256);
    const scaled = createPreprocess(scaling)(pixels);
    const one = new Float32Array(1);
    const float32 = (value: number) => {
      one[0] = value;
      return one[0];
    };
    for (let at = 0; at < 256 * 3; at++) {
      const channel = at % 3;
      const expected = float32(
        float32(float32((pixels[at] ?? 0) / 255) - float32(scaling.mean[channel] ?? 0)) / float32(scaling.std[channel] ?? 0),
      );
      expect(scaled[at]).toBe(expected);
    }
    // Known by hand: black and white in red.
    expect(scaled[0]).toBeCloseTo(-0.48501961 / 0.229, 6);
    expect(scaled[255 * 3]).toBeCloseTo((1 - 0.48501961) / 0.229, 6);
  });

  it('refuses a picture of another size', () => {
    expect(() => createPreprocess(scaling)(new Uint8Array(3))).toThrow(RangeError);
  });
});
