import type { Page } from 'playwright';
import { beginRun, differenceOf, finishRun } from '../../scripts/interrupted-run';
import { findStore, type StoreHandle } from '../../scripts/session';
import type { RunConfig } from '../../src/domain/run-config';
import { checkpointFolder } from '../../src/storage/storage-sizes';

interface Outcome {
  readonly stepsKept: number | null;
  readonly lost: string | null;
}

/** Files of checkpoints, and their bytes. */
async function keptFiles(page: Page): Promise<number> {
  return page.evaluate(async (name) => {
    const root = await navigator.storage.getDirectory();
    let count = 0;
    const folder = await root.getDirectoryHandle(name).catch(() => null);
    if (folder === null) return 0;
    for await (const project of folder.values())
      if (project instanceof FileSystemDirectoryHandle) for await (const _ of project.keys()) count += 1;
    return count;
  }, checkpointFolder);
}

/** The disk is full from the start: the run ends with the same numbers, says so once, and leaves nothing half-written. */
export async function tryFullDisk(page: Page, store: StoreHandle, url: string, settings: Partial<RunConfig>): Promise<Outcome> {
  await beginRun(store, settings);
  const expected = await finishRun(page, store);
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(url);
  const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: Math.max(1, usage - 1_000_000) });
  try {
    await beginRun(store, settings);
    const numbers = await finishRun(page, store);
    const problem = await store.evaluate((handle) => handle.getState().run.kept?.problem?.code ?? null);
    if (problem !== 'run-storage-full') return { stepsKept: null, lost: `said ${String(problem)} of a full disk` };
    const files = await keptFiles(page);
    if (files > 0) return { stepsKept: null, lost: `${String(files)} files left` };
    return { stepsKept: null, lost: differenceOf(numbers, expected) };
  } finally {
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    await session.detach();
  }
}

/** Another tab opens the project while this one trains: it is offered nothing to spoil, and the run ends with the same numbers. */
export async function tryTwoTabs(page: Page, store: StoreHandle, url: string, settings: Partial<RunConfig>): Promise<Outcome> {
  await beginRun(store, settings);
  const expected = await finishRun(page, store);
  await beginRun(store, settings);
  const other = await page.context().newPage();
  try {
    await other.goto(url);
    const second = await findStore(other);
    const project = await store.evaluate((handle) => handle.getState().project.document.id);
    await other.waitForFunction(
      ({ handle, id }) => handle.getState().project.document.id === id,
      { handle: second, id: project },
      { polling: 50, timeout: 60_000 },
    );
    const { phase, access } = await second.evaluate((handle) => ({
      phase: handle.getState().run.phase,
      access: handle.getState().access,
    }));
    const numbers = await finishRun(page, store);
    if (access !== 'reader' || phase === 'paused')
      return { stepsKept: null, lost: `the second tab is ${access}, its run ${phase}` };
    return { stepsKept: null, lost: differenceOf(numbers, expected) };
  } finally {
    await other.close();
  }
}
