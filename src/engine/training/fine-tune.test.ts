import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { augmentForEpoch } from '../../domain/augment';
import { HeadstartError } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { RunConfig } from '../../domain/run-config';
import { createCompute, type Compute } from '../device';
import { nodeEnvironment } from '../testing/node-environment';
import { createPixels, createSmallRequest, createSmallRun, type SmallRun, type SmallRunOptions } from '../testing/small-run';
import type { RunParts } from '../../storage/run-file';
import { decodeRun, encodeRun } from './run-codec';
import { orderOfEpoch } from './run-plan';
import { chosenWeights, isTrained, type RunState } from './run-state';

// Whole runs of a stand-in in plain JavaScript: seconds each, more on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let compute: Compute;
let tensorsBefore: number;
beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
});
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});
afterAll(() => {
  compute.dispose();
});

const fineTuning: Partial<RunConfig> = {
  way: 'fine-tune',
  optimizer: 'sgd',
  backboneLearningRate: 1e-4,
  headWarmupEpochs: 1,
  epochs: 3,
  gradientClip: 100,
};

function numbersOf({ state }: SmallRun) {
  const { head, backbone, best } = state.checkpoint;
  return {
    steps: state.steps,
    epochs: state.epochs.map((epoch) => ({ ...epoch, seconds: 0 })),
    log: state.log,
    head,
    backbone,
    best,
  };
}

async function runStraight(config: Partial<RunConfig>, options: SmallRunOptions = {}): Promise<SmallRun> {
  const run = createSmallRun(compute, config, options);
  expect(await run.go()).not.toBeNull();
  expect(run.training.counts.open).toBe(0);
  return run;
}

const lossesOf = ({ state }: SmallRun) => state.steps.map(({ trainLoss }) => trainLoss);
const tensorOf = ({ state }: SmallRun) => chosenWeights(state).tensors[0]?.values ?? new Float32Array(0);

const sha256Of = (picture: Uint8Array) => createHash('sha256').update(picture).digest('hex');

function expectClose(own: readonly number[], expected: readonly number[], within: number) {
  expect(own).toHaveLength(expected.length);
  own.forEach((value, at) => {
    expect(Math.abs(value - (expected[at] ?? NaN))).toBeLessThan(within);
  });
}

describe('fine-tuning', () => {
  it('warms up the head alone, with the numbers of the frozen way, and then moves the backbone too', async () => {
    const run = await runStraight({ ...fineTuning, epochs: 2 });
    const frozen = await runStraight({ ...fineTuning, epochs: 2, way: 'frozen' });
    expect(run.state.steps.slice(0, 4)).toEqual(frozen.state.steps.slice(0, 4));
    expect(run.state.epochs[0]).toMatchObject({ valLoss: frozen.state.epochs[0]?.valLoss });
    expect(lossesOf(run).slice(4)).not.toEqual(lossesOf(frozen).slice(4));
    expect(tensorOf(run).some((value) => value !== 0)).toBe(true);
    expect(chosenWeights(frozen.state).tensors).toEqual([]);
  });

  it('lowers the loss by the backbone alone: its gradient points the right way, with and without a feature norm', async () => {
    for (const { featureNorm, backboneLearningRate } of [
      { featureNorm: null, backboneLearningRate: 0.01 },
      { featureNorm: 30, backboneLearningRate: 0.1 },
    ]) {
      // The head hardly moves.
      const settings = { ...fineTuning, headWarmupEpochs: 0, epochs: 12, learningRate: 1e-12, featureNorm, gradientClip: null };
      const run = await runStraight({ ...settings, backboneLearningRate });
      const losses = run.state.epochs.map(({ trainLoss }) => trainLoss);
      expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) - 0.02);
      const still = await runStraight({ ...settings, backboneLearningRate: 1e-12 });
      expectClose([still.state.epochs.at(-1)?.trainLoss ?? NaN], [still.state.epochs[0]?.trainLoss ?? NaN], 1e-4);
    }
  });

  it('passes as many together as the trainer takes: the sums are the same but for rounding', async () => {
    const whole = await runStraight(fineTuning, { training: { microBatch: 4 } });
    for (const microBatch of [1, 3])
      expectClose(lossesOf(await runStraight(fineTuning, { training: { microBatch } })), lossesOf(whole), 1e-4);
  });

  it('computes what is frozen once; where there is no room for it again in every epoch, with the same numbers', async () => {
    const held = await runStraight(fineTuning);
    expect(new Set(held.asked).size).toBe(held.asked.length);
    expect(held.asked).toHaveLength(18);
    const cramped = await runStraight(fineTuning, { boundaryBudget: 150_000 });
    expect(cramped.asked.length).toBeGreaterThan(2 * 18);
    expect(cramped.asked.length).toBeLessThan(4 * 18);
    expect(numbersOf(cramped)).toEqual(numbersOf(held));
  });

  it('with everything unfrozen feeds pixels, and nothing is held', async () => {
    const all = await runStraight({ ...fineTuning, unfreeze: 'all' });
    const block5 = await runStraight(fineTuning);
    expect(numbersOf(all)).toEqual(numbersOf(block5));
    expect(all.asked).toHaveLength(3 * 15 + 8);
  });

  it('pausing anywhere and continuing gives the numbers of an undisturbed run, bit by bit', async () => {
    for (const settings of [
      { optimizer: 'sgd', accumulate: 2, earlyStopping: 2 },
      { optimizer: 'adamw', weightDecay: 0.01, schedule: 'cosine', labelSmoothing: 0.1, featureNorm: 30 },
    ] as const) {
      const config = { ...fineTuning, ...settings };
      const straight = await runStraight(config);
      const total = straight.events.length;
      for (let at = 0; at < total; at += 11) {
        const run = createSmallRun(compute, config);
        let count = 0;
        let outcome = await run.go({ abortWhen: () => count++ === at });
        if (outcome === null) outcome = await run.go();
        expect(outcome).not.toBeNull();
        expect(numbersOf(run)).toEqual(numbersOf(straight));
        expect(run.events.filter(({ kind }) => kind === 'step')).toHaveLength(9);
        expect(run.training.counts.open).toBe(0);
      }
    }
  });

  it('a lost worker ends it with what to do, and it goes on from the last checkpoint with the same numbers', async () => {
    const straight = await runStraight(fineTuning);
    for (const failing of [0, 7, 20, 30]) {
      const run = createSmallRun(compute, fineTuning, {
        training: {
          beforeCall: (call) => {
            if (call === failing) throw new HeadstartError('cpu-worker-lost');
          },
        },
      });
      await expect(run.go()).rejects.toMatchObject({ code: 'cpu-worker-lost' });
      await run.go();
      expect(numbersOf(run)).toEqual(numbersOf(straight));
      expect(run.training.counts.open).toBe(0);
    }
  });

  it('a gradient that is no number moves nothing and ends the run, which can be finished as it was', async () => {
    let asked = 0;
    const run = createSmallRun(compute, fineTuning, { training: { squares: (truth) => (asked++ < 4 ? truth : NaN) } });
    await expect(run.go()).rejects.toMatchObject({ code: 'not-finite', message: expect.stringContaining('epoch 1') as string });
    const steps = run.state.steps.length;
    expect(steps).toBe(5);
    // As after the five updates that were sound, and not as at the last checkpoint.
    const straight = createSmallRun(compute, fineTuning);
    await straight.go({ abortWhen: (event: RunEvent) => event.kind === 'step' && straight.state.steps.length === steps });
    expect(numbersOf(run).head).toEqual(numbersOf(straight).head);
    expect(numbersOf(run).backbone).toEqual(numbersOf(straight).backbone);
    expect(await run.go({ finish: true })).toHaveLength(8);
  });

  it('a loss that is no number goes back to the last checkpoint, whose weights are sound', async () => {
    const run = createSmallRun(compute, fineTuning, { training: { isSpoilt: (updates) => updates === 2 } });
    await expect(run.go()).rejects.toMatchObject({ code: 'not-finite', message: expect.stringContaining('step 2') as string });
    expect(run.state.checkpoint.position).toEqual({ epoch: 1, step: 0 });
    const predictions = await run.go({ finish: true });
    expect(predictions?.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(run.training.counts.open).toBe(0);
  });

  it('goes back to the same weights where it was kept, and interrupted, on the way', async () => {
    const spoilt = { training: { isSpoilt: (updates: number) => updates === 5 } };
    const straight = createSmallRun(compute, fineTuning, spoilt);
    await expect(straight.go()).rejects.toMatchObject({ code: 'not-finite' });
    const kept: RunParts[] = [];
    const keeper = { isDue: () => true, keep: (state: RunState) => kept.push(encodeRun(state, '')) };
    const other = createSmallRun(compute, fineTuning, spoilt);
    const endOf = ({ state }: SmallRun) => [state.checkpoint.position, chosenWeights(state), state.steps, state.log];
    await expect(other.go({ keeper })).rejects.toMatchObject({ code: 'not-finite' });
    expect(endOf(other)).toEqual(endOf(straight));
    // At each of its steps and epochs: an unbroken run, and one that goes on from there, end alike.
    expect(kept.length).toBeGreaterThan(6);
    for (const parts of kept.slice(-3)) {
      const state = decodeRun(parts)?.state;
      if (state === undefined) throw new Error('it cannot be read');
      expect(state.plan).toEqual(straight.state.plan);
      const resumed = createSmallRun(compute, fineTuning, { ...spoilt, state });
      await expect(resumed.go()).rejects.toMatchObject({ code: 'not-finite' });
      expect(endOf(resumed)).toEqual(endOf(straight));
    }
  });
});

describe('what is kept of a run', () => {
  it('is refused where it does not fit a run of this build', () => {
    const parts = encodeRun(createSmallRun(compute, fineTuning).state, 'then');
    expect(decodeRun(parts)?.savedAt).toBe('then');
    const head = parts.head as Record<string, unknown>;
    const changes: readonly Record<string, unknown>[] = [
      { config: { ...(head['config'] as object), learningRate: -1 } },
      { position: { epoch: 99, step: 0 } },
      { classNames: ['only one'] },
      { head: { weight: 1, bias: 0 } },
      { log: 10_000 },
      { steps: head['ids'] },
      { splits: head['labels'] },
      { startedAt: null },
    ];
    for (const change of changes)
      expect(decodeRun({ ...parts, head: { ...head, ...change } }), JSON.stringify(change)).toBeNull();
  });
});

describe('updates', () => {
  it('of several batches are those of one as large, for each way', async () => {
    for (const way of ['features', 'fine-tune'] as const) {
      const settings = { ...fineTuning, way, classWeights: 'balanced', labelSmoothing: 0.1 } as const;
      const large = await runStraight({ ...settings, batchSize: 4 });
      const small = await runStraight({ ...settings, batchSize: 2, accumulate: 2 });
      expectClose(
        small.state.epochs.map(({ valLoss }) => valLoss),
        large.state.epochs.map(({ valLoss }) => valLoss),
        1e-4,
      );
      expect(small.state.steps).toHaveLength(15);
    }
  });

  it('clipped below any gradient are all of one length: the first moves the weights by rate times norm', async () => {
    const run = createSmallRun(compute, {
      ...fineTuning,
      headWarmupEpochs: 0,
      backboneLearningRate: 0.5,
      learningRate: 0.5,
      gradientClip: 1e-3,
    });
    const before = run.state.checkpoint.head;
    await run.go({ abortWhen: ({ kind }) => kind === 'step' });
    const { head, backbone } = run.state.checkpoint;
    let squares = 0;
    head.weight.forEach((value, at) => (squares += (value - (before.weight[at] ?? NaN)) ** 2));
    head.bias.forEach((value, at) => (squares += (value - (before.bias[at] ?? NaN)) ** 2));
    backbone?.tensors[0]?.values.forEach((value) => (squares += value ** 2));
    expect(backbone?.tensors[0]?.values.some((value) => value !== 0)).toBe(true);
    expect(Math.sqrt(squares)).toBeCloseTo(5e-4, 6);
  });

  it('on a cosine end near zero: the last epoch moves the weights less than a constant rate does', async () => {
    const constant = await runStraight({ optimizer: 'sgd', epochs: 4 });
    const cosine = await runStraight({ optimizer: 'sgd', epochs: 4, schedule: 'cosine' });
    expect(cosine.state.steps[0]).toEqual(constant.state.steps[0]);
    const change = ({ state }: SmallRun) => Math.abs((state.epochs[3]?.valLoss ?? NaN) - (state.epochs[2]?.valLoss ?? NaN));
    expect(change(cosine)).toBeLessThan(change(constant));
  });
});

describe('early stopping', () => {
  const settings = { ...fineTuning, epochs: 20, earlyStopping: 2 } as const;

  for (const way of ['features', 'frozen', 'fine-tune'] as const) {
    it(`ends after its patience and predicts with the best epoch’s weights (${way})`, async () => {
      const run = createSmallRun(compute, { ...settings, way }, { misleading: true });
      const predictions = await run.go();
      const losses = run.state.epochs.map(({ valLoss }) => valLoss);
      const best = losses.indexOf(Math.min(...losses));
      expect(losses.length).toBeLessThan(20);
      expect(losses).toHaveLength(best + 3);
      expect(run.state.checkpoint.best?.epoch).toBe(best);
      expect(run.state.log.at(-2)).toMatch(new RegExp(`^Epoch ${String(best)} kept, chosen by validation: validation acc = `));
      expect(run.state.log.at(-1)).toMatch(/^Test acc = /);
      expect(isTrained(run.state)).toBe(true);
      const val = predictions?.filter(({ split }) => split === 'val') ?? [];
      const loss = val.reduce((sum, own) => sum + own.loss, 0) / val.length;
      expect(loss).toBeCloseTo(losses[best] ?? NaN, 5);
      expect(Math.abs(loss - (losses.at(-1) ?? NaN))).toBeGreaterThan(1e-3);
      // The last weights are kept too.
      expect(run.state.checkpoint.head).not.toEqual(chosenWeights(run.state).head);
    });
  }

  it('does not end a run whose validation goes on improving, and null keeps the last weights', async () => {
    const patient = await runStraight({ ...fineTuning, epochs: 5, earlyStopping: 1 });
    expect(patient.state.epochs).toHaveLength(5);
    const last = await runStraight({ ...settings, earlyStopping: null, epochs: 6 });
    expect(last.state.checkpoint.best).toBeNull();
    expect(last.state.epochs).toHaveLength(6);
  });
});

describe('augmentation', () => {
  const augmentation = { flip: true, crop: 0.3, colour: 0.3, rotation: 10, erase: 0.25 };

  for (const way of ['frozen', 'fine-tune'] as const) {
    it(`changes training pictures anew in every epoch, never those of validation, and repeats itself (${way})`, async () => {
      const settings = { ...fineTuning, way, learningRate: 1e-9, backboneLearningRate: 1e-9 };
      const run = await runStraight({ ...settings, augmentation });
      expect(numbersOf(await runStraight({ ...settings, augmentation }))).toEqual(numbersOf(run));
      expect(run.asked).toHaveLength(3 * 10 + 8);
      const plain = await runStraight(settings);
      const [first, second] = run.state.epochs;
      expect(Math.abs((first?.trainLoss ?? NaN) - (second?.trainLoss ?? NaN))).toBeGreaterThan(1e-4);
      expectClose(
        run.state.epochs.map(({ valLoss }) => valLoss),
        plain.state.epochs.map(({ valLoss }) => valLoss),
        1e-4,
      );
    });
  }

  it('shows the network what the preview on the page shows: by seed, epoch and sample', async () => {
    const config = { way: 'frozen', augmentation, seed: 9 } as const;
    const { state, met } = await runStraight(config);
    const request = createSmallRequest(config);
    const { pixels } = createPixels(request);
    const seen = new Set(met.map((picture) => sha256Of(picture)));
    for (const epoch of [0, 1]) {
      for (const { id } of orderOfEpoch(state.plan, epoch)) {
        const shown = augmentForEpoch(await pixels(id, 'crop'), augmentation, { seed: 9, epoch, sampleId: id });
        expect(seen.has(sha256Of(shown))).toBe(true);
      }
    }
    const heldOut = request.samples.filter(({ split }) => split !== 'train');
    const untouched = await Promise.all(heldOut.map(({ id }) => pixels(id, 'crop')));
    for (const picture of untouched) expect(seen.has(sha256Of(picture))).toBe(true);
    // Ten training pictures in each of two epochs, and what is held out once: nothing else met the backbone.
    expect(met).toHaveLength(2 * 10 + heldOut.length);
    expect(seen.size).toBe(met.length);
  });

  it('is for pictures that meet the backbone in every epoch: the features way leaves them as they are', async () => {
    const run = await runStraight({ way: 'features', augmentation });
    expect(numbersOf(run)).toEqual(numbersOf(await runStraight({ way: 'features' })));
  });

  it('pausing within an epoch changes nothing', async () => {
    const config = { way: 'frozen', augmentation } as const;
    const straight = await runStraight(config);
    const run = createSmallRun(compute, config);
    await run.go({ abortWhen: ({ kind }) => kind === 'step' });
    await run.go();
    expect(numbersOf(run)).toEqual(numbersOf(straight));
  });
});
