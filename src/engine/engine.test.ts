import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { RunEvent } from '../domain/events';
import { pythonFloat } from '../domain/python-float';
import { backboneParameterCount, featureCount } from '../domain/vgg16';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import type { PixelSource } from '../protocol/compute-api';
import type { RunSample } from '../protocol/engine-api';
import { openWeightsCache } from '../storage/weights-cache';
import { createTfjsPath } from './compute-paths';
import { Engine } from './engine';
import { runSelfTest } from './self-test/self-test';
import { modelFolder, nodeEnvironment } from './testing/node-environment';
import { createPixels, createSmallRequest } from './testing/small-run';
import { createStandInEngine, neverStop, passed, startRun } from './testing/stand-in-engine';
import { browserLoaderEnvironment, WeightsLoader } from './weights/weights-loader';

const request = createSmallRequest();
const { pixels } = createPixels(request);

describe('Engine', () => {
  it('runs from start to a head that predicts as the evaluation did, and holds no more memory than before', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    expect(await engine.configureDevice('auto')).toMatchObject({ device: 'cpu', reason: { code: 'webgpu-absent' } });
    const before = await engine.memory();
    expect(await engine.headFit()).toBeNull();
    expect(await engine.exportHead()).toBeNull();
    const events: RunEvent[] = [];
    const outcome = await startRun(engine, request, undefined, events);
    if (outcome.status !== 'done') throw new Error('the run was paused');
    expect(await engine.memory()).toEqual(before);
    expect(outcome.run).toMatchObject({
      number: 1,
      startedAt: '2026-01-02T00:00:00.000Z',
      config: request.config,
      classNames: ['cat', 'dog'],
      counts: { train: 10, val: 5, test: 3 },
      device: 'cpu',
      adapter: null,
      threads: 1,
      computePlan: 'The stand-in',
      stoppedEarly: false,
    });
    const { seconds, history, log, testAccuracy } = outcome.run;
    expect(seconds.total).toBeGreaterThanOrEqual(seconds.weights + seconds.features + seconds.train);
    expect(seconds.features).toBeGreaterThan(0);
    expect(history.steps).toHaveLength(6);
    expect(log).toHaveLength(7);
    expect(log.at(-1)).toBe(`Test acc = ${pythonFloat(testAccuracy ?? NaN)}`);
    const predictions = events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));
    const test = predictions.filter(({ split }) => split === 'test');
    expect(testAccuracy).toBe(test.filter(({ classIndex, labelIndex }) => classIndex === labelIndex).length / 3);

    expect(await engine.headFit()).toBe('crop');
    for (const expected of predictions.slice(0, 3)) {
      const bytes = await pixels(expected.sampleId, 'crop');
      for (const sampleId of [expected.sampleId, null]) {
        const prediction = await engine.predict(bytes, sampleId, neverStop());
        expect(prediction).toMatchObject({ classIndex: expected.classIndex, className: expected.className });
        prediction.logits.forEach((logit, i) => {
          expect(logit).toBeCloseTo(expected.logits[i] ?? NaN, 5);
        });
        expect(prediction.milliseconds).toBeGreaterThan(0);
      }
    }
    expect(await engine.memory()).toEqual(before);
    await engine.dispose();
  });

  it('uses features that are held, also of pictures that were removed and added again', async () => {
    let extracted = 0;
    const { engine } = await createStandInEngine(nodeEnvironment, {
      onExtract: (pictures) => {
        extracted += pictures;
      },
    });
    await startRun(engine, request);
    expect(extracted).toBe(18);
    await startRun(engine, { ...request, number: 2 });
    expect(extracted).toBe(18);
    await engine.forgetSamples(['val-0', 'train-3']);
    await startRun(engine, request);
    expect(extracted).toBe(18);
    await engine.forgetFeatures();
    await startRun(engine, request);
    expect(extracted).toBe(36);
    await engine.dispose();
  });

  it('gives its head to another engine, which then predicts the same', async () => {
    const first = await createStandInEngine(nodeEnvironment);
    await startRun(first.engine, request);
    const head = await first.engine.exportHead();
    if (head === null) throw new Error('no head');
    const bytes = await pixels('val-1', 'crop');
    const expected = await first.engine.predict(bytes, null, neverStop());
    await first.engine.dispose();

    const second = await createStandInEngine(nodeEnvironment);
    await second.engine.restoreHead(head);
    head.weight.fill(0); // it was copied
    expect((await second.engine.predict(bytes, null, neverStop())).logits).toEqual(expected.logits);
    expect(await second.engine.headFit()).toBe('crop');
    await expect(second.engine.restoreHead({ ...head, weight: new Float32Array(featureCount) })).rejects.toMatchObject({
      code: 'project-invalid',
    });
    await second.engine.dispose();
  });

  it('pauses, continues with the numbers of an undisturbed run, and finishes early on request', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    const straight = await startRun(engine, request);
    const paused = await startRun(engine, request, (event) => event.kind === 'step');
    expect(paused).toEqual({ status: 'paused', epoch: 0, step: 1 });
    const continued = await engine.continueRun(pixels, () => undefined, neverStop());
    if (continued.status !== 'done' || straight.status !== 'done') throw new Error('a run was paused');
    expect(continued.run.history.steps).toEqual(straight.run.history.steps);
    expect(continued.run.log).toEqual(straight.run.log);

    await startRun(engine, request, (event) => event.kind === 'epoch');
    const finished = await engine.finishRun(pixels, () => undefined, neverStop());
    expect(finished).toMatchObject({ status: 'done', run: { stoppedEarly: true, history: { epochs: [{ epoch: 0 }] } } });
    await expect(engine.finishRun(pixels, () => undefined, neverStop())).rejects.toMatchObject({ code: 'run-absent' });
    await engine.dispose();
  });

  it('moves a paused run to another device, where it goes on', async () => {
    const { engine, counts } = await createStandInEngine(nodeEnvironment);
    await startRun(engine, request, (event) => event.kind === 'step');
    await engine.configureDevice('cpu');
    expect(counts).toEqual({ backbones: 1, disposed: 1 });
    expect(await engine.continueRun(pixels, () => undefined, neverStop())).toMatchObject({ status: 'done' });
    expect(counts).toEqual({ backbones: 2, disposed: 1 });
    await engine.dispose();
    expect(counts.disposed).toBe(2);
    expect(await engine.memory()).toMatchObject({ tensors: 0, bytes: 0 });
  });

  it('refuses a second task, lets predictions run beside, and stops the task when it is disposed', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    await startRun(engine, request);
    const running = startRun(engine, createSmallRequest({ epochs: 1000 }));
    await expect(startRun(engine, request)).rejects.toMatchObject({ code: 'busy' });
    await expect(engine.configureDevice('cpu')).rejects.toMatchObject({ code: 'busy' });
    expect(await engine.predict(await pixels('val-0', 'crop'), 'val-0', neverStop())).toMatchObject({
      className: expect.any(String) as string,
    });
    await engine.dispose();
    expect(await running).toMatchObject({ status: 'paused' });
    expect(await engine.memory()).toMatchObject({ tensors: 0 });
  });

  it('keeps the paused run and the former head when a new run is refused', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    await startRun(engine, request, (event) => event.kind === 'step');
    await expect(startRun(engine, createSmallRequest({ learningRate: -1 }))).rejects.toMatchObject({ code: 'setting-invalid' });
    expect(await engine.continueRun(pixels, () => undefined, neverStop())).toMatchObject({ status: 'done' });
    await engine.dispose();
  });

  it('says what is missing: no head, no paused run', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    await expect(engine.predict(new Uint8Array(0), null, neverStop())).rejects.toMatchObject({ code: 'head-absent' });
    await expect(engine.continueRun(pixels, () => undefined, neverStop())).rejects.toMatchObject({ code: 'run-absent' });
    await engine.dispose();
    await expect(
      (await createStandInEngine({ ...nodeEnvironment, hasWasmSimd: () => false })).engine.configureDevice('auto'),
    ).rejects.toMatchObject({ code: 'wasm-simd-absent' });
  });
});

describe('Engine that fine-tunes', () => {
  const fineTune = createSmallRequest({
    way: 'fine-tune',
    optimizer: 'sgd',
    backboneLearningRate: 1e-3,
    featureNorm: 30,
    earlyStopping: 1,
    epochs: 3,
  });
  const predictionsOf = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));

  async function expectPredictions(engine: Engine, expected: ReturnType<typeof predictionsOf>) {
    for (const { sampleId, logits } of expected.slice(0, 3)) {
      // Features that are held are of the backbone as it was loaded: naming the sample must not bring them in.
      const { logits: own } = await engine.predict(await pixels(sampleId, 'crop'), sampleId, neverStop());
      own.forEach((logit, at) => {
        expect(logit).toBeCloseTo(logits[at] ?? NaN, 5);
      });
    }
  }

  it('predicts with the trained backbone, keeps it with the head, and holds no more memory than before', async () => {
    const { engine, counts } = await createStandInEngine(nodeEnvironment);
    await startRun(engine, request); // so that features are held
    const before = await engine.memory();
    const events: RunEvent[] = [];
    const outcome = await startRun(engine, fineTune, undefined, events);
    expect(outcome).toMatchObject({ status: 'done', run: { chosenBy: 'validation', bestEpoch: 2, stoppedEarly: false } });
    expect(await engine.memory()).toEqual(before);
    await expectPredictions(engine, predictionsOf(events));
    expect(counts).toEqual({ backbones: 2, disposed: 0 });
    const kept = await engine.exportHead();
    expect(kept?.tensors).toHaveLength(1);
    // A run of a frozen way takes the tuned backbone away again.
    await startRun(engine, request);
    expect(counts.disposed).toBe(1);
    expect((await engine.exportHead())?.tensors).toEqual([]);
    await engine.dispose();
    expect(counts.disposed).toBe(2);

    const second = await createStandInEngine(nodeEnvironment);
    if (kept === null) throw new Error('nothing was kept');
    await second.engine.restoreHead(kept);
    await expectPredictions(second.engine, predictionsOf(events));
    // A worker's death takes both backbones with it; the next prediction has new ones.
    second.loss.lost = true;
    await expectPredictions(second.engine, predictionsOf(events));
    for (const values of [new Float32Array(3), new Float32Array(512).fill(NaN)])
      await expect(second.engine.restoreHead({ ...kept, tensors: [{ name: 'features.28.bias', values }] })).rejects.toMatchObject(
        { code: 'project-invalid' },
      );
    await second.engine.dispose();
    expect(second.counts.disposed).toBe(second.counts.backbones);
  });

  it('trains elsewhere what the device itself cannot train, and says so in log and record', async () => {
    const itself = await createStandInEngine(nodeEnvironment);
    const straight = await startRun(itself.engine, fineTune);
    await itself.engine.dispose();
    const { engine, counts } = await createStandInEngine(nodeEnvironment, { trains: 'elsewhere' });
    await startRun(engine, fineTune, (event) => event.kind === 'step');
    const outcome = await engine.continueRun(pixels, () => undefined, neverStop());
    if (outcome.status !== 'done' || straight.status !== 'done') throw new Error('a run was paused');
    expect(outcome.run.history.steps).toEqual(straight.run.history.steps);
    expect(outcome.run.computePlan).toBe('The stand-in + stand-in training float32');
    expect(outcome.run.log.filter((line) => line.includes('The processor does'))).toHaveLength(1);
    expect(straight.run.log.some((line) => line.includes('The processor does'))).toBe(false);
    expect(counts).toEqual({ backbones: 3, disposed: 2 });
    await engine.dispose();
  });

  it('says where nothing can train, or what could does not pass its self-test, and keeps the former run and head', async () => {
    for (const trains of ['nothing', 'elsewhere'] as const) {
      const { engine, counts } = await createStandInEngine(nodeEnvironment, {
        trains,
        selfTest: ({ name }) =>
          name === 'The other one'
            ? Promise.reject(new HeadstartError('self-test-failed', { path: name }))
            : Promise.resolve(passed),
      });
      await startRun(engine, request);
      await expect(startRun(engine, fineTune)).rejects.toMatchObject({ code: 'way-not-available' });
      expect(await engine.headFit()).toBe('crop');
      expect(counts.backbones - counts.disposed).toBe(1);
      await engine.dispose();
    }
  });
});

describe('Engine with the real backbone', () => {
  it('loads the shipped weights, trains on drawings, predicts, and holds no more memory than before', async () => {
    const classNames = ['cat', 'dog'] as const;
    const samples = classNames.flatMap((kind, labelIndex) =>
      Array.from({ length: 4 }, (_, i): RunSample => ({
        id: `${kind} ${String(i)}`,
        labelIndex,
        split: i < 3 ? 'train' : 'val',
      })),
    );
    const drawings: PixelSource = (id) => {
      const [kind, index] = id.split(' ');
      return Promise.resolve(toRgb(createDrawing(kind === 'cat' ? 'cat' : 'dog', Number(index), 224)));
    };
    const fromDisk = new WeightsLoader({
      ...browserLoaderEnvironment,
      fetch: (url) =>
        Promise.resolve(new Response(new Uint8Array(readFileSync(new URL(url.replace('/models/vgg16/', ''), modelFolder))))),
      openCache: () => openWeightsCache(null),
    });
    const engine = new Engine({
      device: nodeEnvironment,
      paths: {
        prepare: () => undefined,
        skipMeasuring: () => undefined,
        of: (compute, weights) => [createTfjsPath('TensorFlow.js', compute, weights)],
        forTraining: () => [],
      },
      selfTest: (path, backbone, compute) =>
        runSelfTest(path, backbone, compute, {
          picture: () => toRgb(createDrawing('cat', 0, 224)),
          now: () => performance.now(),
        }),
      trainingTest: () => Promise.resolve(),
      loader: fromDisk,
    });
    await engine.configureDevice('cpu');
    const progress: number[] = [];
    const report = await engine.loadWeights('/models/vgg16/', ({ receivedBytes }) => progress.push(receivedBytes), neverStop());
    expect(report).toMatchObject({ from: 'network', kept: false, totalBytes: progress.at(-1) });
    expect(await engine.loadWeights('/models/vgg16/', () => undefined, neverStop())).toEqual(report);
    const { selfTest, computePlan } = await engine.proveDevice(() => undefined, neverStop());
    expect(computePlan).toBe('tfjs-wasm-simd float32');
    expect(selfTest?.featureError).toBeLessThan(3e-4);
    expect(selfTest?.lossError).toBeLessThan(1e-5);
    console.info(`self-test: features off by ${String(selfTest?.featureError)}, losses by ${String(selfTest?.lossError)}`);
    const before = await engine.memory();
    expect(before.bytes).toBe(backboneParameterCount * 4);
    const config = {
      ...request.config,
      way: 'frozen' as const,
      fit: 'squash' as const,
      featureNorm: 10,
      learningRate: 0.01,
      batchSize: 3,
    };
    const outcome = await engine.startRun({ number: 1, config, classNames, samples }, drawings, () => undefined, neverStop());
    expect(await engine.memory()).toEqual(before);
    if (outcome.status !== 'done') throw new Error('the run was paused');
    const [first, last] = [outcome.run.history.epochs[0], outcome.run.history.epochs.at(-1)];
    expect(last?.trainLoss).toBeLessThan((first?.trainLoss ?? 0) / 2);
    expect(outcome.run.seconds.features).toBeGreaterThan(outcome.run.seconds.train);
    console.info(`${(outcome.run.seconds.features / 8).toFixed(2)} s a picture`);
    await engine.dispose();
    expect(await engine.memory()).toMatchObject({ tensors: 0, bytes: 0 });
  }, 120_000);
});
