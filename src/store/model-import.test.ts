import { describe, expect, it } from 'vitest';
import type { ModelOffer } from '../domain/model-import';
import { describeDiagnostics } from './diagnostics';
import { selectTrainBlocker } from './selectors';
import { selectStart } from './start-selectors';
import { beginWithPictures, createPage, reach, type Page } from './testing/create-page';
import { createFakeStorage, fakeHubOffer } from './testing/fake-engine';

const file = (name: string) => new File([name], name);
const tuned: ModelOffer = {
  ...fakeHubOffer,
  title: 'tuned.safetensors',
  source: { kind: 'file', fileName: 'tuned.safetensors', format: 'safetensors' },
  backbone: { id: '3c'.repeat(32), isShipped: false, isInForce: false, otherTensors: 6 },
  head: { classNames: ['cat', 'dog'], classes: 2, featureNorm: 12, fit: 'crop', settings: null, trainedBy: 'pytorch' },
};
const horses: ModelOffer = {
  ...tuned,
  backbone: null,
  head: { classNames: ['horse', 'zebra'], classes: 2, featureNorm: null, fit: null, settings: null, trainedBy: null },
};
const models = new Map([
  ['tuned.safetensors', tuned],
  ['horses.pth', horses],
]);

/** Pages of earlier visits do nothing any more: selectors remember for one page. */
const visits: Page[] = [];
function visit(storage: ReturnType<typeof createFakeStorage>): Page {
  for (const { actions } of visits.splice(0)) actions.pauseFeatures();
  const page = createPage(storage, { models });
  visits.push(page);
  return page;
}

async function open(storage = createFakeStorage()): Promise<Page> {
  const page = visit(storage);
  await beginWithPictures(page);
  return page;
}

async function take(page: Page, name: string, withHead = true): Promise<void> {
  await page.actions.readModel([file(name)]);
  await page.actions.takeModel({ withHead });
}

describe('a model that comes in', () => {
  it('is looked at first, and put in force by a word: its head is a run, from which training goes on', async () => {
    const page = await open();
    await page.actions.openModelDialog();
    expect(page.state().modelImport).toMatchObject({ phase: 'open', hub: { host: 'hub.example' }, kept: [] });
    await page.actions.readModel([file('tuned.safetensors')]);
    expect(page.state().modelImport).toMatchObject({ phase: 'offered', offer: { title: 'tuned.safetensors' }, error: null });
    expect(page.state().project.document.backbone).toBeNull();
    await reach(page, ({ features }) => features.phase === 'idle' && features.done === 40);
    await page.actions.takeModel({ withHead: true });
    const { modelImport, project, headRun, run } = page.state();
    expect(modelImport).toMatchObject({ phase: 'closed', offer: null, problem: null, kept: [{ title: 'tuned.safetensors' }] });
    expect(project.document.backbone).toMatchObject({ id: tuned.backbone?.id, title: 'tuned.safetensors' });
    expect(project.document.runs).toMatchObject([{ number: 1, imported: { fileName: 'tuned.safetensors' } }]);
    expect([headRun?.id, run.start]).toEqual([project.document.runs[0]?.id, 'present']);
    expect(project.document.settings.featureNorm).toBe(12);
    // Features of the former weights are worth nothing: they are asked for anew.
    await reach(page, ({ features }) => features.phase === 'idle' && features.done === 40);
    expect(page.engine().askedFeatures.filter(({ sampleIds }) => sampleIds.length === 40).length).toBeGreaterThan(1);
    expect(selectStart(page.state())).toMatchObject({ offered: true, value: 'present', reasonNot: null });
    await page.actions.train();
    expect(page.state().run.result).toMatchObject({ number: 2, backbone: tuned.backbone?.id, continues: { number: 1 } });
    page.actions.undo();
    expect(page.state().project.document.backbone).not.toBeNull();
    const facts = JSON.stringify(describeProject(page));
    expect(facts).toContain('3c3c3c3c3c3c of a file, safetensors');
    expect(facts).not.toContain('tuned');
  });

  it('that goes back gives way to what was there: head, and answers of its own alone', async () => {
    const page = await open();
    await page.actions.train();
    const first = page.state().headRun;
    await page.actions.trySample(page.state().project.document.samples[0]?.id ?? '');
    expect(page.state().trial.prediction).not.toBeNull();
    await take(page, 'tuned.safetensors', false);
    expect(page.state()).toMatchObject({ headReady: false, headRun: null, run: { phase: 'idle' }, trial: { target: null } });
    await page.actions.useBackbone('shipped');
    expect(page.state()).toMatchObject({ headReady: true, headRun: { id: first?.id }, run: { phase: 'done' } });
    expect(page.state().project.document.backbone).toBeNull();
    await page.actions.removeBackbone(tuned.backbone?.id ?? '');
    expect(page.state().modelImport.kept).toEqual([]);
  });

  it('changes nothing where it cannot be read, is cancelled, or is gone; each says why where it was asked for', async () => {
    const page = await open();
    await page.actions.readModel([file('holiday.zip')]);
    expect(page.state().modelImport).toMatchObject({ phase: 'open', offer: null, error: { code: 'model-file-unknown' } });
    const reading = page.actions.readModel([file('tuned.safetensors')]);
    page.actions.cancelModel();
    await reading;
    expect(page.state().modelImport).toMatchObject({ phase: 'open', error: null, offer: null });
    await page.actions.readModel([file('tuned.safetensors')]);
    page.engine().failures.set('takeModel', 'model-head-unusable');
    await page.actions.takeModel({ withHead: true });
    expect(page.state().modelImport).toMatchObject({ phase: 'offered', error: { code: 'model-head-unusable' } });
    page.engine().failures.set('takeModel', 'model-closed');
    await page.actions.takeModel({ withHead: true });
    expect(page.state().modelImport).toMatchObject({ phase: 'open', offer: null, error: { code: 'model-closed' } });
    await page.actions.useBackbone('ff'.repeat(32));
    expect(page.state().modelImport.error).toMatchObject({ code: 'backbone-gone' });
    expect(page.state().project.document).toMatchObject({ backbone: null, runs: [] });
    await page.actions.readModel([file('tuned.safetensors')]);
    page.actions.closeModelDialog();
    expect(page.state().modelImport).toMatchObject({ phase: 'closed', offer: null, error: null });
  });

  it('waits for a run that is not finished', async () => {
    const page = await open();
    await page.actions.readModel([file('tuned.safetensors')]);
    const training = page.actions.train();
    await reach(page, ({ run }) => run.history.steps.length > 2);
    await page.actions.takeModel({ withHead: true });
    expect(page.state().modelImport).toMatchObject({ phase: 'offered', error: { code: 'run-unfinished' } });
    page.actions.pause();
    await training;
    await page.actions.useBackbone('shipped');
    expect(page.state().modelImport.error).toMatchObject({ code: 'run-unfinished' });
    await page.actions.discardRun();
    await page.actions.takeModel({ withHead: true });
    expect(page.state().modelImport).toMatchObject({ phase: 'closed', error: null });
  });

  it('of other classes predicts, and Train says why it cannot go on from it', async () => {
    const page = await open();
    await take(page, 'horses.pth');
    expect(page.state()).toMatchObject({ headReady: true, run: { start: 'new' }, project: { document: { backbone: null } } });
    expect(selectTrainBlocker(page.state())).toBeNull();
    expect(selectStart(page.state())).toMatchObject({ offered: false, reasonNot: { code: 'start-classes-differ' } });
    page.actions.setStart('present');
    expect(selectTrainBlocker(page.state())).toMatchObject({ code: 'start-classes-differ' });
    page.actions.setStart('new');
    expect(selectTrainBlocker(page.state())).toBeNull();
  });

  it('is started from with its own norm, which then must not be changed, nor its convolutions left out', async () => {
    const page = await open();
    page.actions.chooseWay('fine-tune');
    await page.actions.train();
    page.actions.setStart('present');
    expect(selectStart(page.state())).toMatchObject({ offered: true, reasonNot: null });
    page.actions.changeSettings({ unfreeze: 1 });
    expect(selectTrainBlocker(page.state())).toMatchObject({ code: 'start-tuned-more' });
    page.actions.chooseWay('features');
    expect(selectTrainBlocker(page.state())).toMatchObject({ code: 'start-tuned' });
    const other = await open();
    await take(other, 'tuned.safetensors');
    other.actions.changeSettings({ featureNorm: 99 });
    expect(selectTrainBlocker(other.state())).toMatchObject({
      code: 'start-norm-differs',
      message: 'The model to start from learned with features scaled to the norm 12; the settings say the norm 99.',
    });
    other.actions.setStart('new');
    other.actions.setStart('present');
    expect(other.state().project.document.settings.featureNorm).toBe(12);
  });

  it('that is kept nowhere says so once, and serves this visit', async () => {
    const storage = createFakeStorage();
    const page = await open(storage);
    storage.problem = 'storage-refused';
    await take(page, 'tuned.safetensors', false);
    expect(page.state()).toMatchObject({
      notice: { code: 'backbone-not-kept' },
      project: { document: { backbone: { title: 'tuned.safetensors' } } },
    });
  });
});

describe('a project on other weights', () => {
  async function reopened(change: (storage: ReturnType<typeof createFakeStorage>) => void) {
    const storage = createFakeStorage();
    const page = await open(storage);
    await take(page, 'tuned.safetensors');
    await expect
      .poll(() => storage.projects[0]?.document)
      .toMatchObject({ backbone: { title: 'tuned.safetensors' }, runs: { length: 1 } });
    change(storage);
    const later = visit(storage);
    await later.actions.begin();
    return later;
  }

  it('opens with them and its head', async () => {
    const page = await reopened(() => undefined);
    expect(page.state()).toMatchObject({
      headReady: true,
      headRun: { backbone: tuned.backbone?.id },
      modelImport: { problem: null },
    });
  });

  it('opens all the same where they are gone, trains nothing meanwhile, and goes on once they or others are in force', async () => {
    const gone = (storage: ReturnType<typeof createFakeStorage>) => {
      storage.backbones = [];
    };
    const page = await reopened(gone);
    expect(page.state()).toMatchObject({
      headReady: false,
      notice: { code: 'backbone-gone' },
      modelImport: { problem: { code: 'backbone-gone' } },
    });
    expect(page.state().project.document.samples).toHaveLength(40);
    expect(selectTrainBlocker(page.state())).toMatchObject({ code: 'backbone-gone' });
    expect(page.engine().askedFeatures).toEqual([]);
    await take(page, 'tuned.safetensors', false);
    expect(page.state()).toMatchObject({ headReady: true, modelImport: { problem: null } });
    expect(selectTrainBlocker(page.state())).toBeNull();

    const other = await reopened(gone);
    await other.actions.useBackbone('shipped');
    expect(other.state()).toMatchObject({
      headReady: false,
      modelImport: { problem: null },
      project: { document: { backbone: null } },
    });
    await reach(other, ({ features }) => features.phase === 'idle' && features.done === 40);
  });
});

function describeProject(page: Page) {
  const browser = { versions: {}, userAgent: '', serviceWorker: '', now: 0, sinceOpened: 0, adapter: null } as const;
  const facts = {
    ...browser,
    platform: null,
    cores: 1,
    screen: '',
    language: '',
    isSecure: true,
    isIsolated: true,
    isHidden: false,
  };
  const storage = { quota: null, used: null, persisted: null };
  return describeDiagnostics(page.state(), { ...facts, storage }, null);
}
