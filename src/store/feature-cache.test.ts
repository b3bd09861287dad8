import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PageState } from './state';
import { beginWithPictures, createPage, reach, until } from './testing/create-page';
import { createFakeStorage } from './testing/fake-engine';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const isCounted = ({ featureCache, features }: PageState): boolean =>
  features.phase === 'idle' && featureCache.report !== null && featureCache.report.pictures === features.total;

describe('features kept on this device', () => {
  it('are counted when the background is done with the pictures', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isCounted);
    expect(page.state().featureCache).toEqual({
      budget: null,
      report: { pictures: 40, bytes: 440_000, budget: 1e9, automaticBudget: 1e9, problem: null },
      error: null,
    });
    expect(page.state().notice).toBeNull();
  });

  it('are dropped on request, and the pictures count as done until the tab closes', async () => {
    const page = createPage();
    await beginWithPictures(page);
    await reach(page, isCounted);
    await page.actions.dropKeptFeatures();
    expect(page.state().featureCache.report).toMatchObject({ pictures: 0, bytes: 0 });
    expect(page.state().features).toMatchObject({ phase: 'idle', done: 40, total: 40 });
  });

  it('have the room that was chosen, on later visits and in a new worker too, until everything is forgotten', async () => {
    const storage = createFakeStorage();
    const first = createPage(storage);
    await first.actions.begin();
    expect(first.engine().calls).not.toContain('setFeatureBudget');
    await first.actions.setFeatureBudget(5e8);
    expect(first.state().featureCache).toMatchObject({ budget: 5e8, report: { budget: 5e8 } });

    const later = createPage(storage);
    await later.actions.begin();
    await later.actions.lookAtFeatureCache();
    expect(later.state().featureCache).toMatchObject({ budget: 5e8, report: { budget: 5e8 } });
    await later.actions.restartWorker();
    await later.actions.lookAtFeatureCache();
    expect(later.state().featureCache.report?.budget).toBe(5e8);

    await later.actions.forgetEverything();
    await later.actions.lookAtFeatureCache();
    expect(later.state().featureCache).toMatchObject({ budget: null, report: { budget: 1e9 } });
    expect(createPage(storage).state().featureCache.budget).toBeNull();
  });

  it('that cannot be kept are told once, and not beside a notice that says so already', async () => {
    for (const code of ['features-storage-full', 'features-not-kept'] as const) {
      const page = createPage({ ...createFakeStorage(), featuresProblem: code });
      await beginWithPictures(page);
      await reach(page, ({ notice }) => notice?.code === code);
      page.actions.dismissNotice();
      await page.actions.train();
      await page.actions.lookAtFeatureCache();
      expect(page.state().featureCache.report?.problem?.code).toBe(code);
      expect(page.state().notice).toBeNull();
    }
    const refused = createPage({ ...createFakeStorage(), problem: 'storage-refused', featuresProblem: 'features-not-kept' });
    await refused.actions.begin();
    await refused.actions.lookAtFeatureCache();
    expect(refused.state().notice?.code).toBe('storage-refused');
  });

  it('say where it went wrong, in their own place', async () => {
    const page = createPage();
    await page.actions.begin();
    page.engine().failures.set('dropKeptFeatures', 'storage-refused');
    await page.actions.dropKeptFeatures();
    expect(page.state().featureCache.error?.code).toBe('storage-refused');
    await page.actions.lookAtFeatureCache();
    expect(page.state().featureCache.error).toBeNull();
  });

  it('are looked at after a run too', async () => {
    const page = createPage();
    await page.actions.begin();
    page.actions.pauseFeatures();
    await beginWithPictures(page);
    expect(page.state().featureCache.report).toBeNull();
    const counted = until(page, ({ featureCache }) => featureCache.report?.pictures === 40);
    await page.actions.train();
    await counted;
  });
});
