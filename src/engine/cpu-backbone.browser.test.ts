import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCpuBackbone, browserEnvironment, type CpuBackbone, type CpuBackboneOptions } from '../kernels/wasm/cpu-backbone';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import featuresUrl from './fixtures/drawings-features.safetensors?url';
import referenceUrl from './fixtures/drawings-reference.json?url';
import {
  createLayerComparison,
  dropAlpha,
  worstFeatureError,
  type DrawingInput,
  type FeaturesReference,
} from './testing/features-reference';
import { openConvSources, type BackboneWeights } from './weights/conv-weights';
import { WeightsLoader } from './weights/weights-loader';

/** Of the features' rms. */
const bound = 3e-4;

const spawn = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });

let weights: BackboneWeights;
let reference: FeaturesReference<DrawingInput>;
let file: Uint8Array;
let pictures: Uint8Array[];

async function fetchBytes(url: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

function open(change: Partial<CpuBackboneOptions> = {}, isolated = true): Promise<CpuBackbone> {
  const environment = { ...browserEnvironment(spawn), isolated };
  return createCpuBackbone({ environment, readSource: openConvSources(weights), scaling: weights.scaling, ...change });
}

beforeAll(async () => {
  ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, new AbortController().signal));
  reference = (await (await fetch(referenceUrl)).json()) as FeaturesReference<DrawingInput>;
  file = await fetchBytes(featuresUrl);
  pictures = reference.inputs.map(({ kind, index, size }) => toRgb(createDrawing(kind, index, size)));
});

describe('on two threads', () => {
  let backbone: CpuBackbone;
  beforeAll(async () => {
    backbone = await open({ threads: 2 });
  });
  afterAll(() => {
    backbone.dispose();
  });

  it('every layer and the features of a drawing are as PyTorch has them', async () => {
    for (const [picture, pixels] of pictures.entries()) {
      const { tap, seen } = createLayerComparison(reference, picture);
      const features = await backbone.extractFeatures(pixels, tap);
      expect(seen).toHaveLength(13);
      for (const { layer, worst } of seen) expect(worst, layer).toBeLessThan(bound);
      const worst = worstFeatureError(features, file, picture);
      console.info(
        `features off by ${worst.toExponential(1)} of rms, layers by ${Math.max(...seen.map((layer) => layer.worst)).toExponential(1)}`,
      );
      expect(worst).toBeLessThan(bound);
    }
  });

  it('a batch gives each picture what it has alone, also when it is longer than the plan’s and its last part is short', async () => {
    const many = Array.from({ length: backbone.batch + 3 }, (_, at) => pictures[at % pictures.length] ?? new Uint8Array());
    const started = performance.now();
    const features = await backbone.extractBatch(many);
    console.info(`${((performance.now() - started) / many.length).toFixed(0)} ms a picture`);
    expect(features).toHaveLength(many.length);
    for (const [at, values] of features.entries())
      expect(worstFeatureError(values, file, at % pictures.length)).toBeLessThan(bound);
  });

  it('the map after any number of convolutions is what the whole network passes on, for several pictures', async () => {
    const many = Array.from({ length: 5 }, (_, at) => pictures[at % pictures.length] ?? new Uint8Array());
    const maps: Float32Array[][] = [];
    for (const pixels of pictures) {
      const own: Float32Array[] = [];
      await backbone.extractFeatures(pixels, (_layer, _shape, values) => own.push(values));
      maps.push(own);
    }
    for (const steps of [1, 2, 4, 5, 7, 10, 12]) {
      const given = await backbone.extractBoundary(many, steps);
      expect(given).toHaveLength(many.length);
      for (const [at, map] of given.entries()) {
        const expected = maps[at % pictures.length]?.[steps - 1];
        expect(map.length).toBe(expected?.length);
        expect(map.every((value, place) => value === expected?.[place])).toBe(true);
      }
    }
    await expect(backbone.extractBoundary(many, 0)).rejects.toThrow(RangeError);
    await expect(backbone.extractBoundary(many, 14)).rejects.toThrow(RangeError);
  });

  it('calls that overlap are computed in turn', async () => {
    const answers = await Promise.all([0, 1, 0, 1].map((at) => backbone.extractFeatures(pictures[at] ?? new Uint8Array())));
    for (const [at, values] of answers.entries()) expect(worstFeatureError(values, file, at % 2)).toBeLessThan(bound);
  });

  it('fewer threads than there are give the same numbers, bit for bit', async () => {
    const all = await backbone.extractBatch(pictures);
    expect(await backbone.extractBatch(pictures, undefined, 1)).toEqual(all);
    expect(await backbone.extractBatch(pictures, undefined, 0)).toEqual(all);
  });

  it('a cancel is heard within a picture, and the next call works', async () => {
    const many = Array.from({ length: backbone.batch }, () => pictures[0] ?? new Uint8Array());
    const controller = new AbortController();
    const pending = backbone.extractBatch(many, controller.signal);
    const caught = pending.catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve));
    controller.abort();
    expect(await caught).toMatchObject({ code: 'cancelled' });
    const features = await backbone.extractFeatures(pictures[1] ?? new Uint8Array());
    expect(worstFeatureError(features, file, 1)).toBeLessThan(bound);
  });

  it('pixels of another length are refused and nothing breaks', async () => {
    await expect(backbone.extractFeatures(new Uint8Array(3))).rejects.toThrow(RangeError);
    await expect(backbone.extractFeatures(pictures[0] ?? new Uint8Array())).resolves.toHaveLength(25_088);
  });
});

const variants: readonly { title: string; change: Partial<CpuBackboneOptions>; isolated: boolean }[] = [
  { title: 'one thread of shared memory', change: { threads: 1, batch: 2 }, isolated: true },
  { title: 'five threads on fewer cores', change: { threads: 5, batch: 2 }, isolated: true },
  { title: 'no relaxed SIMD', change: { threads: 2, batch: 2, relaxed: false }, isolated: true },
  { title: 'filters made layer by layer', change: { threads: 2, batch: 2, mode: 'layer-by-layer' }, isolated: true },
  { title: 'no shared memory', change: { batch: 2 }, isolated: false },
  {
    title: 'no shared memory and no relaxed SIMD, layer by layer',
    change: { batch: 1, relaxed: false, mode: 'layer-by-layer' },
    isolated: false,
  },
];

for (const { title, change, isolated } of variants) {
  it(`features are as PyTorch has them with ${title}`, async () => {
    const backbone = await open(change, isolated);
    try {
      expect(backbone.build).toEqual({ shared: isolated, relaxed: change.relaxed ?? true });
      if (!isolated) expect(backbone.threads).toBe(1);
      for (let turn = 0; turn < 2; turn++) {
        const features = await backbone.extractBatch(pictures);
        for (const [at, values] of features.entries()) expect(worstFeatureError(values, file, at)).toBeLessThan(bound);
      }
    } finally {
      backbone.dispose();
    }
  });
}

it('a cancel is heard without shared memory too', async () => {
  const backbone = await open({ batch: 2 }, false);
  const controller = new AbortController();
  const caught = backbone.extractBatch(pictures, controller.signal).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 30));
  controller.abort();
  expect(await caught).toMatchObject({ code: 'cancelled' });
  const [features] = await backbone.extractBatch(pictures);
  expect(worstFeatureError(features ?? new Float32Array(), file, 0)).toBeLessThan(bound);
  backbone.dispose();
});

it('a worker that is killed under way is noticed, and so is every call after it', async () => {
  const workers: Worker[] = [];
  const environment = {
    ...browserEnvironment(() => {
      const worker = spawn();
      workers.push(worker);
      return worker;
    }),
  };
  const backbone = await open({ environment, threads: 2, stallMs: 500 });
  const caught = backbone
    .extractBatch(Array.from({ length: 8 }, () => pictures[0] ?? new Uint8Array()))
    .catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 30));
  workers[1]?.terminate();
  expect(await caught).toMatchObject({ code: 'worker-dead' });
  await expect(backbone.extractFeatures(pictures[0] ?? new Uint8Array())).rejects.toMatchObject({ code: 'worker-dead' });
});

it('the lone worker without shared memory is missed too when it is killed', async () => {
  const workers: Worker[] = [];
  const environment = {
    ...browserEnvironment(() => {
      const worker = spawn();
      workers.push(worker);
      return worker;
    }),
    isolated: false,
  };
  const backbone = await createCpuBackbone({
    environment,
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    stallMs: 1000,
  });
  const caught = backbone.extractBatch(pictures).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 30));
  workers[0]?.terminate();
  expect(await caught).toMatchObject({ code: 'worker-dead' });
});

it('a worker whose script does not load is a dead worker', async () => {
  const environment = browserEnvironment(() => new Worker('/there-is-no-such-script.js', { type: 'module' }));
  await expect(open({ environment, threads: 2 })).rejects.toMatchObject({ code: 'worker-dead' });
});

it('disposing under way ends what is pending as cancelled, and later calls too', async () => {
  const backbone = await open({ threads: 2, batch: 4 });
  const caught = backbone.extractBatch(pictures).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 30));
  backbone.dispose();
  expect(await caught).toMatchObject({ code: 'cancelled' });
  await expect(backbone.extractFeatures(pictures[0] ?? new Uint8Array())).rejects.toMatchObject({ code: 'cancelled' });
});

it('weights that give no numbers are told, not passed on', async () => {
  const read = openConvSources(weights);
  const readSource: typeof read = (layer) => {
    const source = read(layer);
    return layer.index === 28 ? { ...source, bias: source.bias.map(() => Infinity) } : source;
  };
  const backbone = await open({ readSource, threads: 2, batch: 1 });
  await expect(backbone.extractFeatures(pictures[0] ?? new Uint8Array())).rejects.toMatchObject({ code: 'self-check-failed' });
  backbone.dispose();
});

it('on a device with little memory filters are made layer by layer', async () => {
  const backbone = await open({ environment: { ...browserEnvironment(spawn), deviceMemory: 4 }, threads: 2, batch: 2 });
  expect(backbone.plan.mode).toBe('layer-by-layer');
  expect(backbone.plan.bytes).toBeLessThan(200 * 2 ** 20);
  backbone.dispose();
});

it('where the memory cannot be had a smaller plan is taken, and none at all is out of memory', async () => {
  const asked: number[] = [];
  const most = (bytes: number) => ({
    ...browserEnvironment(spawn),
    createMemory: (size: number) => {
      asked.push(size);
      if (size > bytes) throw new RangeError('WebAssembly.Memory(): could not allocate memory');
      return new WebAssembly.Memory({ initial: size / 65_536, maximum: size / 65_536, shared: true });
    },
  });
  const backbone = await open({ environment: most(200 * 2 ** 20), threads: 2 });
  expect(backbone.plan.mode).toBe('layer-by-layer');
  const features = await backbone.extractFeatures(pictures[0] ?? new Uint8Array());
  expect(worstFeatureError(features, file, 0)).toBeLessThan(bound);
  backbone.dispose();
  await expect(open({ environment: most(1000), threads: 2 })).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(asked.every((size, at) => at === 0 || size !== asked[at - 1])).toBe(true);
});

const sharedDirectory = inject('sharedDirectory');
if (sharedDirectory !== null) {
  it('features of four photos are as the reference has them', async () => {
    const at = (name: string) => `/@fs${sharedDirectory}/reference/${name}`;
    const { inputs } = (await (await fetch(at('features.json'))).json()) as FeaturesReference<string>;
    const expected = await fetchBytes(at('features.safetensors'));
    const backbone = await open({ threads: 2 });
    const photos = await Promise.all(
      inputs.map(async (name) => {
        const bitmap = await createImageBitmap(await (await fetch(at(name))).blob());
        const context = new OffscreenCanvas(224, 224).getContext('2d');
        context?.drawImage(bitmap, 0, 0);
        return dropAlpha(context?.getImageData(0, 0, 224, 224).data ?? []);
      }),
    );
    const features = await backbone.extractBatch(photos);
    const worst = features.map((values, picture) => worstFeatureError(values, expected, picture));
    console.info(`photos off by ${worst.map((error) => error.toExponential(1)).join(', ')} of rms`);
    for (const error of worst) expect(error).toBeLessThan(bound);
    backbone.dispose();
  });
} else console.info('left out: photos, ../shared is not here');
