import type { DatasetOrigin, PictureSource, Sample } from '../domain/dataset';
import { normaliseClassName } from '../domain/commands';
import { describeError, HeadstartError, type ErrorRecord } from '../domain/errors';
import { parseHubName } from '../domain/hub-dataset';
import type { IngestEvent, IngestReport } from '../domain/events';
import type { ImportListing, ImportProgress } from '../domain/import-listing';
import { untitledName } from '../domain/project';
import type { EngineApi } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { type GivenImport, openGivenImport } from './import-files';
import { createImporter, type Importer } from './import-actions';
import { createInbox } from './inbox';
import { idleIngest, idleTrial } from './initial-state';
import { describeFull } from './storage-advice';
import type { IngestState, PageActions } from './state';

/** Of each class; the sample of photos that one click fetches. */
const kagglePicturesPerClass = 250;

/** Each delivery splits all pictures anew and redraws three columns: the more there are, the more it costs, and the rarer it comes. */
const deliveryPauseMs = (pictures: number): number => 200 + pictures / 20;

export interface PictureTaker {
  readonly actions: Pick<
    PageActions,
    | keyof Importer['actions']
    | 'addToClass'
    | 'refusePaste'
    | 'addDrawings'
    | 'askKaggle'
    | 'declineKaggle'
    | 'acceptKaggle'
    | 'describeHub'
    | 'countHub'
    | 'addHub'
    | 'cancelIngest'
    | 'removeSamples'
    | 'clearPictures'
    | 'pictureFile'
  >;
  /** Tells the worker which pictures left the project and which came back; called after every change of the project. */
  follow(before: readonly Sample[], after: readonly Sample[]): void;
  /** Gives a new worker the pictures that the page still holds; samples that it cannot have any more leave the project. */
  giveBack(): Promise<void>;
  /** Ends what is being read and lets go of the files. */
  forget(): void;
}

/** Names that say when, since a clipboard calls everything `image.png`; no two in a project are the same. */
function sourcesOf(
  files: readonly File[],
  className: string | null,
  origin: 'clipboard' | 'camera',
  recording: string | null,
): readonly (PictureSource & { readonly file: Blob })[] {
  const folder = { clipboard: 'pasted', camera: 'camera' }[origin];
  const time = new Date().toISOString().replaceAll(':', '-').replace('T', ' ').replace('Z', '');
  return files.map((file, index) => {
    const ending = /\.[a-z0-9]+$/i.exec(file.name)?.[0] ?? '';
    const path = `${folder}/${time} ${String(index + 1).padStart(4, '0')}${ending}`;
    return { path, file, className, folderSplit: null, recording };
  });
}

type AddPictures = (engine: EngineApi, onEvent: (event: IngestEvent) => void, signal: AbortSignal) => Promise<IngestReport>;

export function createPictureTaker(
  core: StoreCore,
  ready: Promise<void>,
  /** Takes a model that was given among what could have been pictures. */
  readModel: PageActions['readModel'],
): PictureTaker {
  /** What the person gave, so that a restarted worker can have it again. */
  let given: readonly GivenImport[] = [];
  let sources: readonly PictureSource[] = [];
  let drawingsAdded = false;
  let abort: AbortController | null = null;
  let readings = 0;
  /** Resolves when the worker knows of the last change. */
  let following: Promise<void> = Promise.resolve();

  const nextFrame = (): Promise<void> =>
    new Promise((resolve) => {
      core.ports.scheduleFrame(resolve);
    });

  const pauseBetweenDeliveries = (): number => deliveryPauseMs(core.state().project.document.samples.length);

  const take = (origin: DatasetOrigin, reading: string, events: readonly IngestEvent[]): void => {
    const samples = events.flatMap((event) => (event.kind === 'samples' ? event.samples : []));
    if (samples.length > 0) {
      const thumbnails = new Map(core.state().thumbnails);
      for (const { sample, thumbnail } of samples) thumbnails.set(sample.id, thumbnail);
      const { notice } = core.state();
      core.set({ thumbnails, notice: notice?.code === 'pictures-not-kept' ? null : notice });
      core.dispatch({ kind: 'add-samples', samples: samples.map(({ sample }) => sample), origin, reading });
    }
    const files = events.flatMap((event) => (event.kind === 'skipped' ? event.files : []));
    if (files.length > 0) core.dispatch({ kind: 'add-skipped', files });
    const progress = events.findLast((event) => event.kind === 'progress');
    const last = events.at(-1);
    core.patch('ingest', {
      waitingSeconds: last?.kind === 'waiting' ? last.seconds : null,
      ...(progress === undefined ? {} : { done: progress.done, total: progress.total, secondsLeft: progress.secondsLeft }),
    });
  };

  const read = async (
    origin: DatasetOrigin,
    total: number,
    told: Partial<Pick<IngestState, 'warnings' | 'reasoning'>>,
    add: AddPictures,
  ): Promise<void> => {
    const controller = new AbortController();
    abort = controller;
    core.set({ ingest: { ...idleIngest, ...told, phase: 'reading', origin, total } });
    readings += 1;
    const reading = String(readings);
    const inbox = createInbox<IngestEvent>(
      core.ports,
      (events) => {
        take(origin, reading, events);
      },
      pauseBetweenDeliveries,
    );
    let error: ErrorRecord | null = null;
    try {
      const report = await add(core.engine(), inbox.push, controller.signal);
      inbox.flush();
      // The last pictures are drawn in one frame, what changes when reading has ended in the next.
      await nextFrame();
      if (report.notKept !== undefined) void tellNotKept(report.notKept);
      if (report.cancelled) error = describeError('add-cancelled');
      else if (report.added === 0 && report.skipped > 0 && core.state().project.document.samples.length === 0) {
        error = describeError('no-readable-picture', { count: report.skipped });
      }
    } catch (thrown) {
      inbox.flush();
      error = core.fail(thrown);
      if (error?.code === 'cancelled') error = describeError('add-cancelled');
    }
    // clearPictures and forgetEverything put a state of their own in place.
    if (abort !== controller) return;
    abort = null;
    core.patch('ingest', { phase: 'idle', secondsLeft: null, waitingSeconds: null, error });
  };

  /** They are here until the tab closes. Where all storage is refused that notice says it already. */
  const tellNotKept = async ({ pictures, reason }: NonNullable<IngestReport['notKept']>): Promise<void> => {
    const { notice } = core.state();
    if (notice !== null && notice.code !== 'pictures-not-kept') return;
    if (reason.code === 'storage-full')
      core.set({ notice: await describeFull(core, 'pictures-storage-full', { count: pictures }) });
    else if (reason.code === 'storage-refused') core.set({ notice: describeError('pictures-storage-refused') });
  };

  /** Lists what was given; how far the archives are is shown meanwhile. */
  const open = async (one: GivenImport, controller: AbortController): Promise<ImportListing> => {
    const inbox = createInbox<ImportProgress>(
      core.ports,
      (progress) => {
        if (abort === controller) core.patch('ingest', { opening: progress.at(-1) ?? null });
      },
      pauseBetweenDeliveries,
    );
    try {
      return await openGivenImport(core.engine(), one, inbox.push, controller.signal);
    } finally {
      inbox.clear();
    }
  };

  const isBusy = (): boolean => {
    const isReader = core.state().access === 'reader';
    if (core.state().ingest.phase === 'idle' && !isReader) return false;
    core.patch('ingest', { error: describeError(isReader ? 'project-not-owned' : 'busy') });
    return true;
  };

  /** A name that a person gave stays. */
  const nameProject = (name: string | null): void => {
    if (name !== null && core.state().project.document.name === untitledName) core.dispatch({ kind: 'name-project', name });
  };

  const forgetTrial = (gone: (sampleId: string) => boolean): void => {
    const { target } = core.state().trial;
    if (target?.kind === 'sample' && gone(target.sampleId)) core.set({ trial: idleTrial });
  };

  const tellWorker = async (left: readonly string[], came: readonly string[]): Promise<void> => {
    try {
      if (left.length > 0) await core.engine().removeSamples(left);
      const lost = came.length > 0 ? await core.engine().restoreSamples(came) : [];
      if (lost.length === 0) return;
      core.dispatch({ kind: 'lose-samples', ids: lost });
      core.set({ notice: describeError('pictures-not-kept') });
    } catch (thrown) {
      core.patch('ingest', { error: core.fail(thrown) });
    }
  };

  const follow = (before: readonly Sample[], after: readonly Sample[]): void => {
    if (before === after) return;
    const present = new Set(after.map(({ id }) => id));
    const former = new Set(before.map(({ id }) => id));
    const left = [...former].filter((id) => !present.has(id));
    const came = [...present].filter((id) => !former.has(id));
    if (left.length + came.length === 0) return;
    forgetTrial((id) => former.has(id) && !present.has(id));
    const earlier = following;
    following = (async () => {
      await earlier;
      await tellWorker(left, came);
    })();
  };

  /** What the project holds or undo can bring back. */
  const wantedSources = (): readonly PictureSource[] => {
    const { document, past, future } = core.state().project;
    const paths = new Set<string>();
    for (const { samples } of [document, ...[...past, ...future].map(({ parts }) => parts)])
      for (const { path } of samples) paths.add(path);
    return sources.filter(({ path }) => paths.has(path));
  };

  /** Files of which no picture is left in the project, nor can come back to it, need not be held. */
  const forgetUnused = (): void => {
    sources = wantedSources();
    const used = new Set(sources.flatMap((source) => ('importId' in source ? [source.importId] : [])));
    given = given.filter(({ importId }) => used.has(importId));
  };

  const giveBack = async (): Promise<void> => {
    if (core.state().importing !== null) {
      // The worker that had listed it is gone.
      importer.forget();
      abort = null;
      core.set({ ingest: { ...idleIngest, error: describeError('add-cancelled') } });
    }
    const engine = core.engine();
    const ignore = (): void => undefined;
    const { signal } = new AbortController();
    forgetUnused();
    // What was kept is in the worker already.
    const kept = new Set((await engine.listSamples()).map(({ path }) => path));
    const missing = sources.filter(({ path }) => !kept.has(path));
    for (const one of given) {
      const own = missing.filter((source) => 'importId' in source && source.importId === one.importId);
      if (own.length === 0) continue;
      await openGivenImport(engine, one, ignore, signal);
      await engine.addPictures(own, ignore, signal);
      await engine.closeImport(one.importId);
    }
    // Pasted and recorded: of no import.
    const loose = missing.filter((source) => 'file' in source);
    if (loose.length > 0) await engine.addPictures(loose, ignore, signal);
    const wanted = new Set(core.state().project.document.samples.map(({ id }) => id));
    const lostOf = async (): Promise<string[]> => {
      const held = new Set((await engine.listSamples()).map(({ id }) => id));
      return [...wanted].filter((id) => !held.has(id));
    };
    let lost = await lostOf();
    if (drawingsAdded && lost.length > 0) {
      await engine.addDrawings(ignore, signal);
      lost = await lostOf();
    }
    const surplus = (await engine.listSamples()).flatMap(({ id }) => (wanted.has(id) ? [] : [id]));
    if (surplus.length > 0) await engine.removeSamples(surplus);
    if (lost.length === 0) return;
    core.dispatch({ kind: 'lose-samples', ids: lost });
    core.set({ notice: describeError('pictures-not-kept') });
  };

  const close = async (importId: string): Promise<void> => {
    try {
      await core.engine().closeImport(importId);
    } catch (thrown) {
      core.patch('ingest', { error: core.fail(thrown) });
    }
  };

  const importer = createImporter(core, {
    begin: () => {
      if (isBusy()) return null;
      const controller = new AbortController();
      abort = controller;
      core.set({ ingest: { ...idleIngest, phase: 'listing', origin: 'folder' } });
      return controller;
    },
    isCurrent: (controller) => abort === controller,
    end: (error) => {
      abort = null;
      core.set({ ingest: { ...idleIngest, error } });
    },
    ready,
    nextFrame,
    open,
    close,
    skip: (files) => {
      core.dispatch({ kind: 'add-skipped', files });
    },
    nameProject,
    readModel,
    take: async (one, found, told, keeping) => {
      given = [...given, one];
      sources = [...sources, ...found];
      await read('folder', found.length, told, (engine, onEvent, signal) => engine.addPictures(found, onEvent, signal, keeping));
      await close(one.importId);
    },
  });

  return {
    follow,
    giveBack,
    forget: () => {
      abort?.abort();
      abort = null;
      importer.forget();
      given = [];
      sources = [];
      drawingsAdded = false;
    },
    actions: {
      ...importer.actions,
      addToClass: async (files, className, origin) => {
        await ready;
        if (isBusy()) return;
        const name = className === null ? null : normaliseClassName(className);
        const recording = origin === 'camera' ? core.ports.createId() : null;
        const added = sourcesOf(files, name === '' ? null : name, origin, recording);
        const before = core.state().project.document.samples.length;
        sources = [...sources, ...added];
        await read(origin, added.length, {}, (engine, onEvent, signal) => engine.addPictures(added, onEvent, signal));
        const count = core.state().project.document.samples.length - before;
        if (count > 0) core.patch('ingest', { landed: { count, className: added[0]?.className ?? null, origin } });
      },
      refusePaste: () => {
        core.patch('ingest', { error: describeError('clipboard-empty') });
      },
      addDrawings: async () => {
        if (isBusy()) return;
        await ready;
        drawingsAdded = true;
        nameProject('Drawn cats and dogs');
        await read('drawings', 0, {}, (engine, onEvent, signal) => engine.addDrawings(onEvent, signal));
      },
      askKaggle: async () => {
        if (isBusy()) return;
        try {
          core.patch('ingest', { error: null, kagglePlan: await core.engine().planKaggle(kagglePicturesPerClass) });
        } catch (thrown) {
          core.patch('ingest', { error: core.fail(thrown) });
        }
      },
      declineKaggle: () => {
        core.patch('ingest', { kagglePlan: null });
      },
      acceptKaggle: async () => {
        const plan = core.state().ingest.kagglePlan;
        if (plan === null || isBusy()) return;
        nameProject('Cats and dogs');
        await read('kaggle', 0, {}, (engine, onEvent, signal) => engine.addKaggle(plan.picturesPerClass, onEvent, signal));
      },
      describeHub: (text, signal) => {
        const dataset = parseHubName(text);
        if (dataset === null) return Promise.reject(new HeadstartError('hub-name-invalid', { text: text.trim().slice(0, 100) }));
        return core.engine().describeHub(dataset, signal);
      },
      countHub: (choice, signal) => core.engine().countHub(choice, signal),
      addHub: async (choice, counts) => {
        if (isBusy()) return;
        await ready;
        nameProject(choice.dataset);
        await read('hub', 0, {}, (engine, onEvent, signal) => engine.addHub(choice, counts, onEvent, signal));
      },
      cancelIngest: () => {
        if (core.state().ingest.phase === 'confirming') void importer.actions.declineImport();
        else abort?.abort();
      },
      removeSamples: async (ids) => {
        core.dispatch({ kind: 'remove-samples', ids });
        await following;
      },
      clearPictures: async () => {
        abort?.abort();
        abort = null;
        importer.forget();
        core.dispatch({ kind: 'clear-pictures' });
        core.set({ ingest: idleIngest });
        await following;
      },
      pictureFile: (sampleId) => core.engine().pictureFile(sampleId),
    },
  };
}
