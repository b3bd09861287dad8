import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { RunEvent } from '../domain/events';
import { plainRun } from '../domain/testing/plain-run';
import { featureCount } from '../domain/vgg16';
import type { RunRequest } from '../protocol/engine-api';
import { CheckpointStore } from '../storage/checkpoint-store';
import { packFeatures, unpackFeatures } from '../storage/packed-features';
import { createTabs, FaultyFolder } from '../storage/testing/faulty-folder';
import type { Engine } from './engine';
import type { ReadModel } from './model-files/read-model';
import { createReadHead, createReadModel, createSources, createTensors, MemoryBases } from './testing/model-sources';
import { nodeEnvironment } from './testing/node-environment';
import { createPixels, createSmallRequest, createStandInBackbone } from './testing/small-run';
import { createStandInEngine, neverStop, passed, startRun, type StandInOptions } from './testing/stand-in-engine';
import { applyTensor, standInTensor } from './testing/stand-in-trainer';

const request = createSmallRequest();
const { pixels } = createPixels(request);
const models = new Map<string, ReadModel>([
  ['base', createReadModel({ fileName: 'base', conv: createTensors(1) })],
  ['tuned', createReadModel({ fileName: 'tuned', conv: createTensors(0.5), head: createReadHead() })],
  ['head', createReadModel({ fileName: 'head', head: createReadHead({ classNames: null }) })],
  ['same', createReadModel({ fileName: 'same', conv: createTensors(0), head: createReadHead() })],
]);

async function createEngine(options: StandInOptions = {}) {
  const bases = new MemoryBases();
  const { sources, dropped } = createSources(models, createTensors(2));
  const tests: string[] = [];
  const made = await createStandInEngine(nodeEnvironment, {
    tensors: createTensors(0),
    models: sources,
    bases,
    selfTest: () => {
      tests.push('self-test');
      return Promise.resolve(passed);
    },
    trainingTest: () => {
      tests.push('training');
      return Promise.resolve();
    },
    ...options,
  });
  return { ...made, bases: options.bases instanceof MemoryBases ? options.bases : bases, dropped, tests };
}

const open = (engine: Engine, name: string) => engine.openModel([new File([], name)], 'crop', () => undefined, neverStop());
const named = { runId: 'in', number: 7, classNames: ['cat', 'dog'] };

async function take(engine: Engine, name: string, withHead = false) {
  await open(engine, name);
  return engine.takeModel(withHead ? named : null, () => undefined, neverStop());
}

async function train(engine: Engine, own: RunRequest = request, events: RunEvent[] = []) {
  const outcome = await startRun(engine, own, undefined, events);
  if (outcome.status !== 'done') throw new Error('it was paused');
  return outcome.run;
}

/** The stand-in's features as a head gets them, and plain logits in float64. */
async function logitsOf(sampleId: string, head: { weight: Float32Array; bias: Float32Array }, tensor: number): Promise<number[]> {
  const plain = await createStandInBackbone().extractFeatures(await pixels(sampleId, 'crop'));
  const features = new Float32Array(featureCount);
  unpackFeatures(packFeatures(applyTensor(plain, new Float32Array(512).fill(tensor)), 'float16'), null, features, 0);
  return Array.from(head.bias, (bias, row) =>
    features.reduce((sum, value, at) => sum + value * (head.weight[row * featureCount + at] ?? NaN), bias),
  );
}

function lossOf(logits: readonly number[], label: number): number {
  const largest = Math.max(...logits);
  return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)) + largest - (logits[label] ?? NaN);
}

describe('weights that are taken', () => {
  it('are in force from then on, kept, and proved no second time; back again everything is as it was', async () => {
    const { engine, opened, counts, bases, tests } = await createEngine();
    const before = await train(engine);
    const origin = await engine.featureOrigin();
    const { backbone, run, notKept } = await take(engine, 'base');
    expect([run, notKept]).toEqual([null, null]);
    expect(await engine.headFit()).toBeNull();
    expect([...bases.kept.keys()]).toEqual([backbone?.id]);
    const other = await train(engine);
    expect(other.backbone).toBe(backbone?.id);
    expect(before).not.toHaveProperty('backbone');
    expect(other.history.steps[1]).not.toEqual(before.history.steps[1]);
    const otherOrigin = await engine.featureOrigin();
    expect(otherOrigin).toContain(backbone?.id);
    expect(await engine.featureOrigin(null)).toBe(origin);
    expect(opened).toEqual([undefined, backbone?.id]);
    expect(tests).toEqual(['self-test']);
    expect(counts.backbones - counts.disposed).toBe(1);

    const kept = await engine.exportHead();
    if (kept === null) throw new Error('there is no head');
    expect(await engine.useBackbone('shipped')).toEqual({ backbone: null, run: null });
    await expect(engine.restoreHead(kept)).rejects.toMatchObject({ code: 'head-of-other-weights' });
    const again = await train(engine);
    expect(again.history.steps).toEqual(before.history.steps);
    expect(await engine.featureOrigin()).toBe(origin);
    expect(await engine.featureOrigin(backbone)).toBe(otherOrigin);
    // From the disk, and the head of that time with it.
    expect(await engine.useBackbone(backbone?.id ?? '')).toMatchObject({ backbone: { title: 'base' } });
    await engine.restoreHead(kept);
    expect((await train(engine)).history.steps).toEqual(other.history.steps);
    await engine.dispose();
    expect(counts.disposed).toBe(counts.backbones);
  });

  it('on another device, or after what computes died, are proved by the page’s own first', async () => {
    const { engine, opened, tests, loss } = await createEngine();
    const { backbone } = await take(engine, 'base');
    await train(engine);
    expect(opened).toEqual([undefined, backbone?.id]);
    await engine.configureDevice('cpu');
    await engine.proveDevice(() => undefined, neverStop());
    expect(opened.slice(2)).toEqual([undefined, backbone?.id]);
    loss.lost = true;
    await train(engine);
    expect(opened.slice(4)).toEqual([undefined, backbone?.id]);
    expect(tests).toHaveLength(3);
    await engine.dispose();
  });

  it('train further from what they are, by a trainer that is proved with the page’s own', async () => {
    const { engine, opened, tests, counts } = await createEngine();
    const { backbone } = await take(engine, 'base');
    const fineTune = createSmallRequest({
      way: 'fine-tune',
      unfreeze: 'block5',
      headWarmupEpochs: 0,
      epochs: 1,
      backboneLearningRate: 1e-3,
    });
    await train(engine, fineTune);
    const head = await engine.exportHead();
    // It began at 1 and moved a little.
    const [tensor] = head?.tensors ?? [];
    expect(tensor?.name).toBe(standInTensor);
    expect(tensor?.values.every((value) => Math.abs(value - 1) < 0.1)).toBe(true);
    expect(opened).toEqual([undefined, backbone?.id, undefined]);
    expect(tests).toEqual(['self-test', 'training']);
    expect(counts.backbones - counts.disposed).toBe(1);
    const parts = await engine.exportModel();
    expect(parts.tensors.find(({ name }) => name === standInTensor)?.values).toEqual(tensor?.values);
    await engine.dispose();
    const elsewhere = await createEngine({ trains: 'elsewhere' });
    await take(elsewhere.engine, 'base');
    await train(elsewhere.engine, fineTune);
    expect(elsewhere.opened).toEqual([undefined, backbone?.id, undefined, backbone?.id]);
    expect(elsewhere.counts.backbones - elsewhere.counts.disposed).toBe(1);
    await elsewhere.engine.dispose();
  });

  it('that the disk refuses serve this visit, and say why they are gone at the next', async () => {
    const bases = new MemoryBases();
    bases.refusal = new HeadstartError('storage-full');
    const { engine } = await createEngine({ bases });
    const { backbone, notKept } = await take(engine, 'base');
    expect(notKept).toMatchObject({ code: 'backbone-not-kept', message: expect.stringContaining('base') as string });
    await engine.useBackbone('shipped');
    expect(await engine.useBackbone(backbone?.id ?? '')).toMatchObject({ backbone });
    const later = await createEngine({ bases });
    await expect(later.engine.useBackbone(backbone?.id ?? '')).rejects.toMatchObject({ code: 'backbone-gone' });
    await Promise.all([engine.dispose(), later.engine.dispose()]);
  });

  it('change nothing where they are cancelled, unreadable, closed or the names do not fit', async () => {
    const bases = new MemoryBases();
    const { engine } = await createEngine({ bases });
    const run = await train(engine);
    const stop = new AbortController();
    await open(engine, 'tuned');
    bases.onWrite = () => {
      stop.abort();
    };
    await expect(engine.takeModel(null, () => undefined, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(bases.kept.size).toBe(0);
    const three = { ...named, classNames: ['a', 'b', 'c'] };
    for (const wish of [three, { ...named, classNames: ['a', 'a'] }])
      await expect(engine.takeModel(wish, () => undefined, neverStop())).rejects.toMatchObject({ code: 'model-head-unusable' });
    await expect(open(engine, 'nothing')).rejects.toMatchObject({ code: 'model-file-unknown' });
    await expect(engine.takeModel(null, () => undefined, neverStop())).rejects.toMatchObject({ code: 'model-closed' });
    await expect(engine.useBackbone('ff'.repeat(32))).rejects.toMatchObject({ code: 'backbone-gone' });
    expect((await engine.exportHead())?.run).toEqual(run);
    expect(bases.kept.size).toBe(0);
    await engine.dispose();
  });

  it('come from the hub too, whose part is let go of once they are kept; those in force are not removed', async () => {
    const { engine, dropped } = await createEngine();
    expect(await engine.hubModelState('https://hub.example/')).toMatchObject({ host: 'hub.example' });
    const offer = await engine.fetchHubModel('https://hub.example/', 'crop', () => undefined, neverStop());
    expect(offer).toMatchObject({ title: 'torchvision’s VGG-16', source: { kind: 'hub' }, ignored: ['head.fc.weight'] });
    const { backbone } = await engine.takeModel(null, () => undefined, neverStop());
    expect(dropped).toEqual(['part']);
    const id = backbone?.id ?? '';
    await expect(engine.removeBackbone(id)).rejects.toMatchObject({ code: 'backbone-in-use' });
    await engine.useBackbone('shipped');
    expect(await engine.removeBackbone(id)).toEqual([]);
    await engine.dispose();
  });
});

describe('a head that comes in', () => {
  it('predicts at once by what is in force, as it is computed on paper, and becomes a run without a history', async () => {
    for (const [name, tensor] of [
      ['tuned', 0.5],
      ['head', 0],
      ['same', 0],
    ] as const) {
      const { engine } = await createEngine();
      const { run, backbone } = await take(engine, name, true);
      expect(run).toMatchObject({
        id: 'in',
        number: 7,
        history: { steps: [] },
        imported: { fileName: name, trainedBy: 'pytorch' },
      });
      expect(run?.backbone).toBe(backbone?.id);
      expect(backbone === null).toBe(tensor === 0);
      const expected = await logitsOf('val-1', createReadHead(), tensor);
      const { logits } = await engine.predict(await pixels('val-1', 'crop'), 'val-1', neverStop());
      logits.forEach((logit, at) => {
        expect(logit).toBeCloseTo(expected[at] ?? NaN, 3);
      });
      await engine.dispose();
    }
  });
});

describe('a run that begins with the model that is present', () => {
  const present = { ...request, startFrom: 'in' };

  it('has the model’s loss at its first step, whatever the order of the classes, and says whose weights it has', async () => {
    const { engine } = await createEngine();
    await take(engine, 'tuned', true);
    const events: RunEvent[] = [];
    const turned = { ...present, classNames: ['dog', 'cat'] };
    const run = await train(engine, turned, events);
    const first = events.find((event) => event.kind === 'first-batch');
    if (first?.kind !== 'first-batch') throw new Error('no first batch');
    const { weight, bias } = createReadHead();
    const rows = { weight: new Float32Array(weight.length), bias: Float32Array.of(bias[1] ?? 0, bias[0] ?? 0) };
    rows.weight.set(weight.subarray(featureCount));
    rows.weight.set(weight.subarray(0, featureCount), featureCount);
    const losses = await Promise.all(
      first.sampleIds.map(async (id, at) => lossOf(await logitsOf(id, rows, 0.5), first.labels[at] ?? -1)),
    );
    expect(losses).toHaveLength(4);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / 4;
    expect(run.history.steps[0]?.trainLoss).toBeCloseTo(mean, 4);
    expect(run.continues).toMatchObject({
      runId: 'in',
      number: 7,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(run.log[0]).toBe('Goes on from the weights of run 7, which came in as tuned; the optimizer begins anew.');
    await engine.dispose();
  });

  it('says in one sentence why it cannot', async () => {
    const { engine } = await createEngine();
    await take(engine, 'tuned', true);
    const refused = (change: Partial<RunRequest>) => expect(train(engine, { ...present, ...change })).rejects;
    await refused({ startFrom: 'another' }).toMatchObject({ code: 'start-gone' });
    await refused({ classNames: ['cat', 'cow'] }).toMatchObject({
      code: 'start-classes-differ',
      message: 'The model to start from tells cat, dog apart; the pictures are of cat, cow.',
    });
    await refused({ config: { ...request.config, featureNorm: 10 } }).toMatchObject({ code: 'start-norm-differs' });
    const tuned = { way: 'fine-tune', headWarmupEpochs: 0, epochs: 1 } as const;
    const { id } = await train(engine, createSmallRequest({ ...tuned, unfreeze: 'all' }));
    await refused({ startFrom: id }).toMatchObject({ code: 'start-tuned' });
    await refused({ startFrom: id, config: createSmallRequest({ ...tuned, unfreeze: 'block5' }).config }).toMatchObject({
      code: 'start-tuned-more',
      message: 'The model to start from has 13 fine-tuned convolutions; these settings train 3.',
    });
    await engine.dispose();
  });

  it('goes on with fine-tuned convolutions too, and in another worker to the same numbers', async () => {
    const folder = new FaultyFolder();
    const runs = () => new CheckpointStore(createTabs(folder)());
    const keep = { project: 'p', everySeconds: 0 };
    const tuned = { way: 'fine-tune', unfreeze: 'block5', headWarmupEpochs: 0, epochs: 2, optimizer: 'adam' } as const;
    const { engine, bases } = await createEngine({ runs: runs() });
    await take(engine, 'base');
    const first = await train(engine, createSmallRequest(tuned));
    const start = await engine.exportHead();
    if (start === null) throw new Error('no head');
    const next = { ...createSmallRequest({ ...tuned, seed: 12 }), startFrom: first.id, keep };
    const straight = await train(engine, next);
    expect(straight.continues).toMatchObject({ runId: first.id });
    expect(straight.history.steps[0]?.trainLoss).toBeLessThan(first.history.steps[0]?.trainLoss ?? 0);
    await engine.restoreHead(start);
    const outcome = await startRun(
      engine,
      next,
      (event) => event.kind === 'step' && event.record.epoch === 0 && event.record.step === 1,
    );
    expect(outcome).toMatchObject({ status: 'paused' });
    await engine.dispose();

    const later = (await createEngine({ runs: runs(), bases })).engine;
    // Its weights are not in force yet: nothing is trained on others in their place.
    const unfinished = await later.unfinishedRun(keep);
    expect(unfinished?.request.startFrom).toBe(first.id);
    await expect(later.continueRun(pixels, () => undefined, neverStop())).rejects.toMatchObject({ code: 'run-of-other-weights' });
    await later.useBackbone(first.backbone ?? '');
    const events: RunEvent[] = [];
    const done = await later.continueRun(pixels, (event) => events.push(event), neverStop());
    if (done.status !== 'done') throw new Error('it was paused');
    expect(done.run.weightsHash).toBe(straight.weightsHash);
    expect(done.run.history.steps).toEqual(straight.history.steps);
    expect(done.run.continues).toEqual(straight.continues);
    expect(events.filter(({ kind }) => kind === 'resumed')).toEqual([]);
    await later.dispose();
  });

  it('keeps its weights while it waits: others are refused, and so is another head', async () => {
    const { engine } = await createEngine();
    await take(engine, 'base');
    expect(await startRun(engine, request, (event) => event.kind === 'step')).toMatchObject({ status: 'paused' });
    await open(engine, 'tuned');
    await expect(engine.takeModel(null, () => undefined, neverStop())).rejects.toMatchObject({ code: 'run-unfinished' });
    await expect(engine.useBackbone('shipped')).rejects.toMatchObject({ code: 'run-unfinished' });
    const running = startRun(engine, request);
    await expect(engine.useBackbone('shipped')).rejects.toMatchObject({ code: 'busy' });
    await running;
    expect(await engine.takeModel(null, () => undefined, neverStop())).toMatchObject({ backbone: { title: 'tuned' } });
    await expect(
      engine.restoreHead({ run: plainRun, weight: new Float32Array(2 * featureCount), bias: new Float32Array(2), tensors: [] }),
    ).rejects.toMatchObject({
      code: 'head-of-other-weights',
    });
    await engine.dispose();
  });
});
