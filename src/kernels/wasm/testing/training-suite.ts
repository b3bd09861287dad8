import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConvStep } from '../network';
import { planeBytes, shareOf } from '../shares';
import { fromMasters, toMasters } from '../trainer-layout';
import { gradientsPlainly, unpoolPlainly } from './gradient-reference';
import type { KernelBed } from './kernel-bed';
import { convolvePlainly, createNoise, largestDifference, poolPlainly, type ConvShape } from './reference';

interface Case extends ConvShape {
  /** Parts that the tiles are cut into. */
  readonly jobs: number;
  /** Output channels at once. */
  readonly block: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  pictures: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 13 }),
  inChannels: fc.integer({ min: 1, max: 4 }).map((n) => n * 8),
  outChannels: fc.integer({ min: 1, max: 4 }).map((n) => n * 8),
  jobs: fc.integer({ min: 1, max: 4 }),
  block: fc.integer({ min: 1, max: 4 }).map((n) => n * 8),
  seed: fc.nat(),
});

function tilesIn({ pictures, height, width }: ConvShape): number {
  return pictures * Math.ceil(height / 4) * Math.ceil(width / 4);
}

/** Only the channels matter to a layout. */
function layoutOf({ inChannels, outChannels }: Pick<ConvShape, 'inChannels' | 'outChannels'>): ConvStep {
  return { index: 0, size: 0, pool: false, inChannels, outChannels };
}

/** After ReLU: about half are zeros. */
function rectify(values: Float32Array): Float32Array {
  return values.map((own) => Math.max(0, own));
}

/** Half a turn, input and output channels exchanged. */
function turn(kernel: Float32Array, { inChannels, outChannels }: Case): Float32Array {
  return kernel.map((_, at) => {
    const [o, c, tap] = [Math.floor(at / 9) % outChannels, Math.floor(at / (outChannels * 9)), at % 9];
    return kernel[(o * inChannels + c) * 9 + 8 - tap] ?? NaN;
  });
}

/** Tests of the training kernels of one build, in Node or in a browser. */
export function describeTrainingKernels(title: string, open: () => Promise<KernelBed>): void {
  describe(title, () => {
    let bed: KernelBed;
    beforeAll(async () => {
      bed = await open();
    });

    function expectAsPlain(at: number, expected: ArrayLike<number>, bound: number): void {
      expect(largestDifference(bed.floats(at, expected.length), expected)).toBeLessThan(bound);
      expect(bed.isWithin(at, expected.length * 4)).toBe(true);
    }

    function prepare(shape: Case) {
      bed.clear();
      const { pictures, height, width, inChannels, outChannels } = shape;
      const noise = createNoise(shape.seed);
      const places = pictures * height * width;
      const input = rectify(noise(places * inChannels));
      const kernel = noise(outChannels * inChannels * 9);
      const gradient = noise(places * outChannels);
      const scratch = bed.take(2048 + 36 * Math.max(inChannels, outChannels) * 4);
      const uPlane = inChannels * outChannels * 4 + 64;
      return { input, kernel, gradient, scratch, uPlane, u: bed.take(36 * uPlane), noise };
    }

    it('filters in the trainer’s layout are transformed as those of the files are, also turned and exchanged', () => {
      fc.assert(
        fc.property(cases, (shape) => {
          const { kernel, scratch, uPlane, u } = prepare(shape);
          const { inChannels, outChannels, jobs } = shape;
          const plane = inChannels * outChannels;
          const masters = bed.put(toMasters(layoutOf(shape), kernel));
          for (const back of [false, true]) {
            const [from, to] = back ? [outChannels, inChannels] : [inChannels, outChannels];
            for (let job = 0; job < jobs; job++) {
              const [first, end] = shareOf(job, jobs, to / 8);
              if (back) bed.kernel.transformMastersBack(masters, u, uPlane, inChannels, outChannels, first, end, scratch);
              else bed.kernel.transformMasters(masters, u, uPlane, inChannels, first, end);
            }
            const known = bed.take(36 * plane * 4);
            bed.kernel.transformFilters(bed.put(back ? turn(kernel, shape) : kernel), 0, known, from, to, 0, to / 8, scratch);
            for (let place = 0; place < 36; place++) {
              const own = bed.floats(u + place * uPlane, plane);
              expect(largestDifference(own, bed.floats(known + place * plane * 4, plane))).toBe(0);
            }
          }
          expect(bed.isWithin(u, 36 * uPlane)).toBe(true);
        }),
        { seed: 1, numRuns: 30 },
      );
    });

    it('the layout goes back to OIHW, the first layer’s too', () => {
      for (const inChannels of [3, 16]) {
        const step = layoutOf({ inChannels, outChannels: 24 });
        const kernel = createNoise(2)(24 * inChannels * 9);
        expect(fromMasters(step, toMasters(step, kernel))).toEqual(kernel);
        expect(toMasters(step, kernel)).not.toEqual(kernel);
      }
      expect(() => toMasters(layoutOf({ inChannels: 8, outChannels: 8 }), new Float32Array(3))).toThrow(RangeError);
    });

    it('a convolution with bias and ReLU from the trainer’s filters is the plain one’s', () => {
      fc.assert(
        fc.property(cases, (shape) => {
          const { input, kernel, scratch, uPlane, u, noise } = prepare(shape);
          const { height, width, inChannels, outChannels, jobs, block } = shape;
          bed.kernel.transformMasters(bed.put(toMasters(layoutOf(shape), kernel)), u, uPlane, inChannels, 0, outChannels / 8);
          const bias = noise(outChannels);
          const expected = convolvePlainly(input, kernel, bias, shape);
          const [from, biasAt, to] = [bed.put(input), bed.put(bias), bed.take(expected.length * 4)];
          const tiles = tilesIn(shape);
          const [vPlane, mPlane] = [planeBytes(tiles, inChannels), planeBytes(tiles, Math.min(block, outChannels))];
          const [v, m] = [bed.take(36 * vPlane), bed.take(36 * mPlane)];
          for (let job = 0; job < jobs; job++) {
            const [first, end] = shareOf(job, jobs, tiles);
            bed.kernel.convolveTraining(
              from,
              to,
              u,
              uPlane,
              biasAt,
              height,
              width,
              inChannels,
              outChannels,
              first,
              end - first,
              block,
              v,
              vPlane,
              m,
              mPlane,
              scratch,
            );
          }
          expectAsPlain(to, expected, 2e-6 * (inChannels * 9 + 10));
        }),
        { seed: 2, numRuns: 30 },
      );
    });

    it('the gradient by input is the plain one’s, and passes only where the input is above zero', () => {
      fc.assert(
        fc.property(cases, (shape) => {
          const { input, kernel, gradient, scratch, uPlane, u } = prepare(shape);
          const { height, width, inChannels, outChannels, jobs, block } = shape;
          const masters = bed.put(toMasters(layoutOf(shape), kernel));
          bed.kernel.transformMastersBack(masters, u, uPlane, inChannels, outChannels, 0, inChannels / 8, scratch);
          const { byInput } = gradientsPlainly(input, kernel, gradient, shape);
          const expected = byInput.map((own, at) => ((input[at] ?? NaN) > 0 ? own : 0));
          const from = bed.put(gradient);
          const tiles = tilesIn(shape);
          const bound = 2e-6 * (outChannels * 9 + 10);

          const channels = Math.min(block, inChannels);
          const [vPlane, mPlane] = [planeBytes(tiles, outChannels), planeBytes(tiles, inChannels)];
          const [v, m] = [bed.take(36 * vPlane), bed.take(36 * mPlane)];
          const to = bed.put(input);
          for (let job = 0; job < jobs; job++) {
            const [first, end] = shareOf(job, jobs, tiles);
            bed.kernel.convolveTraining(
              from,
              to,
              u,
              uPlane,
              0,
              height,
              width,
              outChannels,
              inChannels,
              first,
              end - first,
              channels,
              v,
              vPlane,
              m,
              mPlane,
              scratch,
            );
          }
          expectAsPlain(to, expected, bound);

          // The same in three phases, the last of which is a kernel of its own.
          const staged = bed.put(input);
          bed.kernel.transformInput(from, height, width, outChannels, 0, tiles, v, vPlane, scratch);
          const row = inChannels * 4;
          bed.kernel.multiplyPlaces(v, vPlane, u, uPlane, m, mPlane, outChannels, tiles, row, inChannels / 8, 36);
          bed.kernel.transformMasked(m, mPlane, row, staged, height, width, inChannels, 0, inChannels, 0, tiles, scratch);
          expect(largestDifference(bed.floats(staged, expected.length), bed.floats(to, expected.length))).toBe(0);
        }),
        { seed: 3, numRuns: 40 },
      );
    });

    it('the gradient by filter is the plain one’s, in any parts, and is added to what is there', () => {
      fc.assert(
        fc.property(cases, (shape) => {
          const { input, gradient, kernel, scratch, uPlane: mPlane, u: m, noise } = prepare(shape);
          const { height, width, inChannels, outChannels, jobs } = shape;
          const { byFilter } = gradientsPlainly(input, kernel, gradient, shape);
          const tiles = tilesIn(shape);
          const most = Math.ceil(tiles / jobs);
          const [vRow, wPanel] = [inChannels * 4 + 64, most * 32 + 64];
          const [vPlane, wPlane] = [most * vRow + 64, (outChannels / 8) * wPanel + 64];
          const [v, w] = [bed.take(36 * vPlane), bed.take(36 * wPlane)];
          const [x, d] = [bed.put(input), bed.put(gradient)];
          for (let first = 0; first < tiles; first += most) {
            const count = Math.min(most, tiles - first);
            bed.kernel.transformInputRows(x, height, width, inChannels, first, count, v, vPlane, vRow, scratch);
            bed.kernel.transformGradient(d, height, width, outChannels, first, count, w, wPlane, wPanel, scratch);
            for (let place = 0; place < 36; place++) {
              bed.kernel.addOuterProducts(
                v + place * vPlane,
                vRow,
                w + place * wPlane,
                wPanel,
                m + place * mPlane,
                inChannels * 32,
                count,
                inChannels,
                outChannels / 8,
                first > 0 ? 1 : 0,
              );
            }
          }
          const before = noise(byFilter.length);
          const [fresh, added] = [bed.take(byFilter.length * 4), bed.put(toMasters(layoutOf(shape), before))];
          const rows = (outChannels / 8) * inChannels;
          for (let job = 0; job < jobs; job++) {
            const [from, end] = shareOf(job, jobs, rows);
            bed.kernel.filterGradient(m, mPlane, fresh, from, end, 0, scratch);
            bed.kernel.filterGradient(m, mPlane, added, from, end, 1, scratch);
          }
          // Sums of pictures * height * width products.
          const bound = 2e-6 * (shape.pictures * height * width + 10);
          const expected = toMasters(layoutOf(shape), Float32Array.from(byFilter));
          expectAsPlain(fresh, expected, bound);
          const inside = toMasters(layoutOf(shape), before);
          expectAsPlain(
            added,
            expected.map((own, at) => own + (inside[at] ?? NaN)),
            bound,
          );
        }),
        { seed: 4, numRuns: 50 },
      );
    });

    it('outer products of more tiles than fit in the first cache, and of any number of rows', () => {
      for (const [depth, rows] of [
        [1, 1],
        [129, 48],
        [300, 64],
        [7, 14],
        [20, 53],
        [5, 19],
      ] as const) {
        bed.clear();
        const [panels, noise] = [3, createNoise(depth)];
        const [row, panel] = [rows * 4 + 64, depth * 32 + 64];
        const [v, w] = [noise((depth * row) / 4), noise((panels * panel) / 4)];
        const before = noise(panels * rows * 8);
        const [vAt, wAt, added, fresh] = [bed.put(v), bed.put(w), bed.put(before), bed.put(before)];
        bed.kernel.addOuterProducts(vAt, row, wAt, panel, added, rows * 32, depth, rows, panels, 1);
        bed.kernel.addOuterProducts(vAt, row, wAt, panel, fresh, rows * 32, depth, rows, panels, 0);
        const products = Float64Array.from(before, (_, at) => {
          const [p, r, o] = [Math.floor(at / (rows * 8)), Math.floor(at / 8) % rows, at % 8];
          let sum = 0;
          for (let k = 0; k < depth; k++) sum += (v[(k * row) / 4 + r] ?? NaN) * (w[(p * panel) / 4 + k * 8 + o] ?? NaN);
          return sum;
        });
        const bound = 1e-6 * (depth + 10);
        expectAsPlain(fresh, products, bound);
        expectAsPlain(
          added,
          products.map((own, at) => own + (before[at] ?? NaN)),
          bound,
        );
      }
    });

    it('pooling gives the largest of four, and its gradient goes to the first of equals and to none where all are zero', () => {
      const shapes = fc.record({
        pictures: fc.integer({ min: 1, max: 3 }),
        height: fc.integer({ min: 2, max: 9 }),
        width: fc.integer({ min: 2, max: 9 }),
        outChannels: fc.integer({ min: 1, max: 3 }).map((n) => n * 16),
        jobs: fc.integer({ min: 1, max: 3 }),
        seed: fc.nat(),
      });
      fc.assert(
        fc.property(shapes, ({ jobs, seed, ...drawn }) => {
          bed.clear();
          const shape = { ...drawn, inChannels: 0 };
          const { pictures, height, width, outChannels } = shape;
          const noise = createNoise(seed);
          // Few different values: many are equal.
          const input = rectify(noise(pictures * height * width * outChannels).map((own) => Math.round(own * 2)));
          const pooled = poolPlainly(input, shape);
          const gradient = noise(pooled.length);
          const [from, to, picks] = [bed.put(input), bed.take(pooled.length * 4), bed.take(pooled.length)];
          const back = bed.take(input.length * 4);
          const rows = pictures * (height >> 1);
          const gradientAt = bed.put(gradient);
          for (const isBack of [false, true]) {
            for (let job = 0; job < jobs; job++) {
              const [first, end] = shareOf(job, jobs, rows);
              if (isBack) bed.kernel.unpoolMax(gradientAt, back, picks, height, width, outChannels, first, end);
              else bed.kernel.poolMax(from, to, picks, height, width, outChannels, first, end);
            }
          }
          expectAsPlain(to, pooled, 1e-9);
          expectAsPlain(back, unpoolPlainly(input, gradient, shape), 1e-9);
          expect(bed.isWithin(picks, pooled.length)).toBe(true);
        }),
        { seed: 5, numRuns: 60 },
      );
    });

    it('the first layer’s gradient is the plain one of the scaled bytes', () => {
      const shapes = fc.record({
        height: fc.integer({ min: 1, max: 9 }),
        width: fc.integer({ min: 1, max: 9 }),
        outChannels: fc.integer({ min: 1, max: 3 }).map((n) => n * 8),
        jobs: fc.integer({ min: 1, max: 4 }),
        seed: fc.nat(),
      });
      fc.assert(
        fc.property(shapes, ({ height, width, outChannels, jobs, seed }) => {
          bed.clear();
          const noise = createNoise(seed);
          const pixels = Uint8Array.from(noise(height * width * 3), (own) => (own + 1) * 127.9);
          const scale = noise(3 * 256);
          const scaled = Float32Array.from(pixels, (byte, at) => scale[(at % 3) * 256 + byte] ?? NaN);
          const gradient = noise(height * width * outChannels);
          const shape = { pictures: 1, height, width, inChannels: 3, outChannels };
          const { byFilter, byBias } = gradientsPlainly(scaled, new Float32Array(outChannels * 27), gradient, shape);
          const length = outChannels * 27;
          const [parts, sum, scratch] = [
            bed.take(jobs * length * 4),
            bed.take(length * 4),
            bed.take((height + 2) * (width + 8) * 12),
          ];
          const [pixelsAt, gradientAt, scaleAt] = [bed.put(pixels), bed.put(gradient), bed.put(scale)];
          for (let job = 0; job < jobs; job++) {
            const [from, to] = shareOf(job, jobs, height);
            const part = parts + job * length * 4;
            bed.kernel.firstGradient(pixelsAt, gradientAt, part, scaleAt, height, width, outChannels, from, to, scratch);
          }
          bed.kernel.sumParts(parts, jobs, sum, length, 0);
          expectAsPlain(sum, toMasters(layoutOf({ inChannels: 3, outChannels }), Float32Array.from(byFilter)), 2e-5);
          expect(bed.isWithin(parts, jobs * length * 4)).toBe(true);
          if (outChannels % 16 === 0) {
            const places = height * width;
            const [biasParts, bias] = [bed.take(jobs * outChannels * 4), bed.put(new Float32Array(outChannels).fill(1))];
            for (let job = 0; job < jobs; job++) {
              const [from, to] = shareOf(job, jobs, places);
              bed.kernel.sumPixels(gradientAt, biasParts + job * outChannels * 4, outChannels, from, to);
            }
            bed.kernel.sumParts(biasParts, jobs, bias, outChannels, 1);
            expectAsPlain(
              bias,
              byBias.map((own) => own + 1),
              2e-5,
            );
          }
        }),
        { seed: 6, numRuns: 60 },
      );
    });

    it('the sum of squares is exact in double precision, and not finite where one value is not', () => {
      for (const bad of [null, NaN, Infinity, -Infinity]) {
        for (const place of [0, 3, 64, 127]) {
          bed.clear();
          const values = createNoise(3)(128);
          values[1] = 3e38; // its square is no float32
          if (bad !== null) values[place] = bad;
          const [from, to] = [bed.put(values), bed.take(16)];
          bed.kernel.sumSquares(from, to, 0, 64);
          bed.kernel.sumSquares(from, to + 8, 64, 128);
          const [low = NaN, high = NaN] = new Float64Array(bed.floats(to, 4).buffer);
          if (bad === null) {
            const plainly = (own: Float32Array) => own.reduce((sum, one) => sum + one * one, 0);
            expect(Math.abs(low / plainly(values.subarray(0, 64)) - 1)).toBeLessThan(1e-14);
            expect(Math.abs(high / plainly(values.subarray(64)) - 1)).toBeLessThan(1e-14);
          } else {
            expect(Number.isFinite(place < 64 ? low : high)).toBe(false);
            expect(Number.isFinite(place < 64 ? high : low)).toBe(true);
          }
        }
      }
    });

    it('SGD with momentum, Adam and AdamW move the weights as PyTorch’s formulas say, three times', () => {
      const [rate, momentum, scale, beta1, beta2, epsilon] = [0.1, 0.9, 0.5, 0.9, 0.999, 1e-8];
      for (const kind of ['sgd', 'adam', 'adamw'] as const) {
        for (const decay of [0, 0.05]) {
          bed.clear();
          const noise = createNoise(7);
          const start = noise(32);
          const plain = Float64Array.from(start);
          const [one, two] = [new Float64Array(32), new Float64Array(32)];
          const [w, g, a, b] = [bed.put(start), bed.take(128), bed.take(128), bed.take(128)];
          for (let count = 1; count <= 3; count++) {
            const gradient = noise(32);
            bed.putAt(g, gradient);
            const [bias1, bias2] = [1 - beta1 ** count, Math.sqrt(1 - beta2 ** count)];
            const [sgdDecay, shrink] = [kind === 'adamw' ? 0 : decay, kind === 'adamw' ? 1 - rate * decay : 1];
            plain.forEach((_, at) => {
              let weight = (plain[at] ?? NaN) * shrink;
              const slope = (gradient[at] ?? NaN) * scale + sgdDecay * weight;
              if (kind === 'sgd') {
                one[at] = count === 1 ? slope : momentum * (one[at] ?? NaN) + slope;
                weight -= rate * (one[at] ?? NaN);
              } else {
                one[at] = beta1 * (one[at] ?? NaN) + (1 - beta1) * slope;
                two[at] = beta2 * (two[at] ?? NaN) + (1 - beta2) * slope ** 2;
                weight -= ((rate / bias1) * (one[at] ?? NaN)) / (Math.sqrt(two[at] ?? NaN) / bias2 + epsilon);
              }
              plain[at] = weight;
            });
            const fresh = count === 1 ? 1 : 0;
            for (const [from, to] of [
              [16, 32],
              [0, 16],
            ] as const) {
              if (kind === 'sgd') bed.kernel.updateSgd(w, g, a, from, to, rate, sgdDecay, momentum, scale, fresh);
              else {
                bed.kernel.updateAdam(
                  w,
                  g,
                  a,
                  b,
                  from,
                  to,
                  rate / bias1,
                  bias2,
                  sgdDecay,
                  shrink,
                  1 - beta1,
                  beta2,
                  1 - beta2,
                  epsilon,
                  scale,
                  fresh,
                );
              }
            }
          }
          expectAsPlain(w, plain, 2e-6);
          expectAsPlain(a, one, 2e-6);
          if (kind !== 'sgd') expectAsPlain(b, two, 1e-6);
        }
      }
    });
  });
}
