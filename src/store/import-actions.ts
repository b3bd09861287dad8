import type { PictureSource, SkippedFile } from '../domain/dataset';
import { describeError, HeadstartError, toHeadstartError, type ErrorRecord } from '../domain/errors';
import type { ImportListing } from '../domain/import-listing';
import type { Pause } from '../domain/in-pieces';
import { nextTask } from '../domain/next-task';
import { findListedModel } from '../domain/recognise/model-files';
import { decideRows, mergesOf, totalsOf, warningsOf, withMerge, type RowChanges } from '../domain/recognise/decision';
import type { ImportReader, ReadingWish } from '../domain/recognise/import-reader';
import type { ImportReading } from '../domain/recognise/proposal';
import { planKeeping, type Keeping, type KeepingPlan } from '../domain/projects';
import type { StoreCore } from './core';
import type { GivenImport } from './import-files';
import { findNothing, openReader, resolveImport } from './read-listing';
import type { ImportState, ListedFile, PageActions } from './state';
import { unlessCancelled } from './unless-cancelled';

/** What taking pictures in lends to what finds out what they are. */
export interface ImportPorts {
  /** Begins something that Cancel ends; null when something else is under way, which is then said. */
  begin(): AbortController | null;
  /** Whether it was neither ended nor replaced. */
  isCurrent(controller: AbortController): boolean;
  /** Nothing more is under way. */
  end(error: ErrorRecord | null): void;
  /** Resolves when the kept project is in place. */
  readonly ready: Promise<void>;
  nextFrame(): Promise<void>;
  /** Lists what was given. */
  open(given: GivenImport, controller: AbortController): Promise<ImportListing>;
  close(importId: string): Promise<void>;
  skip(files: readonly SkippedFile[]): void;
  nameProject(name: string | null): void;
  /** What was given is a model and no pictures. */
  readModel(files: readonly File[]): Promise<void>;
  /** Reads the pictures; resolves when all are in. */
  take(
    given: GivenImport,
    sources: readonly PictureSource[],
    told: { readonly warnings: readonly ErrorRecord[]; readonly reasoning: readonly string[] },
    keeping: Keeping,
  ): Promise<void>;
}

type Names =
  | 'addFiles'
  | 'offerFiles'
  | 'readImportAs'
  | 'readImportByPattern'
  | 'readImportByColumns'
  | 'changeImportRows'
  | 'mergeImport'
  | 'chooseKeeping'
  | 'confirmImport'
  | 'declineImport';

export interface Importer {
  readonly actions: Pick<PageActions, Names>;
  /** The question on the page is withdrawn: its files are not there any more. */
  forget(): void;
}

/** So long the page may be held up at a time. */
const pieceMs = 12;

interface Opened {
  readonly given: GivenImport;
  readonly listing: ImportListing;
  readonly reader: ImportReader;
  readonly keepingPlan: KeepingPlan;
}

export function createImporter(core: StoreCore, ports: ImportPorts): Importer {
  let opened: Opened | null = null;
  let controller: AbortController | null = null;
  /** Of two readings asked for the later one is shown. */
  let asked = 0;
  let showing: Promise<void> = Promise.resolve();

  const createPause = (): Pause => {
    let last = core.ports.now();
    return () => {
      if (core.ports.now() - last < pieceMs) return undefined;
      return new Promise((resolve) => {
        nextTask(() => {
          last = core.ports.now();
          resolve();
        });
      });
    };
  };

  const present = (): readonly string[] => core.state().project.document.classNames;

  const describe = (opened: Opened, reading: ImportReading, changes: RowChanges, keeping: Keeping): ImportState => {
    const { reader, listing, keepingPlan } = opened;
    const rows = decideRows(reading, changes);
    return {
      reader,
      reading,
      changes,
      rows,
      merges: mergesOf(rows, present()),
      totals: totalsOf(rows),
      warnings: [...reader.problems, ...warningsOf(reading, rows, present())],
      busy: false,
      error: null,
      skipped: listing.skipped.length,
      livePhotoVideos: listing.livePhotoVideos,
      keepingPlan,
      keeping,
    };
  };

  /** Files of an archive and files that no folder can give again are always copied. */
  const planFor = async ({ files }: GivenImport, { entries }: ImportListing): Promise<KeepingPlan> => {
    const loose = new Set(files.flatMap(({ path, folder }) => (folder === undefined ? [] : [path])));
    const free = await core.ports.freeRoom();
    return planKeeping(
      entries.map(({ path, bytes }) => ({ bytes, isLeavable: loose.has(path) })),
      free,
    );
  };

  /** A ZIP or a folder that this app wrote a model into: the archive itself, or the folder's file. Null for everything else. */
  const findModel = ({ files }: GivenImport, { entries }: ImportListing): File | null => {
    const path = findListedModel(entries.map((entry) => entry.path));
    if (path === null) return null;
    const [only] = files;
    const given = files.length === 1 && /\.zip$/i.test(only?.path ?? '') ? only : files.find((file) => file.path === path);
    return given?.file ?? null;
  };

  /** Lists and reads; null when nothing can come in, it was given up or is a model, which is then said already. */
  const prepare = async (
    files: Promise<readonly ListedFile[]> | readonly ListedFile[],
    wish: ReadingWish | null,
    mine: AbortController,
  ): Promise<Opened | null> => {
    const importId = core.ports.createId();
    try {
      const given: GivenImport = { importId, files: await unlessCancelled(files, mine.signal) };
      await ports.ready;
      if (given.files.length === 0) {
        if (ports.isCurrent(mine)) ports.end(describeError('folder-empty', { name: 'what you added' }));
        return null;
      }
      // The browser may just have made thousands of File objects in one task; sending them to the worker is another one's work.
      await ports.nextFrame();
      const listing = await ports.open(given, mine);
      // Who asks for a reading of pictures gets one.
      const model = wish === null ? findModel(given, listing) : null;
      if (model !== null) {
        if (!ports.isCurrent(mine)) throw new HeadstartError('cancelled');
        await ports.close(importId);
        ports.end(null);
        await ports.readModel([model]);
        return null;
      }
      const nothing = findNothing(listing);
      if (nothing !== null) {
        if (!ports.isCurrent(mine)) throw new HeadstartError('cancelled');
        ports.skip(nothing.skipped);
        await ports.close(importId);
        // What is in the project already is not put in doubt by a file that cannot come in.
        ports.end(present().length > 0 && listing.entries.length > 0 ? null : nothing.error);
        return null;
      }
      const reader = await openReader(core.engine(), listing, createPause(), wish ?? {}, mine.signal);
      const keepingPlan = await planFor(given, listing);
      if (!ports.isCurrent(mine)) throw new HeadstartError('cancelled');
      return { given, listing, reader, keepingPlan };
    } catch (thrown) {
      const error = core.fail(thrown);
      if (toHeadstartError(thrown).code !== 'worker-dead') await ports.close(importId);
      if (ports.isCurrent(mine)) ports.end(error?.code === 'cancelled' ? describeError('add-cancelled') : error);
      return null;
    }
  };

  const takeIn = async ({ given, listing }: Opened, state: ImportState): Promise<void> => {
    const { sources, skipped, name } = resolveImport(listing, state.rows);
    const isFirst = core.state().project.document.samples.length === 0;
    ports.skip(skipped);
    ports.nameProject(isFirst ? name : null);
    await ports.take(given, sources, { warnings: state.warnings, reasoning: state.reading.reasoning }, state.keeping);
  };

  /** Shows another reading once it is made. */
  const show = (make: (reader: ImportReader) => Promise<ImportReading>): Promise<void> => (showing = showNow(make));

  const showNow = async (make: (reader: ImportReader) => Promise<ImportReading>): Promise<void> => {
    const now = opened;
    const { importing } = core.state();
    if (now === null || importing === null) return;
    asked += 1;
    const mine = asked;
    core.set({ importing: { ...importing, busy: true, error: null } });
    let next: ImportState;
    try {
      const reading = await make(now.reader);
      next = describe(now, reading, new Map(), core.state().importing?.keeping ?? importing.keeping);
    } catch (thrown) {
      next = { ...(core.state().importing ?? importing), busy: false, error: core.fail(thrown) };
    }
    if (opened === now && asked === mine) core.set({ importing: next });
  };

  const change = (to: (importing: ImportState) => RowChanges): void => {
    const { importing } = core.state();
    if (opened === null || importing === null) return;
    core.set({ importing: describe(opened, importing.reading, to(importing), importing.keeping) });
  };

  const forget = (): void => {
    opened = null;
    controller = null;
    if (core.state().importing !== null) core.set({ importing: null });
  };

  return {
    forget,
    actions: {
      addFiles: async (files, wish = {}) => {
        const mine = ports.begin();
        if (mine === null) return;
        const found = await prepare(files, wish, mine);
        if (found === null) return;
        const { reader, given, keepingPlan } = found;
        const question = reader.first.manifest?.question ?? null;
        const refusal =
          question !== null
            ? describeError('import-unanswered', { question: question.sentence })
            : wish.manifest !== undefined && reader.first.kind !== 'manifest'
              ? (reader.problems[0] ?? describeError('manifest-missing', { name: wish.manifest }))
              : null;
        if (refusal !== null) {
          await ports.close(given.importId);
          ports.end(refusal);
          return;
        }
        await takeIn(found, describe(found, reader.first, new Map(), keepingPlan.suggested));
      },
      offerFiles: async (files) => {
        const mine = ports.begin();
        if (mine === null) return;
        const found = await prepare(files, null, mine);
        if (found === null) return;
        opened = found;
        controller = mine;
        core.set({ importing: describe(found, found.reader.first, new Map(), found.keepingPlan.suggested) });
        core.patch('ingest', { phase: 'confirming', opening: null });
      },
      readImportAs: (id) => show((reader) => reader.read(id)),
      readImportByPattern: (text) => show((reader) => reader.readPattern(text)),
      readImportByColumns: (columns) => show((reader) => reader.readColumns(core.state().importing?.reading.id ?? '', columns)),
      changeImportRows: (keys, changed) => {
        change(({ changes }) => {
          const next = new Map(changes);
          for (const key of keys) next.set(key, { ...next.get(key), ...changed });
          return next;
        });
      },
      mergeImport: (merge) => {
        change(({ reading, changes }) => withMerge(reading, changes, merge));
      },
      chooseKeeping: (keeping) => {
        const { importing } = core.state();
        if (importing !== null && (keeping === 'copy' || importing.keepingPlan.leavable.pictures > 0))
          core.set({ importing: { ...importing, keeping } });
      },
      confirmImport: async () => {
        await showing;
        const { importing } = core.state();
        if (opened === null || importing === null) return;
        const question = importing.reading.manifest?.question ?? null;
        const refusal =
          question !== null
            ? describeError('import-unanswered', { question: question.sentence })
            : importing.totals.pictures === 0
              ? describeError('import-nothing-chosen')
              : null;
        if (refusal !== null) {
          core.set({ importing: { ...importing, error: refusal } });
          return;
        }
        const now = opened;
        forget();
        await takeIn(now, importing);
      },
      declineImport: async () => {
        const [now, mine] = [opened, controller];
        if (now === null) return;
        forget();
        if (mine !== null && ports.isCurrent(mine)) ports.end(null);
        await ports.close(now.given.importId);
      },
    },
  };
}
