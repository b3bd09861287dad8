import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamNumbers, type TrainerOptimizer, type UpdateSettings } from '../backbone-trainer';
import { gradientsPlainly, unpoolPlainly } from '../wasm/testing/gradient-reference';
import { convolvePlainly, createNoise, largestDifference, poolPlainly, type ConvShape } from '../wasm/testing/reference';
import { toPlanes } from './map-layout';
import { multiplyKinds } from './programs/multiply-programs';
import { squaresGroups } from './programs/sum-programs';
import { GpuBed } from './testing/gpu-bed';
import { filterBuffer, isDirect, transformedBytes } from './training-plan';
import {
  biasGradientDispatch,
  convolveDispatches,
  directDispatches,
  filterGradientDispatches,
  mastersDispatch,
  poolDispatches,
  squaresDispatches,
  unpoolDispatch,
  updateDispatch,
} from './training-schedule';

interface Case extends ConvShape {
  readonly seed: number;
  readonly sum: boolean;
}

const sixteens = fc.integer({ min: 1, max: 4 }).map((n) => n * 16);
const cases: fc.Arbitrary<Case> = fc.record({
  pictures: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 13 }),
  inChannels: fc.oneof(sixteens, fc.constant(3)),
  outChannels: sixteens,
  seed: fc.nat(),
  sum: fc.boolean(),
});

/** One pixel, one row, one column, and what pooling leaves nothing of. */
const narrow: readonly Case[] = [
  [1, 1],
  [1, 9],
  [9, 1],
  [2, 2],
  [3, 5],
].map(([height = 0, width = 0]) => ({ pictures: 2, height, width, inChannels: 16, outChannels: 16, seed: 3, sum: false }));

/** `[pictures][h][w][c]` -> `[pictures][c][h][w]`. */
function planesOf(values: ArrayLike<number>, pictures: number, channels: number): Float32Array<ArrayBuffer> {
  const each = values.length / pictures;
  const to = new Float32Array(values.length);
  for (let picture = 0; picture < pictures; picture++) {
    const own = Float32Array.from({ length: each }, (_, at) => values[picture * each + at] ?? NaN);
    to.set(toPlanes(own, channels), picture * each);
  }
  return to;
}

function rectify(values: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(values, (own) => Math.max(0, own));
}

for (const multiply of multiplyKinds) {
  describe(`gradients with the product ${multiply}`, () => {
    let bed: GpuBed;
    beforeAll(async () => {
      bed = await GpuBed.create(
        [
          'pack-masters',
          'direct',
          'transform-masters',
          'input',
          'output',
          'output-masked',
          'input-rows',
          'gradient-rows',
          'filter-gradient',
          multiply,
        ],
        true,
      );
    });
    afterAll(() => {
      bed.close();
    });

    async function expectAsPlain(shape: Case): Promise<void> {
      const { pictures, height, width, outChannels, sum } = shape;
      const { inChannels } = shape;
      const own = { pictures, height, width, inChannels, outChannels };
      const noise = createNoise(shape.seed);
      const places = pictures * height * width;
      const input = rectify(noise(places * inChannels));
      const kernel = noise(outChannels * inChannels * 9);
      const bias = noise(outChannels);
      const gradient = noise(places * outChannels);
      const before = noise(kernel.length);
      const { byFilter, byInput } = gradientsPlainly(input, kernel, gradient, shape);
      const tiles = pictures * Math.ceil(height / 4) * Math.ceil(width / 4);
      const bytes = transformedBytes(own, tiles, multiply);
      const work = {
        v: bed.take(bytes / 4),
        m: bed.take(bytes / 4),
        filters: bed.take(filterBuffer(own, multiply) / 4),
        nothing: bed.nothing,
      };
      const map = bed.take(places * inChannels);
      bed.device.queue.writeBuffer(map, 0, planesOf(input, pictures, inChannels));
      // Weights begin in the middle of their buffer, biases behind them.
      const weights = bed.put(Float32Array.of(...new Array<number>(12).fill(NaN), ...kernel, ...bias));
      const source = { buffer: weights, from: 12 };
      const result = bed.take(places * outChannels);
      const slopes = { buffer: bed.put(planesOf(gradient, pictures, outChannels)), from: 0 };
      const filterGradient = bed.take(kernel.length + 8);
      bed.device.queue.writeBuffer(filterGradient, 8 * 4, new Float32Array(before));
      const place = { buffer: map, from: 0 };
      const direct = isDirect(shape);
      const biasFrom = 12 + kernel.length;
      await bed.run([
        ...(direct
          ? directDispatches(bed.maker, own, map, result, source, biasFrom, work)
          : [
              mastersDispatch(bed.maker, own, false, source, work),
              ...convolveDispatches(
                bed.maker,
                multiply,
                own,
                place,
                { buffer: result, from: 0 },
                { buffer: weights, from: biasFrom },
                work,
              ),
            ]),
        ...filterGradientDispatches(bed.maker, multiply, own, place, slopes, { buffer: filterGradient, from: 8 }, sum, work),
      ]);
      const bound = 2e-6 * (inChannels * 9 + 10);
      const expected = planesOf(convolvePlainly(input, kernel, bias, shape), pictures, outChannels);
      expect(largestDifference(await bed.read(result), expected)).toBeLessThan(bound);
      const added = byFilter.map((value, at) => value + (sum ? (before[at] ?? NaN) : 0));
      expect(largestDifference((await bed.read(filterGradient)).slice(8), added)).toBeLessThan(2e-6 * (places + 20));
      if (direct) return; // nothing is before pixels
      await bed.run([
        mastersDispatch(bed.maker, own, true, source, work),
        ...convolveDispatches(
          bed.maker,
          multiply,
          { ...own, inChannels: outChannels, outChannels: inChannels },
          slopes,
          place,
          null,
          work,
        ),
      ]);
      const masked = byInput.map((value, at) => ((input[at] ?? NaN) > 0 ? value : 0));
      expect(largestDifference(await bed.read(map), planesOf(masked, pictures, inChannels))).toBeLessThan(
        2e-6 * (outChannels * 9 + 10),
      );
    }

    it('a convolution from float32 filters and its gradients by filter and by input are the plain ones’, whatever the shape', async () => {
      await fc.assert(fc.asyncProperty(cases, expectAsPlain), { seed: 6, numRuns: 12 });
    });

    it('so they are for one pixel, one row, one column', async () => {
      for (const shape of narrow) await expectAsPlain(shape);
    });
  });
}

describe('pooling, biases, squares and updates', () => {
  let bed: GpuBed;
  beforeAll(async () => {
    bed = await GpuBed.create(['pool', 'picks', 'unpool', 'bias-gradient', 'squares', 'gate', 'sgd', 'adam'], true);
  });
  afterAll(() => {
    bed.close();
  });

  it('pooling’s gradient goes to the first of the largest of each four where it is above zero, as in PyTorch', async () => {
    const check = async (shape: Case) => {
      const { pictures, height, width, outChannels } = shape;
      const noise = createNoise(shape.seed);
      // Few different values, so that equals are common; a quarter of them zeros.
      const input = noise(pictures * height * width * outChannels).map((own) => Math.max(0, Math.round(own * 3)));
      const pooled = poolPlainly(input, shape);
      const gradient = noise(pooled.length);
      const to = bed.take(pooled.length);
      const picks = bed.take(Math.ceil(pooled.length / 4));
      const spread = bed.take(input.length);
      await bed.run([
        ...poolDispatches(bed.maker, shape, bed.put(planesOf(input, pictures, outChannels)), to, picks, bed.nothing),
        unpoolDispatch(bed.maker, shape, bed.put(planesOf(gradient, pictures, outChannels)), picks, spread),
      ]);
      expect(await bed.read(to)).toEqual(planesOf(pooled, pictures, outChannels));
      expect(await bed.read(spread)).toEqual(planesOf(unpoolPlainly(input, gradient, shape), pictures, outChannels));
    };
    // A buffer of no bytes cannot be bound: at least one value is left.
    await fc.assert(
      fc.asyncProperty(
        cases.filter(({ height, width }) => height > 1 && width > 1),
        check,
      ),
      {
        seed: 7,
        numRuns: 15,
      },
    );
  });

  it('gradients by bias are sums over pictures and pixels', async () => {
    const check = async (shape: Case) => {
      const { pictures, height, width, outChannels, sum } = shape;
      const noise = createNoise(shape.seed);
      const gradient = noise(pictures * height * width * outChannels);
      const before = noise(outChannels);
      const to = bed.take(outChannels + 4);
      bed.device.queue.writeBuffer(to, 16, new Float32Array(before));
      const from = bed.put(planesOf(gradient, pictures, outChannels));
      await bed.run([biasGradientDispatch(bed.maker, shape, from, { buffer: to, from: 4 }, sum, bed.nothing)]);
      const expected = new Float64Array(outChannels).map((_, channel) =>
        gradient.reduce((all, own, at) => all + (at % outChannels === channel ? own : 0), sum ? (before[channel] ?? NaN) : 0),
      );
      expect(largestDifference((await bed.read(to)).slice(4), expected)).toBeLessThan(1e-5);
    };
    await fc.assert(fc.asyncProperty(cases, check), { seed: 8, numRuns: 15 });
    for (const shape of narrow) await check(shape);
  });

  /** Squares of a gradient, and the weights and moments after so many updates with it. */
  async function update(optimizer: TrainerOptimizer, gradient: Float32Array, settings: UpdateSettings, times: number) {
    const { length } = gradient;
    const noise = createNoise(9);
    const weights = bed.take(length);
    const start = noise(length);
    bed.device.queue.writeBuffer(weights, 0, new Float32Array(start));
    const moments = [bed.take(length), bed.take(length)] as const;
    const [sums, flag] = [bed.take(squaresGroups), bed.take(1)];
    const buffers = { gradients: bed.put(gradient), weights, moments, sums, flag, nothing: bed.nothing };
    const dispatches = squaresDispatches(bed.maker, length, buffers);
    for (let count = 1; count <= times; count++)
      dispatches.push(updateDispatch(bed.maker, { optimizer, length }, settings, count, buffers));
    await bed.run(dispatches);
    return {
      start,
      squares: (await bed.read(sums)).reduce((sum, own) => sum + own, 0),
      weights: await bed.read(weights),
      moments: [await bed.read(moments[0]), await bed.read(moments[1])] as const,
    };
  }

  const settings = { learningRate: 0.01, weightDecay: 0.1, momentum: 0.9, gradientScale: 0.5 };
  const length = 64 * 1024 + 12; // more than a workgroup’s share, and no multiple of it

  for (const optimizer of ['sgd', 'adam', 'adamw'] as const) {
    it(`${optimizer}: three updates are PyTorch’s as they are written`, async () => {
      const gradient = createNoise(10)(length);
      const own = await update(optimizer, gradient, settings, 3);
      const expected = own.start.map((start, at) => {
        const { learningRate: rate, weightDecay: decay, momentum, gradientScale } = settings;
        let [w, mean, square] = [start, 0, 0];
        for (let count = 1; count <= 3; count++) {
          let g = (gradient[at] ?? NaN) * gradientScale;
          if (optimizer === 'adamw') w *= 1 - rate * decay;
          else g += w * decay;
          if (optimizer === 'sgd') {
            mean = count === 1 ? g : mean * momentum + g;
            w -= rate * mean;
            continue;
          }
          const { beta1, beta2, epsilon } = adamNumbers;
          mean = mean * beta1 + g * (1 - beta1);
          square = square * beta2 + g * g * (1 - beta2);
          w -= ((rate / (1 - beta1 ** count)) * mean) / (Math.sqrt(square) / Math.sqrt(1 - beta2 ** count) + epsilon);
        }
        return w;
      });
      expect(largestDifference(own.weights, expected)).toBeLessThan(1e-6);
      expect(Math.abs(own.squares / gradient.reduce((sum, one) => sum + one * one, 0) - 1)).toBeLessThan(1e-6);
    });
  }

  it('one value that is not finite, or squares beyond float32, and no weight and no moment moves', async () => {
    for (const [at, spoil] of [
      [0, NaN],
      [length - 1, Infinity],
      [5000, -Infinity],
      [length - 2, 2e19],
    ] as const) {
      const gradient = createNoise(11)(length);
      gradient[at] = spoil;
      for (const optimizer of ['sgd', 'adam'] as const) {
        const own = await update(optimizer, gradient, settings, 2);
        expect(Number.isFinite(own.squares)).toBe(false);
        expect(largestDifference(own.weights, own.start)).toBe(0);
        // As they were taken.
        expect(own.moments.every((values) => values.every((value) => Number.isNaN(value)))).toBe(true);
      }
    }
  });
});
