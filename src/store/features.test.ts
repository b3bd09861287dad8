import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import { usualAugmentation } from '../domain/run-config';
import { orderForLimits } from '../domain/split';
import { selectEstimate, selectFeatureProgress, selectHeadFirst, selectWantedFeatures } from './feature-selectors';
import { reportWorkerDeath } from './page-store';
import { selectSplits, selectTrainBlocker } from './selectors';
import type { PageState } from './state';
import { beginWithPictures, catsAndDogs, classFolder, createPage, listed, reach, until, type Page } from './testing/create-page';

const manyPictures = listed(...classFolder('cat', 300), ...classFolder('dog', 300));

/** Every delivery finds that its pause is over. */
function createImpatientPage(): Page {
  let now = 0;
  return createPage(undefined, {}, () => (now += 1000));
}

function isReady({ features, ...rest }: PageState): boolean {
  return features.phase === 'idle' && features.total > 0 && features.wanted === selectWantedFeatures({ features, ...rest });
}

const isExtracting = ({ features }: PageState): boolean => features.phase === 'extracting' && features.done > 0;

describe('the proof of a device', () => {
  it('follows the weights and replaces what the device said of itself', async () => {
    const page = createPage();
    const proving: boolean[] = [];
    page.store.subscribe(({ compute }) => {
      if (compute.proving !== proving.at(-1)) proving.push(compute.proving);
    });
    await page.actions.begin();
    expect(proving).toEqual([false, true, false]);
    const { calls } = page.engine();
    expect(calls.indexOf('proveDevice')).toBeGreaterThan(calls.indexOf('loadWeights'));
    expect(page.state().compute.status).toMatchObject({ memoryBytes: 350_000_000, selfTest: { featureError: 3.1e-5 } });
    await page.actions.chooseDevice('webgpu');
    expect(page.state().compute.status).toMatchObject({ device: 'webgpu', selfTest: { featureError: 3.1e-5 } });
  });

  it('that fails blocks Train with its sentence, until a device passes', async () => {
    const page = createPage();
    page.engine().failures.set('proveDevice', 'no-path-proved');
    await beginWithPictures(page);
    expect(page.state().compute).toMatchObject({ status: null, proving: false, error: { code: 'no-path-proved' } });
    expect(selectTrainBlocker(page.state())?.code).toBe('no-path-proved');
    expect(page.engine().askedFeatures).toEqual([]);
    await page.actions.chooseDevice('cpu');
    expect(selectTrainBlocker(page.state())).toBeNull();
    await reach(page, isReady);
  });

  it('does not keep a run waiting on the page', async () => {
    const page = createPage();
    const beginning = page.actions.begin();
    await page.actions.addFiles(catsAndDogs);
    await reach(page, ({ compute }) => compute.proving);
    expect(selectTrainBlocker(page.state())).toBeNull();
    await Promise.all([page.actions.train(), beginning]);
    expect(page.state().run.phase).toBe('done');
  });

  it('of a device that was left counts no more', async () => {
    const page = createPage();
    const beginning = page.actions.begin();
    await reach(page, ({ compute }) => compute.proving);
    await Promise.all([page.actions.chooseDevice('webgpu'), beginning]);
    expect(page.state().compute).toMatchObject({ proving: false, error: null, status: { device: 'webgpu' } });
  });

  it('is asked again when a lost card is replaced', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 50 });
    const training = page.actions.train();
    await until(page, ({ run }) => run.history.steps.length > 0);
    page.actions.pause();
    await training;
    page.engine().failures.set('continueRun', 'device-lost');
    await page.actions.continueRun();
    await page.actions.continueRun();
    expect(page.state().run.phase).toBe('done');
    await reach(page, isReady);
    expect(page.engine().calls.filter((call) => call === 'proveDevice')).toHaveLength(2);
  });
});

describe('features in the background', () => {
  it('are extracted when pictures land, in the order that serves every limit', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    const { samples, settings } = page.state().project.document;
    expect(page.engine().askedFeatures.at(-1)).toMatchObject({
      sampleIds: orderForLimits(samples, settings.seed),
      fit: settings.fit,
    });
    expect(page.state().features).toMatchObject({ done: 40, total: 40, unreadable: 0, error: null, secondsPerPicture: 0.2 });
  });

  it('begin with the first delivery and are not asked for anew with every other', async () => {
    const page = createImpatientPage();
    await page.actions.begin();
    const engine = page.engine();
    const prepare = engine.prepareFeatures.bind(engine);
    let open = 0;
    const openWhileReading: number[] = [];
    engine.prepareFeatures = async (...call) => {
      open += 1;
      if (page.state().ingest.phase === 'reading') openWhileReading.push(open);
      await prepare(...call);
      open -= 1;
    };
    let deliveries = 0;
    page.store.subscribe(({ thumbnails }, former) => {
      if (thumbnails !== former.thumbnails) deliveries += 1;
    });
    await page.actions.addFiles(manyPictures);
    expect(openWhileReading.length).toBeGreaterThan(0);
    expect(openWhileReading.every((count) => count === 1)).toBe(true);
    expect(openWhileReading.length).toBeLessThan(deliveries);
    // The end of the reading does not wait for the former list.
    expect(engine.askedFeatures.at(-1)?.sampleIds).toHaveLength(600);
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 600, total: 600 });
  });

  it('give way to a run, and go on afterwards with what is missing', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await until(page, isExtracting);
    const training = page.actions.train();
    expect(page.state().features.phase).toBe('idle');
    const asked = page.engine().askedFeatures.length;
    await until(page, ({ run }) => run.history.steps.length > 0);
    await page.actions.addFiles(listed(...classFolder('bird', 10)));
    await training;
    expect(page.state().run.phase).toBe('done');
    expect(page.engine().askedFeatures).toHaveLength(asked + 1);
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 50, total: 50 });
  });

  it('of a run that ended are known to be held, before the worker says so', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.pauseFeatures();
    await page.actions.train();
    expect(selectEstimate(page.state())).toMatchObject({ missing: 0, total: 40 });
  });

  it('can be stopped by the person and go on, which is no error', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await until(page, isExtracting);
    const { signal } = page.engine().askedFeatures.at(-1) ?? {};
    page.actions.pauseFeatures();
    expect(signal?.aborted).toBe(true);
    expect(page.state().features).toMatchObject({ phase: 'idle', paused: true, error: null });
    const asked = page.engine().askedFeatures.length;
    page.actions.changeSettings({ limitPerClass: 10 });
    expect(page.engine().askedFeatures).toHaveLength(asked);
    await page.actions.goOnWithFeatures();
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ paused: false, done: 20, total: 20, error: null });
  });

  it('follow the settings that decide them, at once, and no others', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    const asked = () => page.engine().askedFeatures;
    const before = asked().length;
    page.actions.changeSettings({ epochs: 3, learningRate: 0.5, valFraction: 0.4 });
    expect(asked()).toHaveLength(before);
    page.actions.changeSettings({ fit: 'pad' });
    expect(asked()).toHaveLength(before + 1);
    expect(asked().at(-1)?.fit).toBe('pad');
    expect(selectFeatureProgress(page.state())).toMatchObject({ done: 0, total: 40 });
    page.actions.changeSettings({ limitPerClass: 5 });
    expect(asked().at(-1)?.sampleIds).toHaveLength(10);
    page.actions.changeSettings({ epochs: -1 });
    expect(asked()).toHaveLength(before + 2);
    expect(selectWantedFeatures(page.state())).toBeNull();
  });

  it('begin anew on another device', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    const changing = page.actions.chooseDevice('webgpu');
    expect(page.state().compute.status).toBeNull();
    await changing;
    await until(page, ({ features }) => features.wanted !== null);
    expect(page.state().features.done).toBeLessThan(40);
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 40, unreadable: 0 });
  });

  it('are let go of with the pictures, and extracted again when those come back', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await until(page, isExtracting);
    const { signal } = page.engine().askedFeatures.at(-1) ?? {};
    await page.actions.clearPictures();
    expect(signal?.aborted).toBe(true);
    expect(page.state().features).toMatchObject({ phase: 'idle', wanted: null, done: 0, total: 0, error: null });
    expect(selectEstimate(page.state())).toBeNull();
    await page.actions.addFiles(catsAndDogs);
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 40, unreadable: 0 });
  });

  it('are forgotten with everything else', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await until(page, isExtracting);
    page.actions.pauseFeatures();
    await page.actions.forgetEverything();
    expect(page.state().features).toMatchObject({ phase: 'idle', paused: false, wanted: null, error: null });
    await page.actions.addFiles(catsAndDogs);
    await reach(page, isReady);
    expect(page.state().features.done).toBe(40);
  });

  it('are asked of a restarted worker once it has the pictures', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await until(page, isExtracting);
    page.engine().die();
    reportWorkerDeath(page.store, new HeadstartError('worker-dead').toRecord());
    expect(page.state().features).toMatchObject({ phase: 'idle', error: null });
    await page.actions.restartWorker();
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 40, total: 40, unreadable: 0, error: null });
    expect(page.engine().askedFeatures).toHaveLength(1);
  });

  it('of pictures that cannot be read are counted and not asked for again', async () => {
    const page = createPage();
    await page.actions.begin();
    page.engine().unreadable.add('id:pets/cat/3.jpg');
    await page.actions.addFiles(catsAndDogs);
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 39, total: 40, unreadable: 1, error: null });
    const asked = page.engine().askedFeatures.length;
    page.actions.changeSettings({ epochs: 3 });
    expect(page.engine().askedFeatures).toHaveLength(asked);
  });

  it('that fail say why, wait for the person and then go on', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    page.engine().failures.set('prepareFeatures', 'out-of-memory');
    page.actions.changeSettings({ fit: 'squash' });
    await reach(page, ({ features }) => features.error !== null);
    expect(page.state().features).toMatchObject({ phase: 'idle', error: { code: 'out-of-memory' } });
    const asked = page.engine().askedFeatures.length;
    page.actions.changeSettings({ epochs: 3 });
    expect(page.engine().askedFeatures).toHaveLength(asked);
    expect(selectTrainBlocker(page.state())).toBeNull();
    await page.actions.goOnWithFeatures();
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 40, error: null });
  });

  it('take a new device where the former was lost', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    page.engine().failures.set('prepareFeatures', 'device-lost');
    page.actions.changeSettings({ fit: 'squash' });
    await reach(page, ({ features }) => features.error !== null);
    await page.actions.goOnWithFeatures();
    await reach(page, isReady);
    expect(page.state().features).toMatchObject({ done: 40, error: null });
    expect(page.engine().calls.filter((call) => call === 'configureDevice')).toHaveLength(2);
  });
});

describe('the estimate', () => {
  it('is unknown until the device was measured, and then counts the missing pictures and the training', async () => {
    const page = createPage();
    page.actions.pauseFeatures();
    const beginning = page.actions.begin();
    await page.actions.addFiles(catsAndDogs);
    expect(selectEstimate(page.state())).toBeNull();
    await beginning;
    page.actions.changeSettings({ epochs: 10, batchSize: 8 });
    // 40 pictures of 0.2 s; 10 epochs of 4 steps and 1 of validation, and 1 of evaluation, of 0.01 s.
    const estimate = selectEstimate(page.state());
    expect(estimate).toMatchObject({ total: 40, missing: 40, smaller: null });
    expect(estimate?.seconds).toBeCloseTo(8 + 0.51);
    expect(selectEstimate(page.state())).toBe(estimate);
    await page.actions.goOnWithFeatures();
    await reach(page, isReady);
    expect(selectEstimate(page.state())).toMatchObject({ missing: 0 });
    expect(selectEstimate(page.state())?.seconds).toBeCloseTo(0.51);
    page.actions.changeSettings({ way: 'frozen' });
    expect(selectEstimate(page.state())?.seconds).toBeCloseTo(0.51);
  });

  it('offers a smaller run above two minutes, whose pictures are those done first', async () => {
    const page = createPage(undefined, { secondsPerPicture: 0.5 });
    await page.actions.begin();
    await page.actions.addFiles(manyPictures);
    await until(page, ({ features, ingest }) => ingest.phase === 'idle' && features.done >= 40 && features.total === 600);
    page.actions.pauseFeatures();
    const { done } = page.state().features;
    const estimate = selectEstimate(page.state());
    expect(estimate).toMatchObject({ total: 600, missing: 600 - done });
    const { smaller } = estimate ?? {};
    expect(smaller?.seconds).toBeLessThanOrEqual(60);
    page.actions.changeSettings({ limitPerClass: smaller?.limitPerClass ?? 0 });
    const after = selectEstimate(page.state());
    expect(after).toMatchObject({ total: 2 * (smaller?.limitPerClass ?? 0), smaller: null });
    expect(after?.missing).toBe((after?.total ?? 0) - done);
    expect(after?.seconds).toBeCloseTo(smaller?.seconds ?? 0);
    page.actions.changeSettings({ limitPerClass: null });
    expect(selectEstimate(page.state())).toEqual(estimate);
  });

  it('keeps what is held in view when the list changes', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    page.actions.pauseFeatures();
    await page.actions.addFiles(listed(...classFolder('bird', 10)));
    expect(selectEstimate(page.state())).toMatchObject({ total: 50, missing: 10 });
    expect(selectFeatureProgress(page.state())).toEqual({ done: 40, total: 50, secondsLeft: 2 });
  });
});

describe('where pictures pass in every epoch', () => {
  it('fine-tuning asks for no features, and its estimate counts time and memory', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isReady);
    page.actions.chooseWay('fine-tune');
    expect(selectWantedFeatures(page.state())).toBeNull();
    expect(page.state().features.phase).toBe('idle');
    const asked = page.engine().askedFeatures.length;
    const estimate = selectEstimate(page.state());
    expect(estimate).toMatchObject({ total: 40, smaller: null });
    expect(estimate?.moving?.bytes).toBeGreaterThan(1e8);
    page.actions.changeSettings({ unfreeze: 'all' });
    expect(selectEstimate(page.state())?.seconds).toBeGreaterThan(5 * (estimate?.seconds ?? 0));
    expect(page.engine().askedFeatures).toHaveLength(asked);
    page.actions.chooseWay('features');
    await reach(page, isReady);
    expect(selectEstimate(page.state())).toMatchObject({ moving: null, missing: 0 });
  });

  it('a head alone is offered first where fine-tuning takes long, in the time that it takes with what is held', async () => {
    const page = createPage(undefined, { secondsPerPicture: 2 });
    await beginWithPictures(page);
    expect(selectHeadFirst(page.state())).toBeNull();
    await reach(page, isReady);
    page.actions.chooseWay('fine-tune');
    // 10 epochs of 1 step and 1 of validation, and 1 of evaluation, of 0.01 s.
    expect(selectHeadFirst(page.state())).toBeCloseTo(0.21);
    page.actions.changeSettings({ fit: 'squash' });
    // Nothing is held of this fit: 40 pictures of 2 s, and little else.
    expect(selectHeadFirst(page.state())).toBeCloseTo(80, 0);
    page.actions.changeSettings({ fit: 'crop' });
    page.actions.chooseWay('features');
    expect(selectHeadFirst(page.state())).toBeNull();
    await page.actions.train();
    page.actions.chooseWay('fine-tune');
    expect(selectHeadFirst(page.state())).toBeNull();
    const quick = createPage(undefined, { secondsPerPicture: 0.01 });
    await beginWithPictures(quick);
    quick.actions.chooseWay('fine-tune');
    await reach(quick, ({ compute }) => compute.status?.selfTest !== undefined);
    expect(selectEstimate(quick.state())?.seconds).toBeLessThan(30);
    expect(selectHeadFirst(quick.state())).toBeNull();
  });

  it('fewer pictures are offered where fine-tuning takes more than two minutes', async () => {
    const page = createPage(undefined, { secondsPerPicture: 0.5 });
    await page.actions.begin();
    page.actions.chooseWay('fine-tune');
    await page.actions.addFiles(manyPictures);
    await reach(page, (state) => selectEstimate(state) !== null);
    const { smaller } = selectEstimate(page.state()) ?? {};
    expect(smaller?.seconds).toBeLessThanOrEqual(60);
    page.actions.changeSettings({ limitPerClass: smaller?.limitPerClass ?? 0 });
    expect(selectEstimate(page.state())).toMatchObject({ smaller: null });
    expect(selectEstimate(page.state())?.seconds).toBeCloseTo(smaller?.seconds ?? 0);
  });

  it('augmentation leaves the training pictures out of the background', async () => {
    const page = createPage();
    await page.actions.begin();
    page.actions.chooseWay('frozen');
    page.actions.changeSettings({ augmentation: usualAugmentation });
    await page.actions.addFiles(catsAndDogs);
    await reach(page, isReady);
    const { counts, assignments } = selectSplits(page.state());
    const wanted = selectWantedFeatures(page.state())?.sampleIds ?? [];
    expect(wanted).toHaveLength(counts.val);
    expect(wanted.every((id) => assignments.get(id) === 'val')).toBe(true);
    // 32 training pictures of 0.2 s in each of 10 epochs, and little else.
    expect(selectEstimate(page.state())?.seconds).toBeCloseTo(64, 0);
    expect(selectEstimate(page.state())?.moving).toEqual({ bytes: null });
    page.actions.changeSettings({ valFraction: 0.4 });
    expect(selectWantedFeatures(page.state())?.sampleIds).toHaveLength(16);
    page.actions.chooseWay('features');
    expect(selectWantedFeatures(page.state())?.sampleIds).toHaveLength(40);
  });
});
