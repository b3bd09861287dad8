import type { Page } from 'playwright';
import {
  beginRun,
  countSteps,
  differenceOf,
  drawFiles,
  finishRun,
  killWorker,
  openPage,
  resumeRun,
  type RunNumbers,
} from '../../scripts/interrupted-run';
import type { KillableBrowser } from '../../scripts/killable-browser';
import type { StoreHandle } from '../../scripts/session';
import type { Rng } from '../../src/domain/rng';
import type { RunConfig } from '../../src/domain/run-config';
import { checkpointFolder } from '../../src/storage/storage-sizes';

/** What happens to a run. `torn` is a browser that is killed, and a newest checkpoint that is harmed before it starts again. */
export type Fault = 'browser' | 'tab' | 'crash' | 'control worker' | 'compute worker' | 'torn';

export interface FaultyRun {
  readonly name: string;
  readonly settings: Partial<RunConfig>;
}

/** Some two seconds of a head, and a few steps of block 5: what is tried is how they go on, not what they learn. */
export const headRun: FaultyRun = { name: 'head', settings: { way: 'features', epochs: 150, batchSize: 2, logEvery: 1 } };
export const block5Run: FaultyRun = {
  name: 'block 5',
  settings: { way: 'fine-tune', unfreeze: 'block5', epochs: 3, headWarmupEpochs: 1, batchSize: 4, logEvery: 1 },
};

export interface Trial {
  readonly fault: Fault;
  readonly run: string;
  /** Milliseconds after Train. */
  readonly at: number;
  readonly stepsBefore: number;
  /** Null where it had not begun, or was over. */
  readonly stepsKept: number | null;
  /** Null where it ended as an unbroken run. */
  readonly lost: string | null;
}

const pictures = drawFiles(5);

/** Changes the newest checkpoint of every project as a torn write or a bad disk does: cut, or one bit of it flipped. */
async function harmNewest(page: Page, at: number, cut: boolean): Promise<void> {
  await page.evaluate(
    async ([folder, place, isCut]) => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(folder);
      for await (const project of root.values()) {
        if (!(project instanceof FileSystemDirectoryHandle)) continue;
        let newest: { handle: FileSystemFileHandle; changed: number; bytes: Uint8Array<ArrayBuffer> } | null = null;
        let count = 0;
        for await (const handle of project.values()) {
          if (!(handle instanceof FileSystemFileHandle)) continue;
          count += 1;
          const file = await handle.getFile();
          if (newest === null || file.lastModified > newest.changed)
            newest = { handle, changed: file.lastModified, bytes: new Uint8Array(await file.arrayBuffer()) };
        }
        if (newest === null || count < 2) continue;
        const { bytes, handle } = newest;
        const where = Math.floor(place * bytes.length);
        bytes.set([(bytes[where] ?? 0) ^ 16], where);
        const writable = await handle.createWritable();
        await writable.write(isCut ? bytes.subarray(0, where) : bytes);
        await writable.close();
      }
    },
    [checkpointFolder, at, cut] as const,
  );
}

/** One browser profile, one project, and a run that is done again and again. */
export class FaultBench {
  #page: Page | null = null;
  #store: StoreHandle | null = null;
  readonly #expected = new Map<string, { readonly numbers: RunNumbers; readonly milliseconds: number }>();

  constructor(
    private readonly browser: KillableBrowser,
    private readonly url: string,
    private readonly rng: Rng,
  ) {}

  async open(): Promise<{ page: Page; store: StoreHandle }> {
    this.#page ??= await this.browser.start();
    this.#store ??= await openPage(this.#page, this.url, pictures);
    return { page: this.#page, store: this.#store };
  }

  /** Without a fault; its numbers are what all others are held to. */
  async expect({ name, settings }: FaultyRun) {
    const { page, store } = await this.open();
    // Once before, so that features and proofs are there as they are for the runs that are killed.
    await beginRun(store, settings);
    await finishRun(page, store);
    const started = Date.now();
    await beginRun(store, settings);
    const expected = { numbers: await finishRun(page, store), milliseconds: Date.now() - started };
    this.#expected.set(name, expected);
    return expected;
  }

  async try(fault: Fault, { name, settings }: FaultyRun): Promise<Trial> {
    const expected = this.#expected.get(name);
    if (expected === undefined) throw new Error(`${name} was not run without a fault`);
    const at = Math.floor(this.rng.uniform() * 0.95 * expected.milliseconds);
    const place = this.rng.uniform();
    const cut = this.rng.uniform() < 0.5;
    const { page, store } = await this.open();
    let stepsBefore = 0;
    try {
      await beginRun(store, settings);
      await page.waitForTimeout(at);
      stepsBefore = await countSteps(store);
      const { stepsKept, numbers } =
        fault === 'control worker' || fault === 'compute worker'
          ? await this.#throughWorker(fault === 'control worker' ? 'control' : 'compute', { page, store, settings })
          : await this.#throughRestart(fault, { page, place, cut, settings });
      return { fault, run: name, at, stepsBefore, stepsKept, lost: differenceOf(numbers, expected.numbers) };
    } catch (thrown) {
      await this.#restart();
      return { fault, run: name, at, stepsBefore, stepsKept: null, lost: String(thrown) };
    }
  }

  async #throughWorker(
    name: 'control' | 'compute',
    { page, store, settings }: { page: Page; store: StoreHandle; settings: Partial<RunConfig> },
  ) {
    await killWorker(page, name);
    // The page starts it again and goes on by itself. A second death so soon it would only offer to mend, so it is loaded anew.
    await page.waitForFunction(
      (handle) => {
        const { run, notice } = handle.getState();
        return run.resumed !== null || notice?.code === 'worker-restarted' || run.error?.code === 'run-lost';
      },
      store,
      { polling: 20, timeout: 60_000 },
    );
    const { stepsKept, isLost } = await store.evaluate((handle) => {
      const { resumed, history, error } = handle.getState().run;
      return { stepsKept: resumed === null ? null : history.steps.length, isLost: error?.code === 'run-lost' };
    });
    // It had not begun when the worker died.
    if (isLost) await beginRun(store, settings);
    const numbers = await finishRun(page, store);
    await page.reload();
    this.#store = null;
    return { stepsKept, numbers };
  }

  async #throughRestart(
    fault: Fault,
    { page, place, cut, settings }: { page: Page; place: number; cut: boolean; settings: Partial<RunConfig> },
  ) {
    this.#store = null;
    if (fault === 'tab') await page.reload();
    else if (fault === 'crash') {
      const session = await page.context().newCDPSession(page);
      await Promise.race([session.send('Page.crash').catch(() => undefined), page.waitForEvent('crash')]);
      this.#page = await page.context().newPage();
      await page.close();
    } else {
      await this.browser.kill();
      this.#page = null;
    }
    if (fault === 'torn') {
      this.#page = await this.browser.start();
      // Of the same site, and not the app.
      await this.#page.goto(new URL('models/vgg16/config.json', this.url).href);
      await harmNewest(this.#page, place, cut);
    }
    const opened = await this.open();
    return resumeRun(opened.page, opened.store, settings);
  }

  async #restart(): Promise<void> {
    await this.browser.kill();
    [this.#page, this.#store] = [null, null];
  }
}
