import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import { selectEstimate } from './feature-selectors';
import { beginWithPictures, createPage } from './testing/create-page';

describe('what computes', () => {
  it('is said anew when a run finds that a part of it fails its test, and the run goes on', async () => {
    const page = createPage();
    await beginWithPictures(page);
    const engine = page.engine();
    const startRun = engine.startRun.bind(engine);
    const reason = new HeadstartError('training-test-failed', {
      path: 'The graphics card',
      detail: 'as the test wants',
    }).toRecord();
    engine.startRun = (request, onEvent, signal) => {
      const { status } = page.state().compute;
      if (status !== null) onEvent({ kind: 'status', status: { ...status, reason } });
      return startRun(request, onEvent, signal);
    };
    page.actions.chooseWay('fine-tune');
    expect(page.state().compute.status?.reason).not.toEqual(reason);
    expect(selectEstimate(page.state())?.seconds).toBeGreaterThan(0);
    await page.actions.train();
    expect(page.state().compute.status?.reason).toEqual(reason);
    // The card's pace says nothing of a run that the processor trains, and still all of one that trains a head alone.
    expect(selectEstimate(page.state())).toBeNull();
    page.actions.chooseWay('features');
    expect(selectEstimate(page.state())).not.toBeNull();
    expect(page.state().run).toMatchObject({ phase: 'done', error: null, resumed: null });
  });
});
