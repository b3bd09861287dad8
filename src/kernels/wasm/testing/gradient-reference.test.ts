import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gradientsPlainly, unpoolPlainly } from './gradient-reference';
import { convolvePlainly, createNoise, poolPlainly } from './reference';

const shapes = fc.record({
  pictures: fc.integer({ min: 1, max: 2 }),
  height: fc.integer({ min: 2, max: 5 }),
  width: fc.integer({ min: 2, max: 5 }),
  inChannels: fc.integer({ min: 1, max: 2 }),
  outChannels: fc.integer({ min: 1, max: 2 }),
  seed: fc.nat(),
});

it('the plain gradients of convolution, ReLU and pooling are the slopes of the plain way forwards', () => {
  fc.assert(
    fc.property(shapes, ({ seed, ...shape }) => {
      const { pictures, height, width, inChannels, outChannels } = shape;
      const noise = createNoise(seed);
      const input = Float64Array.from(noise(pictures * height * width * inChannels));
      const kernel = Float64Array.from(noise(outChannels * inChannels * 9));
      const bias = Float64Array.from(noise(outChannels));
      const outer = noise(pictures * (height >> 1) * (width >> 1) * outChannels);
      const loss = () =>
        poolPlainly(convolvePlainly(input, kernel, bias, shape), shape).reduce(
          (sum, own, at) => sum + own * (outer[at] ?? NaN),
          0,
        );
      const before = unpoolPlainly(convolvePlainly(input, kernel, bias, shape), outer, shape);
      const { byFilter, byBias, byInput } = gradientsPlainly(input, kernel, before, shape);
      const step = 1e-7;
      for (const [values, gradient] of [
        [input, byInput],
        [kernel, byFilter],
        [bias, byBias],
      ] as const) {
        values.forEach((own, at) => {
          values[at] = own + step;
          const above = loss();
          values[at] = own - step;
          const below = loss();
          values[at] = own;
          expect(Math.abs((above - below) / (2 * step) - (gradient[at] ?? NaN))).toBeLessThan(1e-5);
        });
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});
