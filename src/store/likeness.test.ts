import { describe, expect, it } from 'vitest';
import { selectJudgements, selectLikenessReference } from './inspection-selectors';
import { beginWithPictures, createPage, reach, type Page } from './testing/create-page';

async function trained(change = {}): Promise<Page> {
  const page = createPage();
  await beginWithPictures(page);
  page.actions.changeSettings({ epochs: 1, ...change });
  await page.actions.train();
  return page;
}

describe('likeness', () => {
  it('is made ready by itself from held features, and the picture that is shown is asked about again', async () => {
    const page = await trained();
    const [first] = selectLikenessReference(page.state())?.samples ?? [];
    await page.actions.trySample(first?.id ?? '');
    await reach(page, ({ trial }) => trial.prediction?.likeness !== undefined);
    const { likeness, trial, headRun } = page.state();
    expect(likeness).toEqual({ phase: 'ready', report: { pictures: headRun?.counts.train, missing: 0, limit: 0.5 } });
    expect(trial.prediction?.likeness?.nearest.some(({ sampleId }) => sampleId === first?.id)).toBe(false);
    // Another head learnt anew.
    await page.actions.train();
    await reach(page, (state) => state.likeness.phase === 'ready');
    expect(page.engine().calls.filter((call) => call === 'prepareLikeness')).toHaveLength(2);
  });

  it('asks anew when a training picture is removed', async () => {
    const page = await trained();
    await reach(page, (state) => state.likeness.phase === 'ready');
    const [first] = selectLikenessReference(page.state())?.samples ?? [];
    await page.actions.removeSamples([first?.id ?? '']);
    await reach(page, ({ likeness, headRun }) => likeness.report?.pictures === (headRun?.counts.train ?? 0) - 1);
  });

  it('says how many features are missing after fine-tuning, and computes them when asked, with a cancel', async () => {
    const page = createPage();
    await page.actions.begin();
    page.actions.changeSettings({ epochs: 1, way: 'fine-tune', headWarmupEpochs: 0 });
    page.actions.pauseFeatures();
    await beginWithPictures(page);
    await page.actions.train();
    page.engine().forgetHeld();
    await reach(page, (state) => state.likeness.phase === 'missing');
    const missing = page.state().headRun?.counts.train ?? NaN;
    expect(page.state().likeness.report?.missing).toBe(missing);
    const going = page.actions.prepareLikeness();
    await reach(page, ({ inspection }) => (inspection.progress?.done ?? 0) > 2);
    page.actions.cancelInspection();
    await going;
    expect(page.state().inspection).toMatchObject({ task: null, error: null });
    expect(page.state().likeness.phase).not.toBe('ready');
    await page.actions.prepareLikeness();
    expect(page.state().likeness).toMatchObject({ phase: 'ready', report: { missing: 0 } });
  });

  it('leaves predictions as they are where it fails', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.engine().failures.set('prepareLikeness', 'out-of-memory');
    await page.actions.train();
    await reach(page, () => page.engine().calls.includes('prepareLikeness') && page.state().likeness.phase === 'idle');
    await page.actions.trySample(page.state().project.document.samples[0]?.id ?? '');
    expect(page.state().trial).toMatchObject({ error: null });
    expect(page.state().trial.prediction).not.toBeNull();
  });
});

describe('the map', () => {
  it('is laid out before anything is trained, and each way is kept', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await page.actions.projectPictures('pca');
    await page.actions.projectPictures('umap');
    const { pca, umap } = page.state().inspection.maps;
    const count = page.state().project.document.samples.length;
    expect(pca).toMatchObject({ method: 'pca', explained: [0.31, 0.12] });
    expect(pca?.sampleIds).toHaveLength(count);
    expect(umap?.positions).toHaveLength(2 * count);
  });

  it('says what failed, stops when asked, and waits for a run', async () => {
    const page = createPage();
    await beginWithPictures(page);
    page.engine().failures.set('projectPictures', 'map-failed');
    await page.actions.projectPictures('umap');
    expect(page.state().inspection.error).toMatchObject({ code: 'map-failed' });
    const going = page.actions.projectPictures('pca');
    page.actions.cancelInspection();
    await going;
    expect(page.state().inspection).toMatchObject({ task: null, error: null, maps: {} });
    const run = page.actions.train();
    await reach(page, (state) => state.run.phase === 'running');
    await page.actions.projectPictures('pca');
    expect(page.state().inspection.error).toMatchObject({ code: 'busy' });
    await run;
  });

  it('knows what heads that did not see a picture said of it, by its present label', async () => {
    const page = await trained();
    expect(selectJudgements(page.state()).size).toBe(page.state().headRun?.counts.val);
    await page.actions.crossValidate();
    expect(selectJudgements(page.state()).size).toBe(40);
    const [id, judged] = [...selectJudgements(page.state())][0] ?? [];
    const other = judged?.className === 'cat' ? 'dog' : 'cat';
    page.actions.dispatch({ kind: 'move-samples', ids: [id ?? ''], className: other });
    expect(selectJudgements(page.state()).get(id ?? '')?.isWrong).toBe(true);
  });
});
