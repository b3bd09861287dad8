import { PNG } from 'pngjs';
import type { Page } from 'playwright';
import type { RunConfig } from '../src/domain/run-config';
import { createDrawing, drawingClasses } from '../src/ingest/sample/drawings';
import { findStore, type StoreHandle } from './session';

/** A picture as bytes of a file, and the path that names its class. */
export interface GivenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** All that a run came to, but for times. */
export interface RunNumbers {
  readonly weightsHash: string | null;
  readonly losses: readonly number[];
  readonly valLosses: readonly number[];
  readonly log: readonly string[];
}

/** How one run went that something happened to. */
export interface InterruptedRun {
  /** Steps that were told when it happened. */
  readonly stepsBefore: number;
  /** Steps that were kept when it went on; null where nothing was kept yet, and the run was begun anew. */
  readonly stepsKept: number | null;
  readonly numbers: RunNumbers;
}

/** So many drawings of each class, small: what is trained on them takes seconds. */
export function drawFiles(each: number): GivenFile[] {
  return drawingClasses.flatMap((kind) =>
    Array.from({ length: each }, (_, index) => {
      const { width, height, data } = createDrawing(kind, index, 96);
      const png = new PNG({ width, height });
      png.data = Buffer.from(data);
      return { path: `drawn/${kind}/${String(index)}.png`, bytes: PNG.sync.write(png, { colorType: 2, deflateLevel: 1 }) };
    }),
  );
}

async function addFiles(store: StoreHandle, files: readonly GivenFile[]): Promise<void> {
  const given = files.map(({ path, bytes }) => ({ path, text: Buffer.from(bytes).toString('base64') }));
  await store.evaluate(async (handle, all) => {
    const listed = all.map(({ path, text }) => {
      const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
      return { path, file: new File([bytes], path.split('/').at(-1) ?? path) };
    });
    await handle.getState().actions.addFiles(listed);
  }, given);
}

/** Opens the page and waits until what was kept is back; pictures that are not are given again. */
export async function openPage(page: Page, url: string, files: readonly GivenFile[]): Promise<StoreHandle> {
  await page.goto(url);
  const store = await findStore(page);
  // The kept project, and a run that it left unfinished, are in place before the first picture is taken in.
  await addFiles(store, files);
  await page.waitForFunction((handle) => handle.getState().ingest.phase === 'idle', store, { polling: 50, timeout: 60_000 });
  return store;
}

/** Presses Train with these settings and nothing else of the former run's. */
export async function beginRun(store: StoreHandle, settings: Partial<RunConfig>): Promise<void> {
  await store.evaluate((handle, change) => {
    const { actions } = handle.getState();
    actions.changeSettings(change);
    void actions.train();
  }, settings);
}

export function countSteps(store: StoreHandle): Promise<number> {
  return store.evaluate((handle) => handle.getState().run.history.steps.length);
}

/** Waits for its end. Throws with the page's error where it does not come to one. */
export async function finishRun(page: Page, store: StoreHandle): Promise<RunNumbers> {
  await page.waitForFunction(
    (handle) => {
      const { phase, error } = handle.getState().run;
      return phase === 'done' || phase === 'failed' || (phase === 'paused' && error !== null);
    },
    store,
    { polling: 50, timeout: 240_000 },
  );
  const { result, error } = await store.evaluate((handle) => {
    const { run } = handle.getState();
    const { weightsHash = null, history, log = [] } = run.result ?? {};
    const numbers = {
      weightsHash,
      losses: (history?.steps ?? []).map(({ trainLoss }) => trainLoss),
      valLosses: (history?.epochs ?? []).map(({ valLoss }) => valLoss),
      log,
    };
    return { result: run.phase === 'done' ? numbers : null, error: run.error };
  });
  if (result === null) throw new Error(`The run did not end: ${error?.code ?? 'no error'} ${error?.message ?? ''}`);
  return result;
}

/** After a kill: goes on where something was kept, begins anew where nothing was. */
export async function resumeRun(
  page: Page,
  store: StoreHandle,
  settings: Partial<RunConfig>,
): Promise<Pick<InterruptedRun, 'stepsKept' | 'numbers'>> {
  const isWaiting = await store.evaluate((handle) => handle.getState().run.phase === 'paused');
  const stepsKept = isWaiting ? await countSteps(store) : null;
  if (isWaiting) await store.evaluate((handle) => void handle.getState().actions.continueRun());
  else await beginRun(store, settings);
  return { stepsKept, numbers: await finishRun(page, store) };
}

export type WorkerName = 'control' | 'compute';

/** Makes a worker of the page die, as an error outside any call does. */
export async function killWorker(page: Page, name: WorkerName): Promise<void> {
  const worker = page.workers().find((one) => one.url().includes(`${name}.worker`));
  if (worker === undefined)
    throw new Error(
      `There is no ${name} worker: ${page
        .workers()
        .map((one) => one.url())
        .join(', ')}`,
    );
  await worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('killed by a test');
    });
  });
}

/** Whether two runs came to the same, to the last bit; else what differs. */
export function differenceOf(own: RunNumbers, expected: RunNumbers): string | null {
  if (own.weightsHash !== expected.weightsHash)
    return `weights ${String(own.weightsHash)} in place of ${String(expected.weightsHash)}`;
  for (const name of ['losses', 'valLosses', 'log'] as const)
    if (JSON.stringify(own[name]) !== JSON.stringify(expected[name])) return `${name} differ`;
  return null;
}
