import { describe, expect, it, vi } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { Isolation } from '../domain/isolation';
import { reportWorkerDeath } from './page-store';
import { selectHeadRun, selectSplits, selectTrainBlocker } from './selectors';
import type { ListedFile } from './state';
import { beginWithPictures, catsAndDogs, classFolder, createPage, listed, reach, until, type Page } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

/** A busy machine is slow, not wrong: states are waited for, and this only ends a test that would never end. */
const patience = { timeout: 20_000 };

describe('the page from its start to a prediction', () => {
  it('finds a device, loads the weights and says what a first visit needs', async () => {
    const page = createPage();
    await page.actions.begin();
    expect(page.state().compute.status?.label).toBe('CPU · 1 thread');
    expect(page.state().weights.phase).toBe('ready');
    expect(page.state().weights.report?.from).toBe('network');
    expect(page.state().notice).toBeNull();
    expect(selectTrainBlocker(page.state())?.code).toBe('no-pictures');
  });

  it('takes a labelled folder, names the project after it and splits it', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const { document } = page.state().project;
    expect(document.classNames).toEqual(['cat', 'dog']);
    expect(document.name).toBe('pets');
    expect(page.state().ingest).toMatchObject({ phase: 'idle', done: 40, total: 40, error: null });
    expect(page.state().thumbnails.size).toBe(40);
    expect(selectSplits(page.state()).counts).toEqual({ train: 32, val: 8, test: 0 });
    expect(selectSplits(page.state())).toBe(selectSplits(page.state()));
    expect(selectTrainBlocker(page.state())).toBeNull();
  });

  it('trains, keeps the run and predicts', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 3, batchSize: 8 });
    await page.actions.train();
    const { run, headReady, headRun } = page.state();
    expect(run.phase).toBe('done');
    expect(run.stages.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done']);
    expect(run.history.steps).toHaveLength(12);
    expect(run.history.steps).toEqual(run.result?.history.steps);
    expect(run.predictions).toHaveLength(8);
    expect(run.firstBatch?.sampleIds).toHaveLength(4);
    expect(headReady).toBe(true);
    expect(headRun?.number).toBe(1);
    expect(page.state().project.document.runs).toHaveLength(1);

    const [first] = run.predictions;
    await page.actions.trySample(first?.sampleId ?? '');
    expect(page.state().trial).toMatchObject({ busy: false, error: null, prediction: { className: 'cat' } });
  });

  it('shows only the last of two pictures tried quickly', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.train();
    const [first = '', second = ''] = page.state().project.document.samples.map(({ id }) => id);
    await Promise.all([page.actions.trySample(first), page.actions.trySample(second)]);
    expect(page.state().trial).toMatchObject({ target: { kind: 'sample', sampleId: second }, busy: false, error: null });
  });
});

describe('a run', () => {
  it('pauses at a step, continues there and ends like one that never paused', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 4, batchSize: 8 });
    const training = page.actions.train();
    await until(page, ({ run }) => run.history.steps.length > 2);
    page.actions.pause();
    expect(page.state().run.phase).toBe('stopping');
    await training;
    expect(page.state().run.phase).toBe('paused');
    const stepsAtPause = page.state().run.history.steps.length;
    expect(stepsAtPause).toBeLessThan(16);
    await page.actions.continueRun();
    expect(page.state().run.phase).toBe('done');
    expect(page.state().run.history.steps.map(({ epoch, step }) => epoch * 4 + step)).toEqual(
      Array.from({ length: 16 }, (_, index) => index),
    );
  });

  it('stopped midway keeps the head that it has', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 50, batchSize: 8 });
    const training = page.actions.train();
    await until(page, ({ run }) => run.history.steps.length > 2);
    await page.actions.stop();
    await training;
    expect(page.state().run.phase).toBe('done');
    expect(page.state().run.result?.stoppedEarly).toBe(true);
    expect(page.state().headReady).toBe(true);
  });

  it('stopped before its first step leaves nothing behind', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const training = page.actions.train();
    await until(page, ({ run }) => run.stages[1]?.status === 'running');
    await page.actions.stop();
    await training;
    expect(page.state().run).toMatchObject({ phase: 'idle', error: null });
    expect(page.state().headReady).toBe(false);
  });

  it('waits for weights that are still loading', async () => {
    const page = createPage();
    const beginning = page.actions.begin();
    await page.actions.addFiles(catsAndDogs);
    const training = page.actions.train();
    await Promise.all([beginning, training]);
    expect(page.state().run.phase).toBe('done');
  });

  it('is not started with what blocks it, and says why', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addFiles(listed(...classFolder('cat', 3)));
    expect(page.state().ingest.warnings.map(({ code }) => code)).toEqual(['one-class']);
    await page.actions.train();
    expect(page.state().run.error?.code).toBe('one-class');
    await page.actions.addFiles(listed(...classFolder('dog', 1)));
    expect(selectTrainBlocker(page.state())?.code).toBe('class-too-small');
    await page.actions.addFiles(listed(...classFolder('dog', 9)));
    expect(selectTrainBlocker(page.state())).toBeNull();
    page.actions.changeSettings({ learningRate: -1 });
    expect(selectTrainBlocker(page.state())?.message).toContain('Learning rate: must be');
    expect(page.engine().calls).not.toContain('startRun');
  });

  it('keeps what was drawn when the loss is lost, and goes on after a lost graphics card', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.engine().failures.set('startRun', 'not-finite');
    await page.actions.train();
    expect(page.state().run).toMatchObject({ phase: 'failed', error: { code: 'not-finite' } });
    page.actions.changeSettings({ epochs: 50 });
    const training = page.actions.train();
    await until(page, ({ run }) => run.history.steps.length > 0);
    page.actions.pause();
    await training;
    page.engine().failures.set('continueRun', 'device-lost');
    await page.actions.continueRun();
    expect(page.state().run).toMatchObject({ phase: 'paused', error: { code: 'device-lost' } });
    await page.actions.continueRun();
    expect(page.state().run.phase).toBe('done');
    expect(page.engine().calls.filter((call) => call === 'configureDevice')).toHaveLength(2);
  });

  it('does not let the device change under it', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const training = page.actions.train();
    await page.actions.chooseDevice('webgpu');
    expect(page.state().compute.error?.code).toBe('busy');
    await training;
    await page.actions.chooseDevice('webgpu');
    expect(page.state().compute).toMatchObject({ choice: 'webgpu', error: null, status: { device: 'webgpu' } });
  });
});

describe('pictures', () => {
  it('that are broken, foreign or without a class are listed with the reason', async () => {
    const page = createPage();
    await page.actions.begin();
    const empty: ListedFile = { path: 'pets/cat/empty.jpg', file: new File([], 'empty.jpg') };
    await page.actions.addFiles([...catsAndDogs, empty, ...listed('pets/cat/notes.txt', 'pets/stray.jpg', 'pets/readme.md')]);
    expect(page.state().project.document.samples).toHaveLength(41);
    expect(page.state().project.document.samples.find(({ path }) => path === 'pets/stray.jpg')?.className).toBeNull();
    const reasons = page.state().project.document.skipped.map(({ path, reason }) => [path, reason.code]);
    expect(new Map(reasons.map(([path, code]) => [path, code]))).toEqual(
      new Map([
        ['pets/cat/empty.jpg', 'file-empty'],
        ['pets/cat/notes.txt', 'not-a-picture'],
        ['pets/readme.md', 'not-a-picture'],
      ]),
    );
  });

  it.each([
    ['folder-empty', []],
    ['no-readable-picture', listed('notes.md', 'list.csv')],
  ] as const)('that cannot be used at all end in “%s”', async (code, files) => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addFiles(files);
    expect(page.state().ingest).toMatchObject({ phase: 'idle', error: { code } });
  });

  it('in classes that differ in case are taken with a warning', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.addFiles(listed(...classFolder('Cat', 2), ...classFolder('cat', 2)));
    expect(page.state().ingest.warnings.map(({ code }) => code)).toEqual(['class-names-differ-in-case']);
    expect(page.state().project.document.classNames).toEqual(['Cat', 'cat']);
  });

  it('read until a cancel are kept', async () => {
    const page = createPage();
    await page.actions.begin();
    const adding = page.actions.addFiles(listed(...classFolder('cat', 300), ...classFolder('dog', 300)));
    await until(page, ({ project }) => project.document.samples.length > 0);
    page.actions.cancelIngest();
    await adding;
    expect(page.state().ingest).toMatchObject({ phase: 'idle', error: { code: 'add-cancelled' } });
    expect(page.state().project.document.samples.length).toBeLessThan(600);
  });

  it('are asked for before anything is downloaded', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.askKaggle();
    expect(page.state().ingest.kagglePlan).toMatchObject({ host: 'photos.example', picturesPerClass: 250 });
    page.actions.declineKaggle();
    await page.actions.acceptKaggle();
    expect(page.engine().calls).not.toContain('addKaggle');
    await page.actions.askKaggle();
    page.engine().failures.set('addKaggle', 'hub-offline');
    await page.actions.acceptKaggle();
    expect(page.state().ingest).toMatchObject({ phase: 'idle', error: { code: 'hub-offline' }, kagglePlan: null });
  });

  it('leave the store, the worker and the tried picture when they are removed', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.train();
    const [first = ''] = page.state().project.document.samples.map(({ id }) => id);
    await page.actions.trySample(first);
    await page.actions.removeSamples([first]);
    expect(page.state().trial.target).toBeNull();
    expect(await page.engine().listSamples()).toHaveLength(39);
    await page.actions.clearPictures();
    expect(await page.engine().listSamples()).toHaveLength(0);
    expect(page.state().project.document.classNames).toEqual([]);
  });

  it('come back with their labels and pins when their removal is taken back, here and in the worker', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const [first = '', second = ''] = page.state().project.document.samples.map(({ id }) => id);
    page.actions.dispatch({ kind: 'move-samples', ids: [first], className: 'dog' });
    page.actions.dispatch({ kind: 'pin-split', ids: [first], split: 'val' });
    const before = page.state().project.document.samples;
    await page.actions.removeSamples([first, second]);
    page.actions.undo();
    expect(page.state().project.document.samples).toBe(before);
    await vi.waitFor(async () => {
      expect(await page.engine().listSamples()).toHaveLength(40);
    }, patience);
    expect(page.state().thumbnails.has(first)).toBe(true);
    page.actions.redo();
    await vi.waitFor(async () => {
      expect(await page.engine().listSamples()).toHaveLength(38);
    }, patience);
  });

  it('can be brought back after the worker died and another took its place', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.clearPictures();
    page.engine().die();
    await page.actions.restartWorker();
    expect(await page.engine().listSamples()).toHaveLength(0);
    page.actions.undo();
    await vi.waitFor(async () => {
      expect(await page.engine().listSamples()).toHaveLength(40);
    }, patience);
    expect(page.state()).toMatchObject({ notice: null, project: { document: { samples: { length: 40 } } } });
  });

  it('that the worker cannot bring back leave again, with a word on it', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const ids = page
      .state()
      .project.document.samples.slice(0, 3)
      .map(({ id }) => id);
    await page.actions.removeSamples(ids);
    await page.engine().forgetSetAside();
    page.actions.undo();
    await vi.waitFor(() => {
      expect(page.state().notice?.code).toBe('pictures-not-kept');
    }, patience);
    expect(page.state().project.document.samples).toHaveLength(37);
    expect(page.state().project.past).toEqual([]);
  });

  it('come in as one change: undo takes back the whole of a reading', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.undo();
    // The project’s name was given by the same reading, before its first picture.
    expect(page.state().project.document.samples).toEqual([]);
    page.actions.redo();
    expect(page.state().project.document.samples).toHaveLength(40);
  });

  it('without a label take part in no run', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const ids = page
      .state()
      .project.document.samples.slice(0, 5)
      .map(({ id }) => id);
    page.actions.dispatch({ kind: 'move-samples', ids, className: null });
    await page.actions.train();
    const { counts } = page.state().run.result ?? { counts: { train: 0, val: 0, test: 0 } };
    expect(counts.train + counts.val + counts.test).toBe(35);
  });
});

describe('proposed labels', () => {
  const unlabel = (page: Page, count: number): string[] => {
    const ids = page
      .state()
      .project.document.samples.slice(0, count)
      .map(({ id }) => id);
    page.actions.dispatch({ kind: 'move-samples', ids, className: null });
    return ids;
  };

  it('come after a training for every unlabelled picture, and are accepted as one change', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const ids = unlabel(page, 5);
    expect(page.engine().calls).not.toContain('predictSample');
    await page.actions.train();
    await reach(page, ({ proposals }) => proposals.size === 5);
    expect(page.state().proposals.get(ids[0] ?? '')).toEqual({
      className: 'cat',
      probability: expect.closeTo(0.972, 2) as number,
    });
    page.actions.acceptProposals(ids);
    expect(
      page
        .state()
        .project.document.samples.slice(0, 5)
        .map(({ className }) => className),
    ).toEqual(Array(5).fill('cat'));
    page.actions.undo();
    expect(
      page
        .state()
        .project.document.samples.slice(0, 5)
        .map(({ className }) => className),
    ).toEqual(Array(5).fill(null));
    // What is labelled keeps its label.
    page.actions.dispatch({ kind: 'move-samples', ids: ids.slice(0, 1), className: 'dog' });
    page.actions.acceptProposals(ids.slice(0, 1));
    expect(page.state().project.document.samples[0]?.className).toBe('dog');
  });

  it('are asked again of another head, and leave out what cannot be read', async () => {
    const page = createPage();
    await beginWithPictures(page);
    unlabel(page, 3);
    page.engine().failures.set('predictSample', 'picture-gone');
    await page.actions.train();
    await reach(page, ({ proposals }) => proposals.size === 2);
    await page.actions.train();
    await reach(page, ({ proposals }) => proposals.size === 3);
  });

  it('end with the first failure that concerns more than one picture', async () => {
    const page = createPage();
    await beginWithPictures(page);
    unlabel(page, 3);
    page.engine().failures.set('predictSample', 'device-lost');
    await page.actions.train();
    await vi.waitFor(() => {
      expect(page.engine().calls).toContain('predictSample');
    }, patience);
    page.actions.dispatch({ kind: 'name-project', name: 'Another look' });
    await page.engine().listSamples();
    expect(page.engine().calls.filter((call) => call === 'predictSample')).toHaveLength(1);
    expect(page.state().proposals.size).toBe(0);
  });
});

describe('the number of threads', () => {
  it('is left to the engine until it is chosen, and is part of every later choice of a device', async () => {
    const page = createPage();
    await page.actions.begin();
    expect(page.state().compute).toMatchObject({ threads: null, mostThreads: 4, status: { threads: 1 } });
    await page.actions.chooseThreads(3);
    expect(page.state().compute).toMatchObject({ threads: 3, status: { threads: 3, label: 'CPU · 3 threads' } });
    expect(page.state().weights.phase).toBe('ready');
    await page.actions.chooseDevice('webgpu');
    expect(page.state().compute).toMatchObject({ threads: 3, status: { device: 'webgpu', threads: 1 } });
    await page.actions.chooseDevice('cpu');
    expect(page.state().compute.status?.threads).toBe(3);
    await page.actions.restartWorker();
    expect(page.state().compute.status?.threads).toBe(3);
    await page.actions.chooseThreads(null);
    expect(page.state().compute).toMatchObject({ threads: null, status: { threads: 1 } });
  });

  it('is at most what there is', async () => {
    const page = createPage();
    await page.actions.begin();
    await page.actions.chooseThreads(64);
    expect(page.state().compute).toMatchObject({ threads: 4, status: { threads: 4 } });
    await page.actions.chooseThreads(0);
    expect(page.state().compute).toMatchObject({ threads: 1, status: { threads: 1 } });
  });

  it('is forgotten with everything else, but not why there is only one', async () => {
    const isolation: Isolation = { isolated: false, reason: 'isolation-refused' };
    const page = createPage(createFakeStorage(), {}, undefined, isolation);
    await page.actions.begin();
    await page.actions.chooseThreads(2);
    await page.actions.forgetEverything();
    expect(page.state().compute).toMatchObject({ choice: 'auto', threads: null, mostThreads: 4, isolation });
  });
});

describe('failures', () => {
  it('of the weights are shown beside them and can be tried again', async () => {
    const page = createPage();
    page.engine().failures.set('loadWeights', 'weights-missing');
    await beginWithPictures(page);
    expect(page.state().weights).toMatchObject({ phase: 'failed', error: { code: 'weights-missing' } });
    expect(selectTrainBlocker(page.state())?.code).toBe('weights-missing');
    await page.actions.retryWeights();
    expect(page.state().weights).toMatchObject({ phase: 'ready', error: null });
    expect(selectTrainBlocker(page.state())).toBeNull();
  });

  it('of the device block training until another one is chosen', async () => {
    const page = createPage();
    page.engine().failures.set('configureDevice', 'wasm-simd-absent');
    await beginWithPictures(page);
    expect(page.state().compute).toMatchObject({ status: null, error: { code: 'wasm-simd-absent' } });
    expect(selectTrainBlocker(page.state())?.code).toBe('wasm-simd-absent');
    await page.actions.chooseDevice('cpu');
    expect(page.state().weights.phase).toBe('ready');
    expect(selectTrainBlocker(page.state())).toBeNull();
  });

  it('of a prediction are shown where it was asked', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.tryFile(new File(['x'], 'x.jpg'));
    expect(page.state().trial.error?.code).toBe('head-absent');
    await page.actions.train();
    page.engine().failures.set('explainFile', 'picture-truncated');
    await page.actions.tryFile(new File(['x'], 'x.jpg'));
    expect(page.state().trial).toMatchObject({ busy: false, prediction: null, error: { code: 'picture-truncated' } });
  });
});

describe('a worker that dies', () => {
  it('loses nothing that is shown, and a restart brings head and pictures back', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.train();
    const predictions = page.state().run.predictions;
    const [first = ''] = page.state().project.document.samples.map(({ id }) => id);
    await page.actions.removeSamples([first]);

    page.engine().die();
    reportWorkerDeath(page.store, new HeadstartError('worker-dead').toRecord());
    expect(page.state().run.predictions).toBe(predictions);

    await page.actions.restartWorker();
    expect(page.state()).toMatchObject({
      workerDead: null,
      headReady: true,
      notice: { code: 'worker-restarted' },
      weights: { phase: 'ready', report: { from: 'cache' } },
    });
    expect(page.state().project.document.samples).toHaveLength(39);
    expect(await page.engine().listSamples()).toHaveLength(39);
    await page.actions.trySample(page.state().project.document.samples[0]?.id ?? '');
    expect(page.state().trial.prediction).not.toBeNull();
  });
});

describe('what is kept', () => {
  it('comes back after a reload: pictures with their thumbnails, name, settings and head', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 7 });
    page.actions.dispatch({ kind: 'name-project', name: 'My pets' });
    await page.actions.train();
    await vi.waitFor(() => {
      expect(page.storage.projects[0]?.document.runs).toHaveLength(1);
    }, patience);

    const again = createPage(page.storage);
    await again.actions.begin();
    expect(again.state().project.document).toEqual(page.state().project.document);
    expect(again.state()).toMatchObject({ headReady: true, headRun: { number: 1 }, run: { phase: 'done', predictions: [] } });
    expect(again.state().run.history.epochs).toHaveLength(7);
    expect(again.state()).toMatchObject({ notice: null, access: 'owner' });
    expect(again.state().weights.report?.from).toBe('cache');
    await reach(again, ({ thumbnails }) => thumbnails.size === 40);
    await again.actions.trySample(again.state().project.document.samples[3]?.id ?? '');
    expect(again.state().trial.prediction?.className).toBe('cat');
    await again.actions.train();
    expect(again.state().headRun?.number).toBe(2);
  });

  it('comes back without pictures that could not be kept, and says so quietly', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await vi.waitFor(() => {
      expect(page.storage.projects[0]?.document.samples).toHaveLength(40);
    }, patience);
    page.storage.pictures.delete('id:pets/cat/0.jpg');
    const again = createPage(page.storage);
    await again.actions.begin();
    expect(again.state().project.document.samples).toHaveLength(39);
    expect(again.state().notice?.code).toBe('pictures-not-kept');
    await again.actions.addFiles(catsAndDogs);
    expect(again.state().project.document.samples).toHaveLength(40);
  });

  it('is nothing when storage is refused, which is said once while everything works', async () => {
    const page = createPage({ ...createFakeStorage(), problem: 'storage-refused' });
    await beginWithPictures(page);
    expect(page.state().notice?.code).toBe('storage-refused');
    await page.actions.train();
    expect(page.state().run.phase).toBe('done');
    page.actions.dismissNotice();
    expect(page.state().notice).toBeNull();
    expect(page.engine().calls).not.toContain('saveProject');
  });

  it('by a newer version is left as it is, and a new project stands beside it', async () => {
    const page = createPage({ ...createFakeStorage(), problem: 'project-newer' });
    await beginWithPictures(page);
    expect(page.state().notice?.code).toBe('project-newer');
    await vi.waitFor(() => {
      expect(page.storage.projects[0]?.document.samples).toHaveLength(40);
    }, patience);
  });

  it('can be forgotten', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.train();
    await page.actions.forgetEverything();
    const { owners, ...left } = page.storage;
    const { owners: _owners, ...nothing } = createFakeStorage();
    expect(left).toEqual(nothing);
    expect([...owners.keys()]).toEqual([page.state().project.document.id]);
    expect(page.state()).toMatchObject({ headReady: false, headRun: null, run: { phase: 'idle' } });
    expect(page.state().project.document).toMatchObject({ name: 'Untitled project', samples: [], runs: [] });
  });

  it('says when there is no room, and goes on', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, ({ featureCache }) => featureCache.report !== null);
    page.engine().failures.set('saveProject', 'storage-full');
    page.actions.dispatch({ kind: 'name-project', name: 'Another' });
    await vi.waitFor(() => {
      expect(page.state().notice?.code).toBe('project-storage-full');
    }, patience);
    await page.actions.train();
    expect(page.state().run.phase).toBe('done');
  });
});

describe('presets', () => {
  it('are left by a setting of one’s own and found again', () => {
    const page = createPage();
    const settings = () => page.state().project.document.settings;
    page.actions.choosePreset('note');
    expect(settings()).toMatchObject({ preset: 'note', learningRate: 0.01, epochs: 1 });
    page.actions.changeSettings({ epochs: 2 });
    expect(settings().preset).toBe('custom');
    page.actions.changeSettings({ epochs: 1, seed: 5 });
    expect(settings().preset).toBe('note');
    page.actions.choosePreset('recommended');
    expect(settings()).toMatchObject({ preset: 'recommended', seed: 5 });
  });
});

describe('the three ways', () => {
  it('fine-tuning brings its recipe, trains with it and blocks nothing; the engine’s refusal is shown', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.chooseWay('fine-tune');
    expect(page.state().project.document.settings).toMatchObject({ way: 'fine-tune', preset: 'recommended', schedule: 'cosine' });
    expect(selectTrainBlocker(page.state())).toBeNull();
    await page.actions.train();
    const { phase, result } = page.state().run;
    expect(phase).toBe('done');
    expect(result).toMatchObject({ config: { way: 'fine-tune', unfreeze: 'block5' }, chosenBy: 'validation', bestEpoch: 7 });
    page.engine().failures.set('startRun', 'way-not-available');
    await page.actions.train();
    expect(page.state().run).toMatchObject({ phase: 'failed', error: { code: 'way-not-available' } });
  });

  it('fine-tuning that would move nothing is refused before it starts', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.chooseWay('fine-tune');
    page.actions.changeSettings({ epochs: 1 });
    expect(selectTrainBlocker(page.state())?.message).toContain('Head warm-up: must be fewer epochs than the run has');
    page.actions.changeSettings({ headWarmupEpochs: 0 });
    expect(selectTrainBlocker(page.state())).toBeNull();
    page.actions.changeSettings({ unfreeze: 'none' });
    expect(selectTrainBlocker(page.state())?.message).toContain('Unfreeze: must be at least one convolution');
  });

  it('find what the head alone reached, for fine-tuning and the same pictures only', async () => {
    const page = createPage(undefined, { valAccuracy: 0.99 });
    await beginWithPictures(page);
    await page.actions.train();
    expect(selectHeadRun(page.state())).toBeNull();
    page.actions.chooseWay('fine-tune');
    expect(selectHeadRun(page.state())).toBe(page.state().project.document.runs[0]);
    await page.actions.addFiles(listed(...classFolder('dog', 25)));
    expect(selectHeadRun(page.state())).toBeNull();
  });

  it('do not take a fine-tuned run for a head alone', async () => {
    const page = createPage(undefined, { valAccuracy: 0.99 });
    await beginWithPictures(page);
    page.actions.chooseWay('fine-tune');
    await page.actions.train();
    expect(selectHeadRun(page.state())).toBeNull();
  });
});
