import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
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
    expect(page.state().compute.status?.reason).not.toEqual(reason);
    await page.actions.train();
    expect(page.state().compute.status?.reason).toEqual(reason);
    expect(page.state().run).toMatchObject({ phase: 'done', error: null, resumed: null });
  });
});
