import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { OfflineOutcome, OfflinePort } from '../domain/offline';
import { beginWithPictures, createPage, reach, until } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

/** The page's own files, as far as a test has them; `settle` ends an attempt to keep them. */
function createOffline() {
  let settle: (outcome: OfflineOutcome) => void = () => undefined;
  let offer = (): void => undefined;
  const heard: string[] = [];
  const port: OfflinePort & { forgetFails: boolean } = {
    forgetFails: false,
    keep: () => {
      heard.push('keep');
      return new Promise((resolve) => {
        settle = resolve;
      });
    },
    watch: (onNewVersion) => {
      offer = onNewVersion;
    },
    takeOver: () => {
      heard.push('take over');
      return Promise.resolve();
    },
    forget: () => {
      heard.push('forget');
      return port.forgetFails ? Promise.reject(new HeadstartError('storage-refused')) : Promise.resolve();
    },
  };
  const page = createPage(createFakeStorage(), {}, undefined, undefined, { offline: port });
  return { port, page, heard, settle: (outcome: OfflineOutcome) => settle(outcome), offer: () => offer() };
}

describe('the page’s own files', () => {
  it('are kept once the weights are here, once a visit, and what came of it is told', async () => {
    const { page, heard, settle } = createOffline();
    expect(page.state().offline.phase).toBe('waiting');
    await page.actions.begin();
    expect(heard).toEqual(['keep']);
    expect(page.state().offline.phase).toBe('keeping');
    settle({ kind: 'kept', bytes: 4_700_000 });
    await reach(page, ({ offline }) => offline.phase === 'kept');
    expect(page.state().offline.bytes).toBe(4_700_000);
    await page.actions.restartWorker();
    expect(heard).toEqual(['keep']);
  });

  it('cannot be kept where the browser refuses, and the reason stands', async () => {
    const { page, settle } = createOffline();
    await page.actions.begin();
    settle({ kind: 'unavailable', reason: 'offline-refused' });
    await reach(page, ({ offline }) => offline.phase === 'unavailable');
    expect(page.state().offline.error?.code).toBe('offline-refused');
    expect(page.state().notice).toBeNull();
  });

  it('go with everything that is forgotten, also while they are being kept; what left this device stays told', async () => {
    const { page, heard, settle } = createOffline();
    await page.actions.begin();
    page.engine().requests.add({ at: 1, host: 'photos.example', purpose: 'list', dataset: 'some/beans', bytesUp: 9 });
    expect(page.state().outsideRequests).toHaveLength(1);
    await page.actions.forgetEverything();
    settle({ kind: 'kept', bytes: 1 });
    await Promise.resolve();
    expect(heard).toEqual(['keep', 'forget']);
    expect(page.state().offline).toMatchObject({ phase: 'forgotten', bytes: null });
    expect(page.state().outsideRequests).toHaveLength(1);
  });

  it('say where they could not be removed', async () => {
    const { page, port } = createOffline();
    await page.actions.begin();
    port.forgetFails = true;
    await page.actions.forgetEverything();
    expect(page.state().notice?.code).toBe('storage-refused');
  });
});

describe('a newer version', () => {
  it('is offered, can be dismissed, and starts on a word', async () => {
    const { page, heard, offer } = createOffline();
    await page.actions.begin();
    offer();
    expect(page.state().offline.newVersion).toBe('offered');
    page.actions.dismissNewVersion();
    expect(page.state().offline.newVersion).toBe('dismissed');
    offer();
    await page.actions.startNewVersion();
    await page.actions.startNewVersion();
    expect(page.state().offline.newVersion).toBe('starting');
    expect(heard.filter((word) => word === 'take over')).toHaveLength(1);
  });

  it('does not start under a run, nor while one is paused', async () => {
    const { page, heard, offer } = createOffline();
    await beginWithPictures(page);
    offer();
    page.actions.changeSettings({ epochs: 50, batchSize: 8 });
    const running = page.actions.train();
    await until(page, ({ run }) => run.history.steps.length > 0);
    await page.actions.startNewVersion();
    page.actions.pause();
    await running;
    expect(page.state().run.phase).toBe('paused');
    await page.actions.startNewVersion();
    expect(page.state().offline.newVersion).toBe('offered');
    expect(heard).not.toContain('take over');
    await page.actions.stop();
    expect(page.state().run.phase).toBe('done');
    await page.actions.startNewVersion();
    expect(heard).toContain('take over');
  });
});
