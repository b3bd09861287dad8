import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../../domain/errors';
import type { InspectionProgress } from '../../domain/evaluation/inspection';
import type { RunEvent } from '../../domain/events';
import type { RunConfig } from '../../domain/run-config';
import { nodeEnvironment } from '../testing/node-environment';
import { createPixels, createSmallRequest } from '../testing/small-run';
import { createStandInEngine, neverStop, startRun } from '../testing/stand-in-engine';
import { createFoldPlans } from './cross-validate';

const request = createSmallRequest();
const { pixels } = createPixels(request);
const idsOf = (samples: readonly { readonly id: string }[]) => samples.map(({ id }) => id);

/** An engine with a trained head, and what its run predicted. */
async function createTrained(config: Partial<RunConfig> = {}) {
  let extracted = 0;
  const { engine } = await createStandInEngine(nodeEnvironment, {
    onExtract: (pictures) => {
      extracted += pictures;
    },
  });
  const events: RunEvent[] = [];
  await startRun(engine, createSmallRequest(config), undefined, events);
  const predictions = events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []));
  return { engine, predictions, extracted: () => extracted };
}

describe('the plans of the folds', () => {
  const plans = createFoldPlans(request, 5);

  it('have every training and validation picture once to measure on, apart from those that they learn from', () => {
    const known = idsOf(request.samples.filter(({ split }) => split !== 'test')).sort();
    expect(plans).toHaveLength(5);
    expect(plans.flatMap(({ samples }) => idsOf(samples.test)).sort()).toEqual(known);
    for (const { samples } of plans) expect([...idsOf(samples.train), ...idsOf(samples.test)].sort()).toEqual(known);
  });

  it('never let a test picture in', () => {
    for (const { samples } of plans)
      for (const part of [samples.train, samples.val, samples.test])
        expect(part.some(({ id }) => id.startsWith('test'))).toBe(false);
  });

  it('do not choose an epoch by the pictures that they are measured on, nor change pictures', () => {
    const [plan] = createFoldPlans(createSmallRequest({ way: 'frozen', earlyStopping: 1 }), 5);
    expect(plan?.config).toMatchObject({ way: 'features', earlyStopping: null });
  });

  it('have pictures of one group on one side', () => {
    const grouped = { ...request, samples: request.samples.map((sample, at) => ({ ...sample, group: `burst ${at % 6}` })) };
    for (const { samples } of createFoldPlans(grouped, 5)) {
      const own = new Set(samples.test.map(({ group }) => group));
      expect(samples.train.some(({ group }) => own.has(group))).toBe(false);
    }
  });

  it('are fewer where there are fewer pictures than folds', () => {
    const few = { ...request, samples: request.samples.slice(0, 4) };
    expect(createFoldPlans(few, 5).map(({ samples }) => samples.test.length)).toEqual([1, 1, 1, 1]);
  });

  it('are refused for one class, for a class with one picture and for fine-tuning', () => {
    expect(() => createFoldPlans({ ...request, classNames: ['cat'] }, 5)).toThrow('only one class');
    expect(() => createFoldPlans({ ...request, samples: request.samples.slice(0, 3) }, 5)).toThrow('“dog” has 1 picture');
    expect(() => createFoldPlans(createSmallRequest({ way: 'fine-tune' }), 5)).toThrow('fine-tuned');
  });
});

describe('the engine looks inside', () => {
  it('says of pictures that pass together what it says of each alone, holds nothing after, and needs a head', async () => {
    const { engine } = await createTrained();
    const three = await Promise.all(idsOf(request.samples.slice(0, 3)).map((id) => pixels(id, 'crop')));
    const before = await engine.memory();
    const together = await engine.predictBatch(three, neverStop());
    expect(await engine.memory()).toEqual(before);
    const alone = await Promise.all(three.map((picture) => engine.predict(picture, null, neverStop())));
    const plain = (all: readonly (typeof alone)[number][]) =>
      all.map(({ classIndex, logits, probabilities }) => ({ classIndex, logits, probabilities }));
    expect(plain(together)).toEqual(plain(alone));
    expect(await engine.predictBatch([], neverStop())).toEqual([]);
    const { engine: untrained } = await createStandInEngine(nodeEnvironment);
    await expect(untrained.predictBatch(three, neverStop())).rejects.toMatchObject({ code: 'head-absent' });
    // The stand-in has no weights to look at.
    await expect(untrained.networkWeights()).rejects.toMatchObject({ code: 'weights-tensor-invalid' });
  });

  it('cross-validates on features that are held, leaves the head alone and holds no more memory than before', async () => {
    const { engine, extracted } = await createTrained();
    const before = await engine.memory();
    const head = await engine.exportHead();
    const already = extracted();
    const told: InspectionProgress[] = [];
    const { folds, predictions } = await engine.crossValidate(request, 5, pixels, (progress) => told.push(progress), neverStop());
    expect(folds).toBe(5);
    expect(predictions.map(({ fold }) => fold)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    expect(idsOf(predictions.map(({ sampleId }) => ({ id: sampleId }))).sort()).toEqual(
      idsOf(request.samples.filter(({ split }) => split !== 'test')).sort(),
    );
    for (const { sampleId, split } of predictions) expect(sampleId.startsWith(split)).toBe(true);
    expect(extracted()).toBe(already);
    expect(await engine.memory()).toEqual(before);
    expect(await engine.exportHead()).toEqual(head);
    // 12 pictures to learn from make 3 steps of 4; two epochs, five folds.
    const training = told.filter(({ stage }) => stage === 'training');
    expect(training.map(({ done }) => done)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    expect(new Set(training.map(({ total }) => total))).toEqual(new Set([30]));
    await engine.dispose();
  });

  it('learns in a fold: where the features tell the label, out-of-fold predictions are right', async () => {
    const { engine } = await createTrained();
    const config = { ...request.config, epochs: 20 };
    const { predictions } = await engine.crossValidate({ ...request, config }, 5, pixels, () => undefined, neverStop());
    expect(predictions.filter(({ classIndex, labelIndex }) => classIndex === labelIndex)).toHaveLength(15);
    await engine.dispose();
  });

  it('stops a cross-validation when asked, and can then train', async () => {
    const { engine } = await createTrained();
    const before = await engine.memory();
    const stop = new AbortController();
    const going = engine.crossValidate(
      request,
      5,
      pixels,
      ({ stage, done }) => {
        if (stage === 'training' && done === 8) stop.abort();
      },
      stop.signal,
    );
    await expect(engine.predictSamples([], pixels, () => undefined, neverStop())).rejects.toMatchObject({ code: 'busy' });
    await expect(going).rejects.toMatchObject({ code: 'cancelled' });
    expect(await engine.memory()).toEqual(before);
    expect((await startRun(engine, request)).status).toBe('done');
    await engine.dispose();
  });

  it('refuses to cross-validate a fine-tuned run', async () => {
    const { engine } = await createTrained();
    const tuned = createSmallRequest({ way: 'fine-tune' });
    await expect(engine.crossValidate(tuned, 5, pixels, () => undefined, neverStop())).rejects.toMatchObject({
      code: 'folds-not-offered',
    });
    await engine.dispose();
  });

  for (const [name, config] of [
    ['a head alone', {}],
    ['a head with a feature norm', { featureNorm: 30 }],
    ['a fine-tuned run', { way: 'fine-tune', headWarmupEpochs: 0 }],
    ['a fine-tuned run with a feature norm', { way: 'fine-tune', headWarmupEpochs: 0, featureNorm: 30 }],
  ] as const)
    it(`predicts any split, and explains it to the last digit: ${name}`, async () => {
      const { engine, predictions } = await createTrained(config);
      const before = await engine.memory();
      const again = await engine.predictSamples(request.samples, pixels, () => undefined, neverStop());
      expect(again.map(({ sampleId }) => sampleId)).toEqual(idsOf(request.samples));
      for (const expected of predictions) {
        const found = again.find(({ sampleId }) => sampleId === expected.sampleId);
        expect(found).toMatchObject({ classIndex: expected.classIndex, labelIndex: expected.labelIndex });
        found?.logits.forEach((logit, at) => {
          expect(logit).toBeCloseTo(expected.logits[at] ?? NaN, 4);
        });
      }
      for (const sampleId of ['train-0', 'val-1', 'test-2']) {
        const bytes = await pixels(sampleId, 'crop');
        const { prediction, bias, cells } = await engine.explain(bytes, sampleId, neverStop());
        expect(prediction).toMatchObject({ classIndex: again.find((one) => one.sampleId === sampleId)?.classIndex });
        prediction.logits.forEach((logit, classIndex) => {
          const sum = cells[classIndex]?.reduce((total, cell) => total + cell, bias[classIndex] ?? NaN);
          expect(Math.abs((sum ?? NaN) - logit)).toBeLessThan(1e-5 * Math.max(1, Math.abs(logit)));
        });
      }
      expect(await engine.memory()).toEqual(before);
      await engine.dispose();
    });

  it('says that nothing is trained yet', async () => {
    const { engine } = await createStandInEngine(nodeEnvironment);
    const bytes = await pixels('val-0', 'crop');
    await expect(engine.explain(bytes, null, neverStop())).rejects.toMatchObject({ code: 'head-absent' });
    await expect(engine.predictSamples([], pixels, () => undefined, neverStop())).rejects.toMatchObject({ code: 'head-absent' });
    await engine.dispose();
  });

  describe('and tells which training pictures are most alike', () => {
    const reference = (ids: readonly string[]) => ({ samples: ids.map((id) => ({ id })), fit: 'crop' as const });
    const train = idsOf(request.samples.filter(({ split }) => split === 'train'));

    it('from held features, in every prediction, until there is another head', async () => {
      const { engine, extracted } = await createTrained();
      const already = extracted();
      const report = await engine.prepareLikeness(reference(train), 'leave', pixels, () => undefined, neverStop());
      // Too few to say what is usual.
      expect(report).toEqual({ pictures: train.length, missing: 0, limit: null });
      expect(extracted()).toBe(already);
      const bytes = await pixels('train-0', 'crop');
      const own = (await engine.predict(bytes, 'train-0', neverStop())).likeness;
      expect(own?.nearest).toHaveLength(Math.min(12, train.length - 1));
      expect(own?.nearest.some(({ sampleId }) => sampleId === 'train-0')).toBe(false);
      // The same picture as a file is most like itself.
      const as = (await engine.explain(bytes, null, neverStop())).prediction.likeness;
      expect(as?.nearest[0]).toMatchObject({ sampleId: 'train-0', similarity: expect.closeTo(1, 4) as unknown });
      await startRun(engine, request);
      expect((await engine.predict(bytes, null, neverStop())).likeness).toBeUndefined();
      await engine.dispose();
    });

    it('computes missing features only when asked to, and stops when asked', async () => {
      const { engine } = await createTrained({ way: 'fine-tune', headWarmupEpochs: 0 });
      const before = await engine.memory();
      const prepare = (missing: 'leave' | 'compute', signal = neverStop(), told: InspectionProgress[] = []) =>
        engine.prepareLikeness(reference(train), missing, pixels, (progress) => told.push(progress), signal);
      expect(await prepare('leave')).toEqual({ pictures: 0, missing: train.length, limit: null });
      const stop = new AbortController();
      stop.abort();
      await expect(prepare('compute', stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
      const told: InspectionProgress[] = [];
      expect(await prepare('compute', neverStop(), told)).toMatchObject({ pictures: train.length, missing: 0 });
      const features = told.filter(({ stage }) => stage === 'features').map(({ done }) => done);
      expect(features.at(-1)).toBe(train.length);
      // A fine-tuned head's pictures are compared by the backbone as it was loaded.
      const { likeness } = await engine.predict(await pixels('val-0', 'crop'), 'val-0', neverStop());
      expect(likeness?.nearest.length).toBeGreaterThan(0);
      expect(await engine.memory()).toEqual(before);
      await engine.dispose();
    });

    it('pools what the map needs, without a head and without pictures that cannot be read', async () => {
      const { engine } = await createStandInEngine(nodeEnvironment);
      await engine.configureDevice('cpu');
      const readable: typeof pixels = async (id, fit) =>
        id === 'val-0' ? Promise.reject(new HeadstartError('picture-gone', { name: id })) : pixels(id, fit);
      const ids = ['train-0', 'val-0', 'train-1'];
      const { sampleIds, vectors } = await engine.pooledFeatures(ids, 'crop', readable, () => undefined, neverStop());
      expect(sampleIds).toEqual(['train-0', 'train-1']);
      expect(vectors).toHaveLength(1024);
      expect(vectors.subarray(0, 512).reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
      await expect(engine.prepareLikeness(reference(ids), 'leave', readable, () => undefined, neverStop())).rejects.toMatchObject(
        { code: 'head-absent' },
      );
      await engine.dispose();
    });
  });
});
