import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropPaths } from '../../scripts/drop';
import { confirmAsFound, openSession, prepareDevice, type Session, waitForProof } from '../../scripts/session';
import { writeManyPictures } from '../many-pictures';
import { residentBytes } from '../resident-memory';
import type { Row, Suite } from '../suite';
import { watchMemory } from '../watch-memory';

const goals = { peakMB: 900, firstThumbnailSeconds: 1, longestTaskMs: 50 };
/** A photo of 500 x 375 pixels has so many bytes: 25,000 of them are 2 GB. */
const bytesEach = 80_000;
const filesAsked = 25_000;
const place = { x: 200, y: 400 };

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const megabytes = (bytes: number | null): number | null => (bytes === null ? null : Math.round(bytes / 1e6));

async function openPrepared(): Promise<Session> {
  const session = await openSession({ webgpu: false });
  await prepareDevice(session, 'auto');
  // Features are extracted in the background as pictures land: hours for so many, and another benchmark's matter.
  await session.store.evaluate((handle) => {
    handle.getState().actions.pauseFeatures();
  });
  await waitForProof(session);
  return session;
}

/** Watches the page from before the drop: when the first thumbnail is drawn, how far the reading is, how long the page is held up. */
async function watchPage({ page, store }: Session) {
  return page.evaluateHandle((handle) => {
    const watch = {
      started: performance.now(),
      listed: 0,
      firstThumbnail: 0,
      ended: 0,
      longestTask: 0,
      tasksOver50: 0,
      on: true,
    };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        watch.longestTask = Math.max(watch.longestTask, duration);
        watch.tasksOver50 += 1;
      }
    }).observe({ type: 'longtask' });
    const look = () => {
      const drawn = [...document.querySelectorAll<HTMLImageElement>('img[src^="blob:"]')].some((image) => image.naturalWidth > 0);
      if (drawn) watch.firstThumbnail = performance.now() - watch.started;
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    handle.subscribe((state, former) => {
      if (state.ingest.phase === 'reading' && former.ingest.phase !== 'reading') watch.listed = performance.now() - watch.started;
      if (state.ingest.phase === 'idle' && former.ingest.phase !== 'idle') watch.ended = performance.now() - watch.started;
    });
    return watch;
  }, store);
}

async function measureImport(name: string, path: string, archiveMB: number): Promise<Row> {
  const session = await openPrepared();
  try {
    const browser = session.context.browser();
    const before = browser === null ? null : await residentBytes(browser);
    const stop = watchMemory(session);
    const watch = await watchPage(session);
    await dropPaths(session.page, [path], place);
    await confirmAsFound(session.page, session.store);
    await session.page.waitForFunction(({ ended }) => ended > 0, watch, { polling: 500, timeout: 3_600_000 });
    const peak = await stop();
    const after = browser === null ? null : await residentBytes(browser);
    const { listed, firstThumbnail, ended, longestTask, tasksOver50 } = await watch.jsonValue();
    const { came, error } = await session.store.evaluate((handle) => ({
      came: handle.getState().project.document.samples.length,
      error: handle.getState().ingest.error?.message ?? null,
    }));
    if (error !== null) console.log(`${name}: ${error}`);
    if (firstThumbnail === 0) throw new Error('no thumbnail was seen');
    return {
      name,
      pictures: came,
      MB: archiveMB,
      seconds: round(ended / 1000),
      perSecond: round(came / (ended / 1000), 0),
      listedAfterSeconds: round(listed / 1000, 2),
      firstThumbnailSeconds: round((firstThumbnail - listed) / 1000, 2),
      beforeMB: megabytes(before),
      peakMB: megabytes(peak),
      afterMB: megabytes(after),
      longestTaskMs: round(longestTask, 0),
      tasksOver50Ms: tasksOver50,
      withinGoals:
        (peak ?? Infinity) / 1e6 <= goals.peakMB && (firstThumbnail - listed) / 1000 <= goals.firstThumbnailSeconds
          ? 'yes'
          : 'no',
    };
  } finally {
    await session.close();
  }
}

async function measureCancel(path: string): Promise<Row> {
  const session = await openPrepared();
  try {
    const { page, store } = session;
    await dropPaths(page, [path], place);
    await confirmAsFound(page, store);
    await page.waitForFunction((handle) => handle.getState().project.document.samples.length > 200, store, {
      polling: 100,
      timeout: 300_000,
    });
    const seconds = await store.evaluate(async (handle) => {
      const started = performance.now();
      await new Promise<void>((resolve) => {
        handle.subscribe(({ ingest }) => {
          if (ingest.phase === 'idle') resolve();
        });
        handle.getState().actions.cancelIngest();
      });
      return (performance.now() - started) / 1000;
    });
    const came = await store.evaluate((handle) => handle.getState().project.document.samples.length);
    return { name: 'cancelled while reading', pictures: came, seconds: round(seconds, 2) };
  } finally {
    await session.close();
  }
}

export const scaleSuite: Suite = {
  name: 'scale',
  about: `${String(filesAsked)} pictures (--files N) of 80 kB as one ZIP and as a folder: peak memory (goal ${String(goals.peakMB)} MB), first thumbnail (goal 1 s), cancel`,
  quick: false,
  run: async ({ files }) => {
    const count = files ?? filesAsked;
    const root = await mkdtemp(join(tmpdir(), 'headstart-bench-'));
    try {
      const [folder, archive] = [join(root, 'pictures'), join(root, 'pictures.zip')];
      console.log(`Writing ${String(count)} pictures twice…`);
      const archiveMB = Math.round((await writeManyPictures(folder, archive, count, bytesEach)) / 1e6);
      const rows = [
        await measureImport('ZIP', archive, archiveMB),
        await measureImport('folder', folder, Math.round((count * bytesEach) / 1e6)),
        await measureCancel(archive),
      ];
      return {
        rows,
        browser: 'Chromium',
        adapter: null,
        notes: [
          'Dropped on the page with the weights loaded and proved, extraction paused. Memory is the renderer process’s, page and workers (proportional where shared), every 250 ms.',
          'Few different drawings with noise in a chunk that is not looked at: decoding is that of small pictures, reading, unpacking and hashing that of 80 kB files.',
          'The first thumbnail is counted from the yes to what was found; listing and that question come before. `beforeMB` is the page at rest.',
          'Tasks are the main thread’s, as its own long-task observer tells them.',
        ],
      };
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
};
