import { describe, expect, it } from 'vitest';
import { describeError } from './errors';
import type { RunRecord, SamplePrediction } from './history';
import { settingsBeforeFineTuning } from './run-config';
import { createRunExport } from './run-export';

const run: RunRecord = {
  id: 'r3',
  number: 3,
  startedAt: '2026-11-24T00:00:00.000Z',
  config: {
    preset: 'custom',
    way: 'frozen',
    fit: 'pad',
    featureNorm: 10,
    optimizer: 'sgd',
    learningRate: 0.01,
    weightDecay: 0.1,
    momentum: 0.9,
    batchSize: 2,
    epochs: 1,
    seed: 7,
    valFraction: 0.2,
    limitPerClass: null,
    logEvery: 5,
    ...settingsBeforeFineTuning,
  },
  classNames: ['cat', 'dog'],
  counts: { train: 2, val: 1, test: 0 },
  device: 'cpu',
  adapter: null,
  threads: 1,
  computePlan: 'tfjs-wasm-simd float32',
  history: {
    steps: [{ epoch: 0, step: 0, batchSize: 2, trainLoss: 0.7, trainAccuracy: 0.5, noteLoss: 0.35, noteAccuracy: 0.5 }],
    epochs: [{ epoch: 0, trainLoss: 0.7, trainAccuracy: 0.5, valLoss: Number.NaN, valAccuracy: 1, noteValLoss: 0.1, seconds: 2 }],
  },
  log: ['Epoch 0, minibatch 0: train acc = 0.5, train loss = 0.35'],
  seconds: { weights: 1, features: 2, train: 3, total: 6 },
  stoppedEarly: false,
  testAccuracy: null,
  chosenBy: null,
  bestEpoch: null,
  weightsHash: null,
};

const prediction: SamplePrediction = {
  sampleId: 'a',
  split: 'val',
  labelIndex: 0,
  loss: 0.1,
  classIndex: 1,
  className: 'dog',
  logits: [1, Infinity],
  probabilities: [0, 1],
  milliseconds: 2,
};

describe('the export of a run', () => {
  it('holds the fields of the demo with their meaning', () => {
    expect(createRunExport(run)).toMatchObject({
      device: 'cpu',
      adapter: null,
      threads: 1,
      way: 'frozen',
      preset: 'custom',
      fit: 'pad',
      seed: 7,
      classes: ['cat', 'dog'],
      counts: { train: 2, val: 1 },
      skipped: [],
      predictions: [],
      seconds: { weights: 1, features: 2, train: 3, total: 6 },
      log: run.log,
      steps: [{ epoch: 0, step: 0, trainLoss: 0.7, trainAccuracy: 0.5 }],
    });
  });

  it('survives JSON unchanged, a loss that is not a number becoming null', () => {
    const exported = createRunExport(run, { predictions: [prediction] });
    expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
    expect(exported.epochs[0]).toMatchObject({ valLoss: null, valAccuracy: 1 });
    expect(exported.predictions[0]?.logits).toEqual([1, null]);
  });

  it('names predicted pictures by path, or by id once they are gone, and skipped files with their reason', () => {
    const skipped = [{ path: 'x/y.jpg', reason: describeError('file-empty') }];
    const exported = createRunExport(run, {
      samples: [{ id: 'a', path: 'cat/1.jpg' }],
      predictions: [prediction, { ...prediction, sampleId: 'b' }],
      skipped,
    });
    expect(exported.predictions.map(({ file }) => file)).toEqual(['cat/1.jpg', 'b']);
    expect(exported.skipped).toEqual([{ file: 'x/y.jpg', code: 'file-empty', reason: 'The file is empty (0 bytes).' }]);
  });

  it('is known by the test pictures where there are some, else by validation, which says where it chose the epoch', () => {
    expect(createRunExport(run).headline).toEqual({ split: 'val', accuracy: 1, pictures: 1, chosenBy: null });
    const chosen = { ...run, chosenBy: 'validation', bestEpoch: 0 } as const;
    expect(createRunExport(chosen).headline).toEqual({ split: 'val', accuracy: 1, pictures: 1, chosenBy: 'validation' });
    const tested = { ...chosen, testAccuracy: 0.75, counts: { train: 2, val: 1, test: 4 } };
    expect(createRunExport(tested).headline).toEqual({ split: 'test', accuracy: 0.75, pictures: 4, chosenBy: null });
    expect(createRunExport({ ...run, history: { steps: [], epochs: [] } }).headline).toBeNull();
  });

  it('names the convolutions that it stands on, what it began with, and that it came in with a file', () => {
    const id = 'ab'.repeat(32);
    const plain = { weights: { id: 'shipped', title: 'As they come with the page' }, startedFrom: null, imported: null };
    expect(createRunExport(run, { weights: { id, title: 'vgg.pth' } })).toMatchObject(plain);
    expect(createRunExport({ ...run, backbone: id }, { weights: { id, title: 'vgg.pth' } }).weights).toEqual({
      id,
      title: 'vgg.pth',
    });
    expect(createRunExport({ ...run, backbone: id }).weights).toEqual({ id, title: null });
    const continues = { runId: 'r0', number: 1, fingerprint: 'f' };
    const imported = { fileName: 'vgg.pth', format: 'pytorch', trainedBy: null, at: run.startedAt } as const;
    expect(createRunExport({ ...run, continues, imported })).toMatchObject({ startedFrom: continues, imported });
  });
});
