import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HeadstartError } from '../domain/errors';
import { reportWorkerDeath } from './page-store';
import { selectMissingPictures } from './run-selectors';
import { beginWithPictures, catsAndDogs, createPage, reach, until } from './testing/create-page';
import { createFakeStorage, type FakeStorage } from './testing/fake-engine';

const patience = { timeout: 20_000 };
const isDone = ({ run }: { run: { phase: string } }) => run.phase === 'done';

/** A visit that is cut off in its run, after some steps, as by a kill. */
async function leaveUnfinished(): Promise<FakeStorage> {
  const storage = createFakeStorage();
  const page = createPage(storage);
  await beginWithPictures(page);
  page.actions.dispatch({ kind: 'name-project', name: 'My pets' });
  page.actions.changeSettings({ epochs: 3, batchSize: 8 });
  await vi.waitFor(() => {
    expect(storage.projects[0]?.document).toMatchObject({ name: 'My pets', settings: { epochs: 3 } });
  }, patience);
  void page.actions.train();
  await until(page, ({ run }) => run.history.steps.length >= 6);
  const left = copyOf(storage);
  page.actions.pause();
  await reach(page, ({ run }) => run.phase === 'paused');
  return left;
}

let storage: FakeStorage;
beforeEach(() => {
  storage = createFakeStorage();
});

/** As a kill leaves the disk: what the page does afterwards is not part of it. */
function copyOf(kept: FakeStorage): FakeStorage {
  return {
    ...kept,
    projects: structuredClone(kept.projects),
    pictures: new Map(kept.pictures),
    heads: new Map(kept.heads),
    owners: new Map(),
    unfinished: new Map(kept.unfinished),
  };
}

describe('a run that an earlier visit left unfinished', () => {
  it('is shown paused with its curves and log, says which pictures are missing, and goes on once they are back', async () => {
    const left = await leaveUnfinished();
    left.pictures.clear();
    const later = createPage(left);
    await later.actions.begin();
    const { run, project } = later.state();
    const steps = run.history.steps.length;
    expect(run).toMatchObject({ phase: 'paused', error: null, interrupted: { number: 1, epoch: 1, stepsPerEpoch: 4 } });
    expect(steps).toBeGreaterThan(4);
    expect(run.log.length).toBeGreaterThan(0);
    expect(run.stages.find(({ stage }) => stage === 'training')).toMatchObject({ done: steps, total: 12 });
    expect(project.document.settings).toMatchObject({ epochs: 3, batchSize: 8 });

    await later.actions.continueRun();
    expect(later.state().run).toMatchObject({ phase: 'paused', error: { code: 'run-pictures-missing' } });
    expect(later.state().run.error?.message).toMatch(
      /^40 of the 40 pictures of this run are not here: 0\.jpg, 1\.jpg, 2\.jpg, 37 more\.$/,
    );
    await later.actions.stop();
    expect(later.state().run).toMatchObject({ phase: 'paused', error: { code: 'run-pictures-missing' } });

    await later.actions.addFiles(catsAndDogs);
    expect(selectMissingPictures(later.state())).toBeNull();
    await later.actions.continueRun();
    expect(later.state().run).toMatchObject({ phase: 'done', error: null, result: { number: 1 } });
    expect(later.state().run.history.steps).toHaveLength(12);
    // Each step once: those of the earlier visit stand before those of this one.
    expect(later.state().run.history.steps.map(({ epoch, step }) => epoch * 4 + step)).toEqual([...Array(12).keys()]);
    await vi.waitFor(() => {
      expect(later.engine().calls).toContain('saveProject');
    }, patience);
  });

  it('that had ended, its record kept, is let go without a word', async () => {
    const kept = await leaveUnfinished();
    const finishing = createPage(kept);
    await finishing.actions.begin();
    await finishing.actions.addFiles(catsAndDogs);
    const [entry] = [...kept.unfinished];
    await finishing.actions.continueRun();
    await vi.waitFor(() => {
      expect(kept.projects[0]?.document.runs).toHaveLength(1);
    }, patience);
    if (entry !== undefined) kept.unfinished.set(...entry);
    const later = createPage(copyOf(kept));
    await later.actions.begin();
    expect(later.state().run).toMatchObject({ phase: 'done', interrupted: null });
    expect(later.storage.unfinished.size).toBe(0);
  });

  it('can be stopped, which evaluates it, or let go, and then nothing of it is left', async () => {
    const left = await leaveUnfinished();
    const stopped = createPage(copyOf(left));
    await stopped.actions.begin();
    await stopped.actions.addFiles(catsAndDogs);
    await stopped.actions.stop();
    expect(stopped.state().run).toMatchObject({ phase: 'done', result: { stoppedEarly: true } });

    const kept = copyOf(left);
    const other = createPage(kept);
    await other.actions.begin();
    await other.actions.discardRun();
    expect(other.state().run).toMatchObject({ phase: 'idle', history: { steps: [] }, interrupted: null });
    expect(kept.unfinished.size).toBe(0);
    const next = createPage(copyOf(kept));
    await next.actions.begin();
    expect(next.state().run.phase).toBe('idle');
  });

  it('and paused without a step is let go by Stop', async () => {
    const page = createPage(storage);
    await beginWithPictures(page);
    void page.actions.train();
    await until(page, ({ run }) => run.stages.some(({ stage, status }) => stage === 'features' && status === 'running'));
    page.actions.pause();
    await reach(page, ({ run }) => run.phase === 'paused');
    expect(storage.unfinished.size).toBe(1);
    await page.actions.stop();
    expect(page.state().run.phase).toBe('idle');
    expect(storage.unfinished.size).toBe(0);
  });
});

describe('a worker that dies', () => {
  it('is started again by the page, with its pictures, and its run goes on from what was kept', async () => {
    const page = createPage(storage);
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 3, batchSize: 8 });
    void page.actions.train();
    await until(page, ({ run }) => run.history.steps.length >= 6);
    const first = page.engine();
    first.die();
    reportWorkerDeath(page.store, new HeadstartError('worker-dead').toRecord());
    await until(page, isDone);
    expect(page.engine()).not.toBe(first);
    expect(page.state()).toMatchObject({
      workerDead: null,
      notice: null,
      run: { error: null, resumed: { code: 'worker-dead' }, history: { steps: { length: 12 } }, result: { stoppedEarly: false } },
    });
    expect(page.engine().calls.filter((call) => call === 'startRun')).toEqual([]);
  });

  it('a second time within minutes is offered, not started again; later it is', async () => {
    let clock = 0;
    const page = createPage(storage, {}, () => clock + performance.now());
    await beginWithPictures(page);
    const die = () => {
      reportWorkerDeath(page.store, new HeadstartError('worker-dead').toRecord());
    };
    die();
    expect(page.state()).toMatchObject({ workerDead: null, notice: { code: 'worker-restarted' } });
    await page.actions.restartWorker();
    const present = page.engine();
    die();
    expect(page.state().workerDead?.code).toBe('worker-dead');
    expect(page.engine()).toBe(present);
    await page.actions.restartWorker();
    expect(page.state().workerDead).toBeNull();
    clock += 6 * 60_000;
    die();
    expect(page.state().workerDead).toBeNull();
  });

  it('while its run waits leaves it waiting; asked to stop, it is stopped', async () => {
    const page = createPage(storage);
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 3, batchSize: 8 });
    void page.actions.train();
    await until(page, ({ run }) => run.history.steps.length >= 6);
    page.actions.pause();
    await reach(page, ({ run }) => run.phase === 'paused');
    page.engine().die();
    await page.actions.restartWorker();
    expect(page.state().run).toMatchObject({ phase: 'paused', resumed: null, interrupted: { number: 1 } });
    await page.actions.continueRun();
    expect(page.state().run.phase).toBe('done');

    void page.actions.train();
    await until(page, ({ run }) => run.history.steps.length >= 6);
    void page.actions.stop();
    page.engine().die();
    await page.actions.restartWorker();
    await until(page, isDone);
    expect(page.state().run.result).toMatchObject({ stoppedEarly: true, number: 2 });
  });

  it('without anything kept says that the run is lost; one that ran out of memory is started afresh', async () => {
    const page = createPage(storage);
    storage.runProblem = 'run-storage-full';
    await beginWithPictures(page);
    void page.actions.train();
    await until(page, ({ run }) => run.history.steps.length >= 2);
    expect(page.state().run.kept?.problem).toMatchObject({ code: 'run-storage-full' });
    page.engine().die();
    await until(page, ({ run }) => run.phase === 'failed');
    expect(page.state().run.error?.code).toBe('run-lost');
    expect(page.state().run.history.steps.length).toBeGreaterThan(1);

    storage.runProblem = null;
    const other = createPage(createFakeStorage());
    await beginWithPictures(other);
    other.actions.changeSettings({ epochs: 3, batchSize: 8 });
    void other.actions.train();
    await until(other, ({ run }) => run.history.steps.length >= 6);
    other.actions.pause();
    await reach(other, ({ run }) => run.phase === 'paused');
    const engine = other.engine();
    engine.failures.set('continueRun', 'out-of-memory');
    void other.actions.continueRun();
    await until(other, isDone);
    expect(other.engine()).not.toBe(engine);
    expect(other.state().run).toMatchObject({ resumed: { code: 'out-of-memory' }, history: { steps: { length: 12 } } });
    other.engine().failures.set('startRun', 'out-of-memory');
    await other.actions.train();
    expect(other.state().run).toMatchObject({ phase: 'paused', error: { code: 'out-of-memory' } });
  });

  it('a picture that has gone leaves the run waiting, and Continue goes on', async () => {
    const page = createPage(storage);
    await beginWithPictures(page);
    page.engine().failures.set('startRun', 'picture-gone');
    await page.actions.train();
    expect(page.state().run).toMatchObject({ phase: 'paused', error: { code: 'picture-gone' } });
    await page.actions.continueRun();
    expect(page.state().run).toMatchObject({ phase: 'done', error: null });
  });
});
