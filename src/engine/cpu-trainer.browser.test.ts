import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { browserEnvironment, createCpuBackbone } from '../kernels/wasm/cpu-backbone';
import { createCpuTrainer, type CpuTrainer, type CpuTrainerOptions } from '../kernels/wasm/cpu-trainer';
import { convLayers } from '../domain/vgg16';
import { createDrawing } from '../ingest/sample/drawings';
import { trainerMemoryPlan } from '../kernels/wasm/trainer-plan';
import { dropAlpha } from './testing/features-reference';
import { expectAsPyTorch, loadFinetune, type Finetune } from './testing/finetune-reference';
import { createPlainHead } from './testing/plain-head';
import { areSame, asMap, labels, largestOff, learn, norm, readMoments, readWeights, settings } from './testing/trainer-checks';
import { openConvSources, type BackboneWeights } from './weights/conv-weights';
import { widenFloat16 } from '../domain/float16';
import { WeightsLoader } from './weights/weights-loader';

const spawn = () => new Worker(new URL('../worker/cpu-kernel.worker.ts', import.meta.url), { type: 'module' });

let weights: BackboneWeights;
/** Three pictures. */
let drawings: Uint8Array[];

function open(change: Partial<CpuTrainerOptions> = {}, isolated = true): Promise<CpuTrainer> {
  return createCpuTrainer({
    environment: { ...browserEnvironment(spawn), isolated },
    readSource: openConvSources(weights),
    scaling: weights.scaling,
    unfrozen: 3,
    batch: 4,
    optimizer: 'sgd',
    ...change,
  });
}

async function extractBoundary(pixels: readonly Uint8Array[], steps: number): Promise<Float32Array[]> {
  const backbone = await createCpuBackbone({
    environment: browserEnvironment(spawn),
    readSource: openConvSources(weights),
    scaling: weights.scaling,
  });
  try {
    return await backbone.extractBoundary(pixels, steps);
  } finally {
    backbone.dispose();
  }
}

beforeAll(async () => {
  ({ weights } = await new WeightsLoader().load('/models/vgg16/', () => undefined, new AbortController().signal));
  drawings = [1, 2, 3].map((index) => dropAlpha(createDrawing(index === 2 ? 'dog' : 'cat', index, 224).data));
});

/** Lets what was asked so far reach the workers. */
function begin(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

describe('the last three convolutions', () => {
  let maps: Float32Array[];
  let expected: Awaited<ReturnType<typeof learn>>;
  let trainer: CpuTrainer;
  beforeAll(async () => {
    maps = await extractBoundary(drawings, 10);
    trainer = await open({ threads: 2 });
    expected = await learn(trainer, [maps]);
  });
  afterAll(() => {
    trainer.dispose();
  });

  it('the map before them has zeros and no negative values, and the features after them are the backbone’s', async () => {
    expect(maps.map((map) => map.length)).toEqual([100_352, 100_352, 100_352]);
    expect(maps.every((map) => map.every((value) => value >= 0))).toBe(true);
    const backbone = await createCpuBackbone({
      environment: browserEnvironment(spawn),
      readSource: openConvSources(weights),
      scaling: weights.scaling,
    });
    const known = await backbone.extractBatch(drawings);
    backbone.dispose();
    const own = await trainer.forward(maps);
    for (const [picture, features] of known.entries()) {
      const part = own.slice(picture * features.length, (picture + 1) * features.length);
      expect(largestOff(asMap(part), asMap(features))).toBeLessThan(1e-5);
    }
  });

  it('the same batch gives the same gradients bit for bit, and in parts the same but for rounding', async () => {
    expect(areSame((await learn(trainer, [maps])).gradients, expected.gradients)).toBe(true);
    const parts = await learn(trainer, [maps.slice(0, 2), maps.slice(2)]);
    expect(Math.abs(parts.loss - expected.loss)).toBeLessThan(1e-6);
    const off = largestOff(parts.gradients, expected.gradients);
    expect(off).toBeLessThan(1e-4);
    expect(off).toBeGreaterThan(0);
  });

  it('a picture alone after a larger batch has its own gradients only', async () => {
    const alone = await open({ threads: 2, batch: 1 });
    const wanted = await learn(alone, [maps.slice(0, 1)]);
    alone.dispose();
    expect(largestOff((await learn(trainer, [maps.slice(0, 1)])).gradients, wanted.gradients)).toBeLessThan(1e-4);
  });

  for (const { title, change, isolated } of [
    { title: 'one thread', change: { threads: 1 }, isolated: true },
    { title: 'five threads on fewer cores', change: { threads: 5 }, isolated: true },
    { title: 'no relaxed SIMD', change: { threads: 2, relaxed: false }, isolated: true },
    { title: 'no shared memory', change: {}, isolated: false },
  ] as const) {
    it(`${title}: the gradients are the same but for rounding`, async () => {
      const other = await open(change, isolated);
      expect(other.build.shared).toBe(isolated);
      const { gradients } = await learn(other, [maps]);
      expect(largestOff(gradients, expected.gradients)).toBeLessThan(1e-4);
      expect(await other.update(settings)).toBe(true);
      expect(Number.isFinite(norm(await other.readTensor('features.24.weight')))).toBe(true);
      other.dispose();
    });
  }

  it('weights are read as they are in the file, and as they were written', async () => {
    const own = await open({ unfrozen: 1, batch: 1 });
    expect(own.tensors).toEqual([
      { name: 'features.28.weight', shape: [512, 512, 3, 3] },
      { name: 'features.28.bias', shape: [512] },
    ]);
    const read = openConvSources(weights);
    const layer = convLayers[12];
    if (layer === undefined) throw new Error('no last layer');
    const { kernel, bias } = read(layer);
    const widened = widenFloat16(new Uint16Array(kernel.slice().buffer));
    expect(areSame(asMap(await own.readTensor('features.28.weight')), asMap(widened))).toBe(true);
    expect(await own.readTensor('features.28.bias')).toEqual(bias);
    const changed = (await own.readTensor('features.28.weight')).map((value, at) => value + at);
    await own.writeTensor('features.28.weight', changed);
    expect(areSame(asMap(await own.readTensor('features.28.weight')), asMap(changed))).toBe(true);
    await expect(own.writeTensor('features.28.bias', new Float32Array(3))).rejects.toThrow(RangeError);
    await expect(own.readTensor('features.26.bias')).rejects.toThrow(RangeError);
    own.dispose();
  });

  for (const optimizer of ['sgd', 'adam', 'adamw'] as const) {
    it(`${optimizer}: a run that goes on elsewhere from what was saved has the same weights bit for bit`, async () => {
      const change = { optimizer, unfrozen: 1, threads: 2 };
      const one = await open(change);
      const inputs = maps.map((map) => map.slice());
      const step = async (own: CpuTrainer) => {
        await learn(own, [inputs]);
        expect(await own.update(settings)).toBe(true);
      };
      expect(await one.saveOptimizer()).toEqual({ updates: 0, moments: [[], []] });
      await step(one);
      const saved = { weights: await readWeights(one), optimizer: await one.saveOptimizer() };
      expect(saved.optimizer.moments[0]).toHaveLength(optimizer === 'sgd' ? 1 : 2);
      await step(one);
      const two = await open(change);
      for (const [name, values] of saved.weights) await two.writeTensor(name, values);
      await two.loadOptimizer(saved.optimizer);
      await step(two);
      expect(areSame(await readWeights(two), await readWeights(one))).toBe(true);
      expect(areSame(await readMoments(two), await readMoments(one))).toBe(true);
      expect(areSame(await readWeights(two), saved.weights)).toBe(false);
      await expect(two.loadOptimizer({ updates: 1, moments: [] })).rejects.toThrow(RangeError);
      one.dispose();
      two.dispose();
    });
  }

  it('a clipped gradient moves the weights by that much less', async () => {
    const own = await open({ threads: 2 });
    const before = await own.readTensor('features.28.weight');
    const { gradients } = await learn(own, [maps]);
    const squares = await own.gradientSquares();
    let wanted = 0;
    for (const gradient of gradients.values()) wanted += norm(gradient) ** 2;
    expect(Math.abs(squares / wanted - 1)).toBeLessThan(1e-6);
    const gradientScale = 0.5 / Math.sqrt(squares);
    expect(await own.update({ learningRate: 1, weightDecay: 0, momentum: 0.9, gradientScale })).toBe(true);
    const after = await own.readTensor('features.28.weight');
    const gradient = gradients.get('features.28.weight') ?? new Float32Array();
    const moved = before.map((value, at) => value - (gradient[at] ?? NaN) * gradientScale);
    expect(largestOff(asMap(after), asMap(moved))).toBeLessThan(1e-5);
    own.dispose();
  });

  it('NaN and infinity never reach the weights, wherever they come from', async () => {
    const own = await open({ threads: 2 });
    const before = await readWeights(own);
    const features = await own.forward(maps);
    for (const spoil of [NaN, Infinity, 3e38]) {
      own.zeroGradients();
      await own.forward(maps);
      await own.backward(features.map((_, at) => (at % 1000 === 7 ? spoil : 1e-3)));
      expect(Number.isFinite(await own.gradientSquares())).toBe(false);
      expect(await own.update(settings)).toBe(false);
    }
    expect(areSame(await readWeights(own), before)).toBe(true);
    expect(await own.saveOptimizer()).toMatchObject({ updates: 0 });
    // Every feature NaN: ReLU lets no gradient pass, and that must not look like a small one.
    const bias = await own.readTensor('features.28.bias');
    own.zeroGradients();
    await own.writeTensor(
      'features.28.bias',
      bias.map(() => NaN),
    );
    await own.forward(maps);
    await own.backward(features.map(() => 1e-3));
    expect(await own.update(settings)).toBe(false);
    await own.writeTensor('features.28.bias', bias);
    expect(areSame((await learn(own, [maps])).gradients, expected.gradients)).toBe(true);
    expect(await own.update(settings)).toBe(true);
    own.dispose();
  });

  it('a cancel is heard forwards and backwards, leaves nothing behind, and the next batch is whole', async () => {
    const own = await open({ threads: 2 });
    const features = await own.forward(maps);
    for (const work of [
      (signal: AbortSignal) => own.forward(maps, signal),
      (signal: AbortSignal) => own.backward(features, signal),
    ]) {
      await own.forward(maps);
      const controller = new AbortController();
      const caught = work(controller.signal).catch((error: unknown) => error);
      await begin();
      controller.abort();
      expect(await caught).toMatchObject({ code: 'cancelled' });
      await expect(own.backward(features)).rejects.toThrow(RangeError);
      await expect(own.update(settings)).rejects.toThrow(RangeError);
    }
    expect(areSame((await learn(own, [maps])).gradients, expected.gradients)).toBe(true);
    own.dispose();
  });

  it('other inputs, too many, and a backward without its forward are refused and nothing breaks', async () => {
    const features = await trainer.forward(maps);
    await expect(trainer.forward([])).rejects.toThrow(RangeError);
    await expect(trainer.forward([...maps, ...maps])).rejects.toThrow(RangeError);
    await expect(trainer.forward(drawings)).rejects.toThrow(RangeError);
    await expect(trainer.forward([new Float32Array(5)])).rejects.toThrow(RangeError);
    await trainer.forward(maps);
    await expect(trainer.backward(features.slice(1))).rejects.toThrow(RangeError);
    await trainer.backward(features);
    await expect(trainer.backward(features)).rejects.toThrow(RangeError);
    expect(areSame((await learn(trainer, [maps])).gradients, expected.gradients)).toBe(true);
  });

  for (const isolated of [true, false]) {
    it(`a worker that is killed ${isolated ? 'under way' : 'alone, without shared memory,'} is noticed, and so is every call after it`, async () => {
      const workers: Worker[] = [];
      const environment = {
        ...browserEnvironment(() => {
          const worker = spawn();
          workers.push(worker);
          return worker;
        }),
        isolated,
      };
      const own = await open({ environment, ...(isolated ? { threads: 2 } : {}), stallMs: 2000 });
      const caught = own.forward(maps).catch((error: unknown) => error);
      workers[workers.length - 1]?.terminate();
      expect(await caught).toMatchObject({ code: 'worker-dead' });
      await expect(own.update(settings)).rejects.toThrow();
      await expect(own.forward(maps)).rejects.toMatchObject({ code: 'worker-dead' });
    });
  }

  it('where the memory cannot be had fewer pictures pass at once, and one too many is out of memory', async () => {
    const most = (bytes: number) => ({
      ...browserEnvironment(spawn),
      createMemory: (size: number) => {
        if (size > bytes) throw new RangeError('WebAssembly.Memory(): could not allocate memory');
        return new WebAssembly.Memory({ initial: size / 65_536, maximum: size / 65_536, shared: true });
      },
    });
    const small = trainerMemoryPlan({ unfrozen: 3, batch: 2, threads: 2, optimizer: 'sgd' });
    const own = await open({ environment: most(small.bytes), threads: 2, batch: 5 });
    expect(own.plan.microBatch).toBe(2);
    expect(largestOff((await learn(own, [maps.slice(0, 2), maps.slice(2)])).gradients, expected.gradients)).toBeLessThan(1e-4);
    own.dispose();
    await expect(own.forward(maps.slice(0, 1))).rejects.toMatchObject({ code: 'cancelled' });
    await expect(open({ environment: most(1000), threads: 2 })).rejects.toMatchObject({ code: 'out-of-memory' });
    const planned = await open({ budget: small.bytes, threads: 2, batch: 4 });
    expect(planned.plan.microBatch).toBe(2);
    planned.dispose();
  });
});

it('everything trained: along each gradient the loss rises as steeply as the gradient says', async () => {
  const trainer = await open({ unfrozen: 13, batch: 1, threads: 2 });
  const [picture = new Uint8Array()] = drawings;
  const head = createPlainHead(2, 5, 0.02);
  const { gradients } = await learn(trainer, [[picture]]);
  const lossOf = async () => head.learn(await trainer.forward([picture]), labels.slice(0, 1)).loss;
  // Weights and biases of every block; each costs the whole way forwards twice.
  for (const [name, gradient] of [...gradients].filter((_, at) => at % 3 === 0)) {
    const start = await trainer.readTensor(name);
    const length = norm(gradient);
    const far = 5e-4 / length; // the loss moves by 5e-4 to either side
    const losses: number[] = [];
    for (const side of [1, -1]) {
      await trainer.writeTensor(
        name,
        start.map((value, at) => value + (side * far * (gradient[at] ?? NaN)) / length),
      );
      losses.push(await lossOf());
    }
    await trainer.writeTensor(name, start);
    const [above = NaN, below = NaN] = losses;
    expect(Math.abs((above - below) / (2 * far) / length - 1), name).toBeLessThan(0.02);
  }
  trainer.dispose();
});

const sharedDirectory = inject('sharedDirectory');

if (sharedDirectory !== null) {
  describe('fine-tuning as PyTorch does it', () => {
    let reference: Finetune;
    let photos: Uint8Array[];
    beforeAll(async () => {
      ({ reference, photos } = await loadFinetune(sharedDirectory));
    });

    for (const { name, unfrozen } of [
      { name: 'block5', unfrozen: 3 },
      { name: 'all', unfrozen: 13 },
    ]) {
      it(`${name}: loss, every gradient and four SGD steps`, async () => {
        const inputs = unfrozen === 13 ? photos : await extractBoundary(photos, 13 - unfrozen);
        const trainer = await open({ unfrozen });
        console.info(await expectAsPyTorch(trainer, inputs, reference, name));
        trainer.dispose();
      });
    }
  });
} else console.info('left out: fine-tuning beside PyTorch, ../shared is not here');
