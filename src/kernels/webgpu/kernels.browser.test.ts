import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  convolvePlainly,
  createNoise,
  filterMatrix,
  largestDifference,
  poolPlainly,
  sandwich,
  widenPlainly,
  type ConvShape,
} from '../wasm/testing/reference';
import { columnsFor } from './memory-plan';
import { multiplyGroups, multiplyKinds, type MultiplyKind } from './programs/multiply-programs';
import { filterDispatch, stepDispatches } from './schedule';
import type { LayerPlan } from './kernel-plan';
import { GpuBed } from './testing/gpu-bed';

interface Case extends ConvShape {
  readonly pool: boolean;
  readonly half: boolean;
  readonly seed: number;
}

/** Any number of channels in for the direct kernel, multiples of 16 else. */
function cases(channels: fc.Arbitrary<number>): fc.Arbitrary<Case> {
  return fc.record({
    pictures: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 15 }),
    width: fc.integer({ min: 1, max: 15 }),
    inChannels: channels,
    outChannels: fc.integer({ min: 1, max: 5 }).map((n) => n * 16),
    pool: fc.boolean(),
    half: fc.boolean(),
    seed: fc.nat(),
  });
}

const sixteens = fc.integer({ min: 1, max: 4 }).map((n) => n * 16);

/** `[pictures][h][w][c]` -> `[pictures][c][h][w]`. */
function toPlanes<T extends Float32Array | Float64Array>(values: T, pictures: number, channels: number): T {
  const each = values.length / pictures;
  const places = each / channels;
  return values.map((_, at) => {
    const [picture, inside] = [Math.floor(at / each), at % each];
    return values[picture * each + (inside % places) * channels + Math.floor(inside / places)] ?? NaN;
  }) as T;
}

function createFilters(noise: (count: number) => Float32Array, count: number, half: boolean) {
  const raw = noise(count);
  if (!half) return { stored: raw, values: raw };
  const stored = Uint16Array.from(
    raw,
    (value, at) => (value < 0 ? 0x8000 : 0) | ((at % 11 === 0 ? 0 : 0x3800) + Math.floor(Math.abs(value) * 1023)),
  );
  return { stored, values: Float32Array.from(stored, widenPlainly) };
}

/** The convolution on the device and as it is written, and the bound of their difference. */
async function convolve(bed: GpuBed, shape: Case, layer: LayerPlan) {
  const { pictures, height, width, inChannels, outChannels, pool, half } = shape;
  const noise = createNoise(shape.seed);
  const input = noise(pictures * height * width * inChannels);
  const { stored, values } = createFilters(noise, outChannels * inChannels * 9, half);
  const bias = noise(outChannels);
  const whole = convolvePlainly(input, values, bias, shape);
  const expected = toPlanes(pool ? poolPlainly(whole, shape) : whole, pictures, outChannels);
  const winograd = layer.kernel === 'winograd4';
  const tiles = pictures * Math.ceil(height / 4) * Math.ceil(width / 4);
  const columns = winograd ? columnsFor(tiles, layer.multiply) : 0;
  const filters = bed.take(winograd ? 36 * inChannels * outChannels : (9 * inChannels + 1) * outChannels);
  if (!winograd) bed.device.queue.writeBuffer(filters, 36 * inChannels * outChannels, bias);
  const output = bed.take(expected.length);
  await bed.run([
    filterDispatch(bed.maker, shape, winograd, { source: bed.put(stored), half, to: filters, nothing: bed.nothing }),
    ...stepDispatches(
      bed.maker,
      layer,
      shape,
      { buffer: bed.put(toPlanes(input, pictures, inChannels)), from: 0 },
      { buffer: output, from: 0 },
      {
        v: bed.take(winograd ? 36 * inChannels * columns : pictures * height * width * outChannels),
        m: bed.take(36 * outChannels * columns),
        filters,
        biases: bed.put(bias),
        nothing: bed.nothing,
      },
    ),
  ]);
  return { own: await bed.read(output), expected, bound: 2e-6 * (inChannels * 9 + 10) };
}

async function expectAsPlain(bed: GpuBed, shape: Case, layer: LayerPlan): Promise<Float32Array> {
  const { own, expected, bound } = await convolve(bed, shape, layer);
  expect(largestDifference(own, expected)).toBeLessThan(bound);
  return own;
}

const small: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 9],
  [9, 1],
  [2, 2],
  [3, 5],
];

for (const multiply of multiplyKinds) {
  describe(`Winograd with the product ${multiply}`, () => {
    let bed: GpuBed;
    beforeAll(async () => {
      bed = await GpuBed.create(['transform-filters', 'input', 'output', 'output-pool', multiply], true);
    });
    afterAll(() => {
      bed.close();
    });
    const layer = { kernel: 'winograd4', multiply } as const;

    it('a convolution with bias, ReLU and pooling is the plain one’s, whatever its shape', async () => {
      await fc.assert(
        fc.asyncProperty(cases(sixteens), async (shape) => {
          await expectAsPlain(bed, shape, layer);
        }),
        { seed: 4, numRuns: 15 },
      );
    });

    it('a convolution of one pixel, one row, one column, and one that pooling leaves nothing of', async () => {
      for (const [height, width] of small) {
        for (const pool of [false, true])
          await expectAsPlain(
            bed,
            { pictures: 2, height, width, inChannels: 16, outChannels: 16, half: false, pool, seed: 7 },
            layer,
          );
      }
    });

    it('each of the 36 products is the plain one’s', async () => {
      for (const [inChannels, outChannels, tiles] of [
        [16, 16, 1],
        [48, 80, 40],
        [32, 144, 130],
      ] as const) {
        const columns = columnsFor(tiles, multiply);
        const noise = createNoise(tiles);
        const [v, u] = [noise(36 * inChannels * columns), noise(36 * inChannels * outChannels)];
        const m = bed.take(36 * outChannels * columns);
        const sizes = { inChannels, outChannels, columns, tiles };
        const dispatch = bed.maker.make(multiply, [bed.put(v), bed.put(u), m], sizes, {
          groups: multiplyGroups(multiply, sizes, 36),
          cut: 'z',
          work: 1e6,
        });
        await bed.run([dispatch]);
        const expected = Float64Array.from({ length: 36 * outChannels * columns }, (_, at) => {
          const [place, out, column] = [
            Math.floor(at / outChannels / columns),
            Math.floor(at / columns) % outChannels,
            at % columns,
          ];
          let sum = 0;
          for (let k = 0; k < inChannels; k++)
            sum +=
              (v[(place * inChannels + k) * columns + column] ?? NaN) * (u[(place * inChannels + k) * outChannels + out] ?? NaN);
          return sum;
        });
        expect(largestDifference(await bed.read(m), expected)).toBeLessThan(1e-5);
      }
    });
  });
}

for (const subgroups of [true, false]) {
  describe(`the direct kernel ${subgroups ? 'with' : 'without'} subgroups`, () => {
    let bed: GpuBed;
    beforeAll(async () => {
      bed = await GpuBed.create(['pack-filters', 'direct', 'pool'], subgroups);
    });
    afterAll(() => {
      bed.close();
    });

    it('is the plain convolution with bias and ReLU, and pooling after it, whatever the shape', async () => {
      await fc.assert(
        fc.asyncProperty(cases(fc.integer({ min: 1, max: 19 })), async (shape) => {
          await expectAsPlain(bed, shape, { kernel: 'direct' });
        }),
        { seed: 5, numRuns: 20 },
      );
    });

    it('serves one pixel, one row, one column, and what pooling leaves nothing of', async () => {
      for (const [height, width] of small) {
        for (const pool of [false, true])
          await expectAsPlain(
            bed,
            { pictures: 2, height, width, inChannels: 3, outChannels: 16, half: true, pool, seed: 7 },
            { kernel: 'direct' },
          );
      }
    });

    it('widens every finite float16 exactly', async () => {
      const all = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits).filter((bits) => ((bits >> 10) & 31) !== 31);
      const outChannels = 16;
      const inChannels = Math.ceil(all.length / (9 * outChannels));
      const stored = new Uint16Array(outChannels * inChannels * 9);
      stored.set(all);
      const to = bed.take(stored.length);
      await bed.run([
        filterDispatch(bed.maker, { inChannels, outChannels }, false, {
          source: bed.put(stored),
          half: true,
          to,
          nothing: bed.nothing,
        }),
      ]);
      const own = await bed.read(to);
      stored.forEach((bits, at) => {
        const [out, channel, tap] = [Math.floor(at / 9 / inChannels), Math.floor(at / 9) % inChannels, at % 9];
        const value = own[(channel * 9 + tap) * outChannels + out];
        if (value !== widenPlainly(bits)) expect.fail(`0x${bits.toString(16)} became ${String(value)}`);
      });
    });
  });
}

describe('the small kernels', () => {
  let bed: GpuBed;
  beforeAll(async () => {
    bed = await GpuBed.create(['pixels', 'transform-filters'], true);
  });
  afterAll(() => {
    bed.close();
  });

  it('bytes become what the table has for their channel, in planes', async () => {
    const [pictures, height, width] = [2, 5, 7];
    const noise = createNoise(2);
    const pixels = Uint8Array.from(noise(pictures * height * width * 3), (value) => (value + 1) * 127.9);
    const table = noise(3 * 256);
    const output = bed.take(pixels.length);
    await bed.run([
      bed.maker.line(
        'pixels',
        [bed.put(pixels), bed.put(table), output],
        { pictures, height, width },
        pictures * height * width,
        1,
      ),
    ]);
    const scaled = Float32Array.from(pixels, (byte, at) => table[(at % 3) * 256 + byte] ?? NaN);
    expect(await bed.read(output)).toEqual(toPlanes(scaled, pictures, 3));
  });

  it('filters are transformed by G g G^T', async () => {
    for (const half of [false, true]) {
      const [inChannels, outChannels] = [5, 16];
      const { stored, values } = createFilters(createNoise(3), outChannels * inChannels * 9, half);
      const to = bed.take(36 * inChannels * outChannels);
      await bed.run([
        filterDispatch(bed.maker, { inChannels, outChannels }, true, { source: bed.put(stored), half, to, nothing: bed.nothing }),
      ]);
      const expected = new Float64Array(36 * inChannels * outChannels);
      for (let out = 0; out < outChannels; out++) {
        for (let channel = 0; channel < inChannels; channel++) {
          const filter = (out * inChannels + channel) * 9;
          sandwich(filterMatrix, values.subarray(filter, filter + 9)).forEach((value, place) => {
            expected[(place * inChannels + channel) * outChannels + out] = value;
          });
        }
      }
      expect(largestDifference(await bed.read(to), expected)).toBeLessThan(1e-6);
    }
  });
});

it('work that is cut into single workgroups gives bit for bit what it gives whole', async () => {
  const shape = { pictures: 2, height: 9, width: 7, inChannels: 16, outChannels: 80, half: true, seed: 9 };
  const kinds: readonly MultiplyKind[] = ['quad8', 'shared'];
  const answers: Float32Array[] = [];
  // A clock by which every piece takes an hour makes the next as small as can be.
  let hours = 0;
  for (const clock of [{ now: () => 0 }, { now: () => (hours += 3.6e6) }]) {
    const bed = await GpuBed.create(
      ['transform-filters', 'input', 'output', 'output-pool', 'pack-filters', 'direct', 'pool', ...kinds],
      true,
      clock,
    );
    let submissions = 0;
    const submit = bed.device.queue.submit.bind(bed.device.queue);
    bed.device.queue.submit = (buffers) => {
      submissions += 1;
      submit(buffers);
    };
    for (const pool of [false, true]) {
      for (const multiply of kinds) answers.push(await expectAsPlain(bed, { ...shape, pool }, { kernel: 'winograd4', multiply }));
      answers.push(await expectAsPlain(bed, { ...shape, pool }, { kernel: 'direct' }));
    }
    if (clock.now() === 0) expect(submissions).toBeLessThan(20);
    else expect(submissions).toBeGreaterThan(150);
    bed.close();
  }
  expect(answers.slice(6)).toEqual(answers.slice(0, 6));
});
