import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { runJob, type Phase } from '../phases';
import { planeBytes, shareOf } from '../shares';
import { type KernelBed } from './kernel-bed';
import {
  convolvePlainly,
  createNoise,
  filterMatrix,
  inputMatrix,
  largestDifference,
  outputMatrix,
  poolPlainly,
  sandwich,
  widenPlainly,
  type ConvShape,
} from './reference';

interface Case extends ConvShape {
  readonly pool: boolean;
  readonly half: boolean;
  /** Blocks of tiles. */
  readonly jobs: number;
  /** Output channels at once. */
  readonly block: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  pictures: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 15 }),
  width: fc.integer({ min: 1, max: 15 }),
  inChannels: fc.integer({ min: 1, max: 5 }).map((n) => n * 4),
  outChannels: fc.integer({ min: 1, max: 4 }).map((n) => n * 8),
  pool: fc.boolean(),
  half: fc.boolean(),
  jobs: fc.integer({ min: 1, max: 5 }),
  block: fc.integer({ min: 1, max: 4 }).map((n) => n * 8),
  seed: fc.nat(),
});

function tilesIn({ pictures, height, width }: ConvShape): number {
  return pictures * Math.ceil(height / 4) * Math.ceil(width / 4);
}

/** Filters as float16 patterns with their values, or as float32. */
function createFilters(
  noise: (count: number) => Float32Array,
  count: number,
  half: boolean,
): { stored: Float32Array | Uint16Array; values: Float32Array } {
  const raw = noise(count);
  if (!half) return { stored: raw, values: raw };
  // The upper half of the patterns of [0.5, 1), and some numbers below the normal ones.
  const stored = Uint16Array.from(
    raw,
    (value, at) =>
      (value < 0 ? 0x8000 : 0) |
      (at % 11 === 0 ? Math.floor(Math.abs(value) * 1023) : 0x3800 + Math.floor(Math.abs(value) * 1023)),
  );
  return { stored, values: Float32Array.from(stored, widenPlainly) };
}

/** Tests of one build, in Node or in a browser. */
export function describeKernels(title: string, open: () => Promise<KernelBed>): void {
  describe(title, () => {
    let bed: KernelBed;
    beforeAll(async () => {
      bed = await open();
    });

    function prepare(shape: Case) {
      bed.clear();
      const { pictures, height, width, inChannels, outChannels, pool, half } = shape;
      const noise = createNoise(shape.seed);
      const input = noise(pictures * height * width * inChannels);
      const { stored, values: kernel } = createFilters(noise, outChannels * inChannels * 9, half);
      const bias = noise(outChannels);
      const whole = convolvePlainly(input, kernel, bias, shape);
      const expected = pool ? poolPlainly(whole, shape) : whole;
      const scratch = bed.take(2048 + 36 * inChannels * 4);
      const filters = bed.take(36 * inChannels * outChannels * 4);
      bed.kernel.transformFilters(bed.put(stored), half ? 1 : 0, filters, inChannels, outChannels, 0, outChannels / 8, scratch);
      const addresses = { input: bed.put(input), bias: bed.put(bias), filters, scratch, output: bed.take(expected.length * 4) };
      // Sums of inChannels * 9 products below 1; the transforms' own factor is about 10.
      return { ...addresses, expected, bound: 2e-6 * (inChannels * 9 + 10) };
    }

    function expectAsPlain(shape: Case, convolve: (place: ReturnType<typeof prepare>) => void): Float32Array {
      const place = prepare(shape);
      convolve(place);
      const own = bed.floats(place.output, place.expected.length);
      expect(largestDifference(own, place.expected)).toBeLessThan(place.bound);
      expect(bed.isWithin(place.output, place.expected.length * 4)).toBe(true);
      return own;
    }

    function convolveInBlocks(shape: Case): Float32Array {
      const { height, width, inChannels, outChannels, pool, jobs, block } = shape;
      const tiles = tilesIn(shape);
      return expectAsPlain(shape, ({ input, output, filters, bias, scratch }) => {
        const v = bed.take(36 * planeBytes(tiles, inChannels));
        const m = bed.take(36 * planeBytes(tiles, Math.min(block, outChannels)));
        for (let job = 0; job < jobs; job++) {
          const [from, to] = shareOf(job, jobs, tiles);
          const count = to - from;
          bed.kernel.convolve(
            input,
            output,
            filters,
            bias,
            height,
            width,
            inChannels,
            outChannels,
            pool ? 1 : 0,
            from,
            count,
            block,
            v,
            planeBytes(count, inChannels),
            m,
            planeBytes(count, Math.min(block, outChannels)),
            scratch,
          );
        }
      });
    }

    it('a convolution with bias, ReLU and pooling is the plain one’s, whatever its shape and its blocks', () => {
      fc.assert(
        fc.property(cases, (shape) => {
          convolveInBlocks(shape);
        }),
        { seed: 4, numRuns: 120 },
      );
    });

    it('a convolution of one pixel, one row, one column, and one that pooling leaves nothing of', () => {
      const base = { pictures: 2, inChannels: 4, outChannels: 8, half: false, jobs: 1, block: 8, seed: 7 };
      for (const [height, width] of [
        [1, 1],
        [1, 9],
        [9, 1],
        [2, 2],
        [3, 5],
      ] as const) {
        for (const pool of [false, true]) convolveInBlocks({ ...base, height, width, pool });
      }
    });

    it('the three phases over shared V and M give bit for bit what blocks give', () => {
      fc.assert(
        fc.property(cases, fc.integer({ min: 1, max: 4 }), (drawn, shares) => {
          const shape = { ...drawn, width: drawn.height };
          const { height: size, inChannels, outChannels, pool, jobs } = shape;
          const tiles = tilesIn(shape);
          const together = expectAsPlain(shape, ({ input, output, filters, bias, scratch }) => {
            const [vPlane, mPlane] = [planeBytes(tiles, inChannels), planeBytes(tiles, outChannels)];
            const [v, m] = [bed.take(36 * vPlane), bed.take(36 * mPlane)];
            const phases: Phase[] = [
              { kind: 'input', jobs, input, size, inChannels, tiles, v, vPlane },
              {
                kind: 'product',
                jobs: 36 * shares,
                v,
                vPlane,
                filters,
                uPlane: inChannels * outChannels * 4,
                m,
                mPlane,
                inChannels,
                outChannels,
                tiles,
                shares,
              },
              { kind: 'output', jobs, m, mPlane, bias, output, size, outChannels, pool, tiles },
            ];
            for (const phase of phases) {
              // Backwards: no job may lean on another of its phase.
              for (let job = phase.jobs - 1; job >= 0; job--) runJob(bed.kernel, phase, job, { base: scratch, v: 0, m: 0 });
            }
          });
          expect(convolveInBlocks(shape)).toEqual(together);
        }),
        { seed: 5, numRuns: 40 },
      );
    });

    it('the first layer is the plain convolution of the scaled bytes, whatever its size and its rows', () => {
      const shapes = fc.record({
        height: fc.integer({ min: 1, max: 13 }),
        width: fc.integer({ min: 1, max: 20 }),
        outChannels: fc.integer({ min: 1, max: 3 }).map((n) => n * 8),
        jobs: fc.integer({ min: 1, max: 4 }),
        half: fc.boolean(),
        seed: fc.nat(),
      });
      fc.assert(
        fc.property(shapes, ({ height, width, outChannels, jobs, half, seed }) => {
          bed.clear();
          const noise = createNoise(seed);
          const pixels = Uint8Array.from(noise(height * width * 3), (value) => (value + 1) * 127.9);
          const { stored, values: kernel } = createFilters(noise, outChannels * 27, half);
          const [bias, scale] = [noise(outChannels), noise(3 * 256)];
          const scaled = Float32Array.from(pixels, (byte, at) => scale[(at % 3) * 256 + byte] ?? NaN);
          const expected = convolvePlainly(scaled, kernel, bias, { pictures: 1, height, width, inChannels: 3, outChannels });
          const packed = bed.take(outChannels * 27 * 4);
          bed.kernel.packFirst(bed.put(stored), half ? 1 : 0, packed, outChannels);
          const [input, biasAt, scaleAt] = [bed.put(pixels), bed.put(bias), bed.put(scale)];
          const output = bed.take(expected.length * 4);
          const scratch = bed.take((height + 2) * (width + 8) * 12);
          for (let job = 0; job < jobs; job++) {
            const [from, to] = shareOf(job, jobs, height);
            bed.kernel.convolveFirst(input, output, packed, biasAt, scaleAt, height, width, outChannels, from, to, scratch);
          }
          expect(largestDifference(bed.floats(output, expected.length), expected)).toBeLessThan(2e-5);
          expect(bed.isWithin(output, expected.length * 4)).toBe(true);
        }),
        { seed: 6, numRuns: 80 },
      );
    });

    it('every finite float16 becomes its float32 exactly', () => {
      bed.clear();
      const all = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits).filter((bits) => ((bits >> 10) & 31) !== 31);
      const outChannels = 8 * Math.ceil(all.length / 216);
      const stored = new Uint16Array(outChannels * 27);
      stored.set(all);
      const packed = bed.take(stored.length * 4);
      bed.kernel.packFirst(bed.put(stored), 1, packed, outChannels);
      const own = bed.floats(packed, stored.length);
      stored.forEach((bits, at) => {
        const [channel, inside] = [Math.floor(at / 27), at % 27];
        const place = (inside % 9) * 3 + Math.floor(inside / 9);
        const value = own[(Math.floor(channel / 8) * 27 + place) * 8 + (channel % 8)];
        if (value !== widenPlainly(bits)) expect.fail(`0x${bits.toString(16)} became ${String(value)}`);
      });
    });

    it('filters are transformed by G g G^T and packed in panels of eight, also when threads share the panels', () => {
      for (const half of [false, true]) {
        bed.clear();
        const [inChannels, outChannels] = [12, 24];
        const { stored, values } = createFilters(createNoise(3), outChannels * inChannels * 9, half);
        const [from, to, scratch] = [bed.put(stored), bed.take(36 * inChannels * outChannels * 4), bed.take(1280)];
        for (const [first, end] of [
          [2, 3],
          [0, 2],
        ] as const)
          bed.kernel.transformFilters(from, half ? 1 : 0, to, inChannels, outChannels, first, end, scratch);
        const own = bed.floats(to, 36 * inChannels * outChannels);
        const expected = new Float64Array(own.length);
        for (let o = 0; o < outChannels; o++) {
          for (let c = 0; c < inChannels; c++) {
            const filter = (o * inChannels + c) * 9;
            sandwich(filterMatrix, values.subarray(filter, filter + 9)).forEach((value, place) => {
              expected[((place * (outChannels / 8) + (o >> 3)) * inChannels + c) * 8 + (o & 7)] = value;
            });
          }
        }
        expect(largestDifference(own, expected)).toBeLessThan(1e-6);
        expect(bed.isWithin(to, own.byteLength)).toBe(true);
        expect(bed.isWithin(scratch, 1280)).toBe(true);
      }
    });

    it('tiles are transformed by B^T d B with zeros around the picture', () => {
      bed.clear();
      const [height, width, channels] = [6, 9, 8];
      const input = createNoise(9)(height * width * channels);
      const tiles = 6;
      const plane = planeBytes(tiles, channels);
      const v = bed.take(36 * plane);
      bed.kernel.transformInput(bed.put(input), height, width, channels, 0, tiles, v, plane, bed.take(576 + 36 * channels * 4));
      for (let tile = 0; tile < tiles; tile++) {
        for (let c = 0; c < channels; c++) {
          const [top, left] = [Math.floor(tile / 3) * 4 - 1, (tile % 3) * 4 - 1];
          const patch = Array.from({ length: 36 }, (_, at) => {
            const [y, x] = [top + Math.floor(at / 6), left + (at % 6)];
            return y < 0 || x < 0 || y >= height || x >= width ? 0 : (input[(y * width + x) * channels + c] ?? NaN);
          });
          const own = Array.from(
            { length: 36 },
            (_, place) => bed.floats(v + place * plane + (tile * channels + c) * 4, 1)[0] ?? NaN,
          );
          expect(largestDifference(own, sandwich(inputMatrix, patch))).toBeLessThan(1e-5);
        }
      }
    });

    it('products are transformed back by A^T m A, with bias, ReLU and the largest of four', () => {
      for (const pool of [false, true]) {
        bed.clear();
        const channels = 8;
        const plane = planeBytes(1, channels);
        const m = createNoise(11)((36 * plane) / 4);
        const bias = createNoise(12)(channels);
        const side = pool ? 2 : 4;
        const output = bed.take(side * side * channels * 4);
        bed.kernel.transformOutput(
          bed.put(m),
          plane,
          channels * 4,
          bed.put(bias),
          output,
          4,
          4,
          channels,
          0,
          channels,
          pool ? 1 : 0,
          0,
          1,
          bed.take(640),
        );
        for (let c = 0; c < channels; c++) {
          const tile = sandwich(
            outputMatrix,
            Array.from({ length: 36 }, (_, place) => m[(place * plane) / 4 + c] ?? NaN),
          );
          const whole = tile.map((value) => Math.max(0, value + (bias[c] ?? NaN)));
          const shape = { pictures: 1, height: 4, width: 4, inChannels: 1, outChannels: 1 };
          const own = Array.from({ length: side * side }, (_, at) => bed.floats(output + (at * channels + c) * 4, 1)[0] ?? NaN);
          expect(largestDifference(own, pool ? poolPlainly(whole, shape) : whole)).toBeLessThan(1e-4);
        }
      }
    });

    it('any number of rows is multiplied, in blocks of six and five', () => {
      for (let rows = 1; rows <= 33; rows++) {
        bed.clear();
        const [depth, panels] = [12, 2];
        const noise = createNoise(rows);
        const [v, u] = [noise(rows * depth), noise(panels * depth * 8)];
        const padded = new Float32Array((rows + 5) * depth);
        padded.set(v);
        const m = bed.take((rows + 5) * panels * 32);
        bed.kernel.multiplyPlaces(bed.put(padded), 0, bed.put(u), 0, m, 0, depth, rows, panels * 32, panels, 1);
        const expected = Float64Array.from({ length: rows * panels * 8 }, (_, at) => {
          const [row, column] = [Math.floor(at / (panels * 8)), at % (panels * 8)];
          let sum = 0;
          for (let k = 0; k < depth; k++)
            sum += (v[row * depth + k] ?? NaN) * (u[(Math.floor(column / 8) * depth + k) * 8 + (column % 8)] ?? NaN);
          return sum;
        });
        expect(largestDifference(bed.floats(m, expected.length), expected)).toBeLessThan(1e-5);
        expect(bed.isWithin(m, (rows + 5) * panels * 32)).toBe(true);
      }
    });

    it('a feature map is flattened channel by channel', () => {
      bed.clear();
      const [places, channels] = [49, 12];
      const map = createNoise(1)(places * channels);
      const to = bed.take(map.byteLength);
      bed.kernel.flatten(bed.put(map), to, places, channels);
      expect(bed.floats(to, map.length)).toEqual(
        Float32Array.from(map, (_, at) => map[(at % places) * channels + Math.floor(at / places)] ?? NaN),
      );
    });
  });
}
