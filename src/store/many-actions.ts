import type { SkippedFile } from '../domain/dataset';
import { describeError, HeadstartError, toHeadstartError } from '../domain/errors';
import { looksLikePicturePath } from '../domain/label-rules';
import type { ManyEvent, SeenPrediction } from '../domain/many/many';
import type { EngineApi } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { openGivenImport, type GivenImport } from './import-files';
import { createInbox } from './inbox';
import { idleMany } from './initial-state';
import { unlessCancelled } from './unless-cancelled';
import { findNothing } from './read-listing';
import type { ListedFile, PageActions } from './state';

export interface ManyPredictor {
  readonly actions: Pick<PageActions, 'predictMany' | 'goOnWithMany' | 'cancelMany' | 'clearMany' | 'tryMany'>;
  /** Ends what goes on; resolves when the device is free. A run goes before it. */
  stop(): Promise<void>;
  /** Ends what goes on without a word: the state is made anew by whoever calls. */
  forget(): void;
}

/** What is predicted, and by which worker it was opened. */
interface Opened {
  readonly given: GivenImport;
  readonly engine: EngineApi;
  readonly paths: readonly string[];
}

/** Deliveries of pictures are at least so far apart: each sorts and draws the gallery anew. */
const pauseMs = 200;

export function createManyPredictor(core: StoreCore, tryFile: PageActions['tryFile']): ManyPredictor {
  let opened: Opened | null = null;
  let present: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  const put = (change: Partial<ReturnType<StoreCore['state']>['many']>): void => {
    core.patch('many', change);
  };

  /** One thing at a time; a failure is shown in the gallery, and what came stands. */
  const work = async (task: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    const abort = new AbortController();
    const ended = task(abort.signal).catch((thrown: unknown) => {
      if (present?.abort !== abort) return;
      const error = toHeadstartError(thrown).code === 'cancelled' ? null : core.fail(thrown);
      put({ phase: core.state().many.total === 0 ? 'idle' : 'stopped', opening: null, secondsLeft: null, error });
    });
    const mine = { abort, ended };
    present = mine;
    await ended;
    if (present === mine) present = null;
  };

  const stop = async (): Promise<void> => {
    present?.abort.abort();
    await present?.ended;
  };

  const close = (): void => {
    const former = opened;
    opened = null;
    if (former !== null && former.engine === core.engine())
      former.engine.closeImport(former.given.importId).catch(() => undefined); // a dead worker is told by every other call
  };

  const list = async (given: GivenImport, signal: AbortSignal): Promise<{ paths: string[]; skipped: readonly SkippedFile[] }> => {
    put({ phase: 'listing', opening: null });
    const listing = await openGivenImport(
      core.engine(),
      given,
      (opening) => {
        if (!signal.aborted) put({ opening });
      },
      signal,
    );
    const nothing = findNothing(listing);
    if (nothing !== null) {
      put({ skipped: nothing.skipped });
      throw HeadstartError.fromRecord(nothing.error);
    }
    const pictures = listing.entries.filter(({ path }) => looksLikePicturePath(path) || !/\.[A-Za-z0-9]{1,5}$/.test(path));
    const taken = new Set(pictures);
    const others = listing.entries.filter((entry) => !taken.has(entry));
    return {
      paths: pictures.map(({ path }) => path),
      skipped: [
        ...listing.skipped,
        ...others.map(({ path, bytes }) => ({ path, reason: describeError(bytes === 0 ? 'file-empty' : 'not-a-picture') })),
      ],
    };
  };

  const predict = async ({ given, engine, paths }: Opened, signal: AbortSignal): Promise<void> => {
    const { results: known, skipped: left } = core.state().many;
    const told = new Set([...known, ...left].map(({ path }) => path));
    const rest = paths.filter((path) => !told.has(path));
    const before = paths.length - rest.length;
    put({ phase: 'predicting', opening: null, done: before, total: paths.length, secondsLeft: null, error: null });
    const inbox = createInbox<ManyEvent>(
      core.ports,
      (events) => {
        if (opened?.given !== given) return;
        const { results, skipped } = core.state().many;
        const pictures: SeenPrediction[] = [];
        const files: SkippedFile[] = [];
        let progress: Partial<Extract<ManyEvent, { kind: 'progress' }>> = {};
        for (const event of events) {
          if (event.kind === 'predicted') pictures.push(...event.pictures);
          else if (event.kind === 'skipped') files.push(event.file);
          else progress = event;
        }
        put({
          ...(pictures.length === 0 ? {} : { results: [...results, ...pictures] }),
          ...(files.length === 0 ? {} : { skipped: [...skipped, ...files] }),
          ...(progress.done === undefined ? {} : { done: before + progress.done }),
          ...(progress.secondsLeft === undefined ? {} : { secondsLeft: progress.secondsLeft }),
        });
      },
      () => pauseMs,
    );
    try {
      const report = await engine.predictMany(given.importId, rest, inbox.push, signal);
      inbox.flush();
      if (opened?.given === given) put({ phase: report.cancelled ? 'stopped' : 'done', secondsLeft: null });
    } finally {
      inbox.flush();
    }
  };

  /** Why nothing can be predicted now; it is then said. */
  const refuse = (): boolean => {
    const { headRun, headReady, run } = core.state();
    const isBusy = run.phase === 'running' || run.phase === 'stopping';
    const blocker = headRun === null || !headReady ? describeError('head-absent') : isBusy ? describeError('busy') : null;
    if (blocker !== null) put({ error: blocker });
    return blocker !== null;
  };

  return {
    stop,
    forget: () => {
      present?.abort.abort();
      present = null;
      close();
    },
    actions: {
      predictMany: async (files: Promise<readonly ListedFile[]> | readonly ListedFile[]) => {
        if (refuse()) return;
        await stop();
        close();
        core.set({ many: { ...idleMany, phase: 'listing', run: core.state().headRun } });
        await work(async (signal) => {
          const given: GivenImport = { importId: core.ports.createId(), files: await unlessCancelled(files, signal) };
          if (given.files.length === 0) throw new HeadstartError('folder-empty', { name: 'what you added' });
          const engine = core.engine();
          const { paths, skipped } = await list(given, signal);
          opened = { given, engine, paths };
          put({ skipped });
          await predict(opened, signal);
        });
      },
      goOnWithMany: async () => {
        const now = opened;
        if (now === null || core.state().many.phase === 'predicting' || refuse()) return;
        const { headRun, many } = core.state();
        // Another head says other things: all of them are asked for again.
        if (many.run?.id !== headRun?.id) {
          const asked = new Set(now.paths);
          put({ results: [], skipped: many.skipped.filter(({ path }) => !asked.has(path)), run: headRun });
        }
        await work(async (signal) => {
          const engine = core.engine();
          // A new worker knows no files yet.
          if (now.engine !== engine) await list(now.given, signal);
          opened = { ...now, engine };
          await predict(opened, signal);
        });
      },
      cancelMany: () => {
        present?.abort.abort();
      },
      clearMany: async () => {
        await stop();
        close();
        core.set({ many: idleMany });
      },
      tryMany: async (path) => {
        const now = opened;
        if (now === null) return;
        try {
          const file = await core.engine().importFile(now.given.importId, path);
          const name = path.split('/').at(-1) ?? path;
          await tryFile(new File([file], name, { type: file.type }));
        } catch (thrown) {
          put({ error: core.fail(thrown) });
        }
      },
    },
  };
}
