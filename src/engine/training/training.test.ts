import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeadstartError } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import { formatEpochLine, formatStepLine, formatTestLine } from '../../domain/note-log';
import { createCompute, type Compute } from '../device';
import { nodeEnvironment } from '../testing/node-environment';
import { createSmallRun, type SmallRun } from '../testing/small-run';
import { orderOfEpoch } from './run-plan';

let compute: Compute;
let tensorsBefore: number;
beforeAll(async () => {
  compute = await createCompute('cpu', nodeEnvironment);
});
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => {
  // However a run ends, nothing stays on the device.
  expect(tf.memory().numTensors).toBe(tensorsBefore);
});
afterAll(() => {
  compute.dispose();
});

/** The numbers of a run, without its times. */
function numbersOf({ state }: SmallRun) {
  return {
    steps: state.steps,
    epochs: state.epochs.map((epoch) => ({ ...epoch, seconds: 0 })),
    log: state.log,
    head: state.checkpoint.head,
  };
}

async function runStraight(config: Parameters<typeof createSmallRun>[1] = {}): Promise<SmallRun> {
  const run = createSmallRun(compute, config);
  await run.go();
  return run;
}

const isStep = (epoch: number, step: number) => (event: RunEvent) =>
  event.kind === 'step' && event.record.epoch === epoch && event.record.step === step;

describe('a run', () => {
  it('tells its events in order and keeps their laws', async () => {
    const { events, state } = await runStraight();
    const kinds = events
      .map((event) => (event.kind === 'stage' ? event.stage : event.kind))
      .filter((kind, i, all) => kind !== all[i - 1]);
    expect(kinds.slice(0, 4)).toEqual(['first-batch', 'features', 'training', 'step']);
    // The last line says how many test pictures were right.
    expect(kinds.slice(-4)).toEqual(['log', 'evaluation', 'predictions', 'log']);
    for (const stage of ['features', 'training', 'evaluation'] as const) {
      const told = events.filter((event) => event.kind === 'stage').filter((event) => event.stage === stage);
      told.forEach(({ done, total }, i) => {
        expect(total).toBe({ features: 18, training: 6, evaluation: 8 }[stage]);
        expect(done).toBeGreaterThanOrEqual(told[i - 1]?.done ?? 0);
      });
      expect(told.at(-1)).toMatchObject({ done: told[0]?.total, secondsLeft: expect.any(Number) as number });
    }
    expect(events[0]).toEqual({
      kind: 'first-batch',
      sampleIds: orderOfEpoch(state.plan, 0)
        .slice(0, 4)
        .map(({ id }) => id),
      labels: orderOfEpoch(state.plan, 0)
        .slice(0, 4)
        .map(({ labelIndex }) => labelIndex),
    });
    expect(events.filter(({ kind }) => kind === 'first-batch')).toHaveLength(1);
  });

  it('makes the records that their words promise, the last short batch included', async () => {
    const { state, events } = await runStraight();
    expect(state.steps.map(({ epoch, step, batchSize }) => [epoch, step, batchSize])).toEqual([
      [0, 0, 4],
      [0, 1, 4],
      [0, 2, 2],
      [1, 0, 4],
      [1, 1, 4],
      [1, 2, 2],
    ]);
    for (const epoch of [0, 1]) {
      const steps = state.steps.filter((record) => record.epoch === epoch);
      let [sum, right, seen, loss] = [0, 0, 0, 0];
      for (const record of steps) {
        expect(Math.fround(record.trainLoss)).toBe(record.trainLoss);
        sum = Math.fround(sum + record.trainLoss);
        right += record.trainAccuracy * record.batchSize;
        seen += record.batchSize;
        loss += record.trainLoss * record.batchSize;
        expect(record.noteLoss).toBe(sum / seen);
        expect(record.noteAccuracy).toBe(right / seen);
      }
      expect(state.epochs[epoch]?.trainLoss).toBeCloseTo(loss / seen, 6);
      expect(state.epochs[epoch]?.trainAccuracy).toBe(right / seen);
    }
    const predictions = events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));
    const val = predictions.filter(({ split }) => split === 'val');
    const last = state.epochs.at(-1);
    expect(val).toHaveLength(5);
    expect(predictions).toHaveLength(8);
    // Evaluated again with the end weights: the last epoch's validation must say the same.
    expect(last?.valLoss).toBeCloseTo(val.reduce((sum, { loss }) => sum + loss, 0) / 5, 6);
    expect(last?.valAccuracy).toBe(val.filter(({ classIndex, labelIndex }) => classIndex === labelIndex).length / 5);
    const batchMeans = [val.slice(0, 4), val.slice(4)].map((batch) =>
      Math.fround(batch.reduce((sum, { loss }) => sum + loss, 0) / batch.length),
    );
    expect(last?.noteValLoss).toBe(batchMeans.reduce((sum, mean) => Math.fround(sum + mean), 0) / 5);
    for (const { probabilities, logits, classIndex, className } of predictions) {
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
      expect(logits[classIndex]).toBe(Math.max(...logits));
      expect(className).toBe(['cat', 'dog'][classIndex]);
    }
    const test = predictions.filter(({ split }) => split === 'test');
    const rightOfTest = test.filter(({ classIndex, labelIndex }) => classIndex === labelIndex).length;
    expect(state.log).toEqual([
      ...[0, 1].flatMap((epoch) => [
        ...state.steps.filter((record) => record.epoch === epoch && record.step % 2 === 0).map(formatStepLine),
        ...state.epochs.slice(epoch, epoch + 1).map(formatEpochLine),
      ]),
      formatTestLine(rightOfTest / test.length),
    ]);
    expect(events.flatMap((event) => (event.kind === 'log' ? [event.line] : []))).toEqual(state.log);
  });

  it('learns what can be learnt', async () => {
    const { state } = await runStraight({ epochs: 8 });
    expect(state.epochs.at(-1)).toMatchObject({ valAccuracy: 1, trainAccuracy: 1 });
    expect(state.epochs.at(-1)?.valLoss).toBeLessThan((state.epochs[0]?.valLoss ?? 0) / 2);
  });

  it('repeats itself with the same seed and not with another', async () => {
    const first = numbersOf(await runStraight());
    expect(numbersOf(await runStraight())).toEqual(first);
    expect(numbersOf(await runStraight({ seed: 12 })).steps).not.toEqual(first.steps);
  });

  it.each(['adam', 'adamw', 'sgd'] as const)(
    'gives the same numbers the frozen way as the features way with %s, and starts without the features stage',
    async (optimizer) => {
      const settings = { optimizer, weightDecay: 0.01, featureNorm: 30, epochs: 3 };
      const byFeatures = await runStraight({ ...settings, way: 'features' });
      const frozen = await runStraight({ ...settings, way: 'frozen' });
      expect(numbersOf(frozen)).toEqual(numbersOf(byFeatures));
      expect(frozen.events.some((event) => event.kind === 'stage' && event.stage === 'features')).toBe(false);
      const firstStep = frozen.events.findIndex(({ kind }) => kind === 'step');
      expect(frozen.events.slice(0, firstStep).filter((event) => event.kind === 'stage' && event.note !== null)).toHaveLength(4);
      // Each picture meets the backbone once.
      expect([...frozen.asked].sort()).toEqual([...byFeatures.asked].sort());
      expect(new Set(frozen.asked).size).toBe(frozen.asked.length);
    },
  );
});

describe('pausing', () => {
  it('at any step, picture or validation and continuing gives the numbers of an undisturbed run, bit by bit', async () => {
    for (const way of ['features', 'frozen'] as const) {
      const straight = await runStraight({ way, optimizer: 'sgd' });
      const total = straight.events.length;
      for (let at = 0; at < total; at += 3) {
        const run = createSmallRun(compute, { way, optimizer: 'sgd' });
        let count = 0;
        let outcome = await run.go({ abortWhen: () => count++ === at });
        if (outcome === null) outcome = await run.go();
        expect(outcome).not.toBeNull();
        expect(numbersOf(run)).toEqual(numbersOf(straight));
        expect(run.events.filter(({ kind }) => kind === 'step')).toHaveLength(6);
        expect(run.events.filter(({ kind }) => kind === 'first-batch')).toHaveLength(1);
      }
    }
  }, 60_000);

  it('says where it stopped and goes on at the very next step', async () => {
    const run = createSmallRun(compute, { epochs: 3 });
    expect(await run.go({ abortWhen: isStep(1, 0) })).toBeNull();
    expect(run.state.checkpoint.position).toEqual({ epoch: 1, step: 1 });
    run.events.length = 0;
    await run.go();
    expect(run.events.find(({ kind }) => kind === 'step')).toMatchObject({ record: { epoch: 1, step: 1 } });
  });

  it('is heard within one picture', async () => {
    for (const way of ['features', 'frozen'] as const) {
      const run = createSmallRun(compute, { way });
      expect(
        await run.go({
          abortWhen: (event) => event.kind === 'stage' && (event.done === 2 || event.note?.startsWith('Picture 2') === true),
        }),
      ).toBeNull();
      // The pictures that passed together are held; the next ones were only decoded ahead.
      expect(run.events.filter(({ kind }) => kind === 'step')).toHaveLength(0);
      expect(run.asked.length).toBeLessThanOrEqual(6);
      run.asked.length = 0;
      await run.go();
      expect(new Set(run.asked).size).toBe(18 - 3);
    }
  });

  it('can be ended where it is: the head so far is evaluated on every held-out picture', async () => {
    const run = createSmallRun(compute, { way: 'frozen' });
    await run.go({ abortWhen: isStep(0, 1) });
    const head = run.state.checkpoint.head;
    const predictions = await run.go({ finish: true });
    expect(predictions).toHaveLength(8);
    expect(run.state.epochs).toHaveLength(0);
    expect(run.state.steps).toHaveLength(2);
    expect(run.state.checkpoint.head).toEqual(head);
  });
});

describe('a run that fails', () => {
  it('stops before a loss that is no number reaches the weights, and can be finished with the last finite ones', async () => {
    const run = createSmallRun(compute, { optimizer: 'sgd', learningRate: 10, epochs: 5 }, { magnitude: 1e18 });
    const error: unknown = await run.go().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'not-finite' });
    expect(run.state.steps.length).toBeGreaterThan(0);
    expect(run.state.steps.every(({ trainLoss }) => Number.isFinite(trainLoss))).toBe(true);
    expect(run.state.checkpoint.head.weight.every(Number.isFinite)).toBe(true);
    await expect(run.go()).rejects.toBe(error);
    const predictions = await run.go({ finish: true });
    expect(predictions?.every(({ loss, logits }) => Number.isFinite(loss) && logits.every(Number.isFinite))).toBe(true);
  });

  it.each(['features', 'frozen'] as const)(
    'on a picture that has gone says which, keeps what was done and can go on (%s)',
    async (way) => {
      const straight = await runStraight({ way });
      const run = createSmallRun(compute, { way });
      await expect(run.go({ gone: new Set(['train-5']) })).rejects.toMatchObject({
        code: 'picture-gone',
        message: expect.stringContaining('train-5') as string,
      });
      const before = run.asked.length;
      expect(before).toBeGreaterThan(1);
      await run.go();
      expect(run.asked.slice(before)).not.toContain(run.asked[0]);
      expect(numbersOf(run)).toEqual(numbersOf(straight));
    },
  );

  it('with its device goes on from the last checkpoint on a new one, with the same numbers and nothing told twice', async () => {
    const straight = await runStraight({ epochs: 3 });
    for (const readsUntilLoss of [0, 1, 4, 9, 14]) {
      const run = createSmallRun(compute, { epochs: 3 });
      const lost = new HeadstartError('device-lost', { detail: 'test' });
      let reads = 0;
      const failing: Compute = {
        ...compute,
        failure: () => (reads > readsUntilLoss ? lost : null),
        orFailure: (promise) => (reads++ >= readsUntilLoss ? promise.then(() => Promise.reject(lost)) : promise),
      };
      await expect(run.go({ compute: failing })).rejects.toBe(lost);
      await run.go();
      expect(numbersOf(run)).toEqual(numbersOf(straight));
      expect(run.events.filter(({ kind }) => kind === 'step')).toHaveLength(9);
      expect(run.events.filter(({ kind }) => kind === 'epoch')).toHaveLength(3);
    }
  });
});
