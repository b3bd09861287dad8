import { describe, expect, it, vi } from 'vitest';
import { selectFoldPredictions, selectRunSamples, selectSplitPredictions, selectWantsFolds } from './inspection-selectors';
import { selectSplits } from './selectors';
import { beginWithPictures, createPage, reach, until, type Page } from './testing/create-page';

async function trained(page = createPage()): Promise<Page> {
  await beginWithPictures(page);
  await page.actions.train();
  return page;
}

describe('looking inside', () => {
  it('asks the head for the training pictures, as the run split them, and keeps the answer for this head', async () => {
    const page = await trained();
    expect(selectSplitPredictions.train(page.state())).toEqual([]);
    await page.actions.predictSplit('train');
    expect(page.state().inspection).toMatchObject({ task: null, error: null });
    const { counts } = page.state().headRun ?? { counts: null };
    expect(selectSplitPredictions.train(page.state())).toHaveLength(counts?.train ?? NaN);
    expect(selectSplitPredictions.val(page.state())).toHaveLength(counts?.val ?? NaN);
    await page.actions.train();
    expect(selectSplitPredictions.train(page.state())).toEqual([]);
  });

  it('cross-validates the run whose head predicts, with its settings, and says so where few pictures validate', async () => {
    const page = await trained();
    expect(selectWantsFolds(page.state())).toBe(true);
    expect(selectFoldPredictions(page.state())).toBeNull();
    page.actions.changeSettings({ learningRate: 0.5 });
    await page.actions.crossValidate();
    const [request] = page.engine().askedFolds;
    expect(request?.config).toEqual(page.state().headRun?.config);
    expect(selectFoldPredictions(page.state())).toHaveLength(40);
  });

  it('trains the folds for as many epochs as validation chose, since they have nobody to choose by', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 7, earlyStopping: 2 });
    await page.actions.train();
    await page.actions.crossValidate();
    const { bestEpoch } = page.state().headRun ?? { bestEpoch: null };
    expect(page.engine().askedFolds[0]?.config.epochs).toBe((bestEpoch ?? NaN) + 1);
  });

  it('judges by the labels as they are now, and leaves out pictures that were removed', async () => {
    const page = await trained();
    const [first, second] = selectRunSamples(page.state());
    if (first === undefined || second === undefined) throw new Error('no samples');
    page.actions.dispatch({ kind: 'move-samples', ids: [first.id], className: first.labelIndex === 0 ? 'dog' : 'cat' });
    await page.actions.removeSamples([second.id]);
    const samples = selectRunSamples(page.state());
    expect(samples).toHaveLength(39);
    expect(samples[0]).toEqual({ ...first, labelIndex: 1 - first.labelIndex });
  });

  it('tells which pictures belong together, so that no fold learns from the twin of what it is measured on', async () => {
    const page = await trained();
    const { splitRules, samples } = page.state().project.document;
    page.actions.dispatch({ kind: 'change-split-rules', rules: { ...splitRules, together: 'pattern', pattern: '(\\d)\\.' } });
    const paths = new Map(samples.map(({ id, path }) => [id, path]));
    for (const { id, group } of selectRunSamples(page.state()))
      expect(group).toBe(`named ${/\d(?=\.)/.exec(paths.get(id) ?? '')?.[0] ?? 'nothing'}`);
  });

  it('knows a kept head’s pictures in a later visit by its settings, the pins and the rules of the split', async () => {
    const { storage } = await trained();
    await vi.waitFor(() => {
      expect(storage.projects[0]?.document.runs).toHaveLength(1);
    });
    const page = createPage(storage);
    await page.actions.begin();
    const { splitRules } = page.state().project.document;
    page.actions.dispatch({ kind: 'change-split-rules', rules: { ...splitRules, testFraction: 0.2 } });
    const { assignments, counts } = selectSplits(page.state());
    const pinned = [...assignments].flatMap(([id, split]) => (split === 'train' ? [id] : [])).slice(0, 1);
    page.actions.dispatch({ kind: 'pin-split', ids: pinned, split: 'test' });
    expect(counts.test).toBeGreaterThan(0);
    const samples = selectRunSamples(page.state());
    expect(new Map(samples.map(({ id, split }) => [id, split]))).toEqual(selectSplits(page.state()).assignments);
    expect(samples.find(({ id }) => id === pinned[0])?.split).toBe('test');
  });

  it('keeps the run’s label where a class is called otherwise now', async () => {
    const page = await trained();
    const before = selectRunSamples(page.state());
    page.actions.dispatch({ kind: 'rename-class', from: 'cat', to: 'kitten' });
    expect(selectRunSamples(page.state())).toEqual(before);
  });

  it('remembers how the folds did before labels were changed, and which labels were confirmed', async () => {
    const page = await trained();
    await page.actions.crossValidate();
    expect(page.state().inspection.folds?.before).toBeNull();
    await page.actions.crossValidate();
    await page.actions.crossValidate();
    // Every ninth of the fake engine's 40 is wrong.
    expect(page.state().inspection.folds?.before).toEqual({ right: 36, count: 40 });
    page.actions.confirmLabel('a');
    page.actions.confirmLabel('a');
    expect(page.state().inspection.confirmed).toEqual(['a']);
  });

  it('is cancelled without a complaint, and holds back the features meanwhile', async () => {
    const page = await trained();
    const asked = page.engine().askedFeatures.length;
    const going = page.actions.crossValidate();
    await until(page, ({ inspection }) => inspection.progress !== null);
    page.actions.changeSettings({ fit: 'pad' });
    expect(page.engine().askedFeatures).toHaveLength(asked);
    page.actions.cancelInspection();
    await going;
    expect(page.state().inspection).toMatchObject({ task: null, error: null, folds: null });
    await reach(page, () => page.engine().askedFeatures.length > asked);
  });

  it('lets nothing be proposed for unlabelled pictures meanwhile', async () => {
    const page = await trained();
    const going = page.actions.crossValidate();
    await until(page, ({ inspection }) => inspection.progress !== null);
    const ids = page.state().project.document.samples.slice(0, 2);
    page.actions.dispatch({ kind: 'move-samples', ids: ids.map(({ id }) => id), className: null });
    expect(page.state().inspection.task).toBe('folds');
    expect(page.engine().calls).not.toContain('predictSample');
    await going;
    await reach(page, ({ proposals }) => proposals.size === 2);
  });

  it('gives way to a run', async () => {
    const page = await trained();
    const going = page.actions.crossValidate();
    await until(page, ({ inspection }) => inspection.progress !== null);
    await page.actions.train();
    await going;
    expect(page.state().run).toMatchObject({ phase: 'done', error: null });
    expect(page.state().inspection).toMatchObject({ task: null, error: null });
  });

  it('shows a failure where it was asked, and needs a head', async () => {
    const page = await trained();
    page.engine().failures.set('crossValidate', 'picture-gone');
    await page.actions.crossValidate();
    expect(page.state().inspection.error?.code).toBe('picture-gone');
    const fresh = createPage();
    await beginWithPictures(fresh);
    await fresh.actions.crossValidate();
    expect(fresh.state().inspection.error?.code).toBe('head-absent');
  });
});

describe('evidence', () => {
  it('comes with each prediction unless it is switched off, and comes back when switched on', async () => {
    const page = await trained();
    const sampleId = page.state().run.predictions[0]?.sampleId ?? '';
    await page.actions.trySample(sampleId);
    expect(page.state().trial.explanation?.cells).toHaveLength(2);
    await page.actions.chooseEvidence(false);
    expect(page.state().trial).toMatchObject({ explanation: null, busy: false });
    await page.actions.trySample(sampleId);
    expect(page.engine().calls.at(-1)).toBe('predictSample');
    await page.actions.chooseEvidence(true);
    expect(page.state().trial.explanation).not.toBeNull();
  });

  it('moves with what is covered, and remembers what was said before', async () => {
    const page = await trained();
    await page.actions.trySample(page.state().run.predictions[0]?.sampleId ?? '');
    const whole = page.state().trial.prediction;
    await page.actions.coverSquares([3, 4]);
    expect(page.state().trial).toMatchObject({ covered: [3, 4], uncovered: whole });
    expect(page.state().trial.prediction?.logits[0]).toBeCloseTo((whole?.logits[0] ?? NaN) - 0.2, 10);
    await page.actions.coverSquares([]);
    expect(page.state().trial).toMatchObject({ covered: [], uncovered: null, prediction: whole });
  });
});
