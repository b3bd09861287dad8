import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainFailure } from '../../scripts/install.mjs';
import { followRun } from '../../scripts/follow-run';
import { dropPath, openSession, prepareDevice, type Session } from '../../scripts/session';
import { writePictures } from '../drawn-pictures';
import type { Row, Suite } from '../suite';
import { findLongestTask, type TraceEvent } from '../trace';

const goals = { task: 50, gap: 100 };

/** Measures frames in the page: the longest time between two calls of requestAnimationFrame. */
async function watchFrames({ page }: Session): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const watch = { last: performance.now(), longest: 0, on: true };
    const frame = (now: number) => {
      watch.longest = Math.max(watch.longest, now - watch.last);
      watch.last = now;
      if (watch.on) requestAnimationFrame(frame);
    };
    requestAnimationFrame((now) => {
      watch.last = now;
      requestAnimationFrame(frame);
    });
    Object.assign(globalThis, { frameWatch: watch });
  });
  return () =>
    page.evaluate(() => {
      const { frameWatch } = globalThis as unknown as { frameWatch: { longest: number; on: boolean } };
      frameWatch.on = false;
      return frameWatch.longest;
    });
}

async function measure(session: Session, name: string, work: () => Promise<void>): Promise<Row> {
  const browser = session.context.browser();
  if (browser === null) throw new PlainFailure('The browser cannot be traced.');
  await browser.startTracing(session.page, { categories: ['toplevel', '__metadata'] });
  const stopFrames = await watchFrames(session);
  const started = performance.now();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const gap = await stopFrames();
  const trace = JSON.parse((await browser.stopTracing()).toString('utf8')) as { traceEvents: TraceEvent[] };
  const { wall, cpu, over50 } = findLongestTask(trace.traceEvents);
  return {
    name,
    seconds: Number(seconds.toFixed(1)),
    longestTaskMs: Number(wall.toFixed(1)),
    ofThatCpuMs: Number(cpu.toFixed(1)),
    tasksOver50Ms: over50,
    longestFrameGapMs: Number(gap.toFixed(1)),
    withinGoals: wall <= goals.task && gap <= goals.gap ? 'yes' : 'no',
  };
}

export const pageSuite: Suite = {
  name: 'page',
  about: `does the page stay alive? Longest main-thread task (goal ${String(goals.task)} ms) and frame gap (goal ${String(goals.gap)} ms) while importing (--files N) and training`,
  quick: true,
  run: async ({ files: asked }) => {
    const files = asked ?? 1000;
    const folder = await mkdtemp(join(tmpdir(), 'headstart-bench-'));
    try {
      await writePictures(folder, files);
      const session = await openSession();
      try {
        await prepareDevice(session, 'cpu');
        const rows = [await measure(session, `import ${String(files)} pictures`, () => dropPath(session, folder))];
        // A few pictures are enough: what a run asks of the page does not grow with their number.
        await session.store.evaluate((handle) =>
          handle.getState().actions.changeSettings({ limitPerClass: 10, epochs: 20, batchSize: 4 }),
        );
        rows.push(
          await measure(session, 'features of 20 pictures, then 80 steps', async () => {
            await followRun(session, () => undefined);
          }),
        );
        return {
          rows,
          browser: session.browserName,
          adapter: null,
          notes: [
            'Tasks from the browser’s own trace (category toplevel) of the page’s main thread; frames from requestAnimationFrame.',
          ],
        };
      } finally {
        await session.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
