import { createCommandLog, logCommand } from '../domain/command-log';
import { applyCommand } from '../domain/commands';
import { describeError, HeadstartError } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { OpenedProject } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { createInitialState, idleRun } from './initial-state';
import type { PictureTaker } from './ingest-actions';
import type { Runner } from './run-actions';
import type { Saver } from './saver';
import type { PageState } from './state';

export interface ProjectSessionParts {
  readonly pictures: PictureTaker;
  readonly runner: Runner;
  readonly saver: Saver;
  readonly createEmptyProject: () => ProjectDocument;
}

/** Which project this tab has. What is asked of the worker here rejects as it does there. */
export interface ProjectSession {
  /** The project of the address, or the only one, or a new one; where that is not clear the list. */
  openFirst(): Promise<void>;
  /** Lets go of the open project and shows another. */
  open(id: string): Promise<void>;
  /** What another tab saved of the open project. */
  reload(): Promise<void>;
  create(): Promise<void>;
  takeOver(): Promise<void>;
  /** Brings the project of the page back into a new worker. */
  reopen(): Promise<void>;
  /** An empty project in place of the open one, which the worker forgot. */
  startAfresh(): void;
}

/** What outlives a change of projects: it belongs to the device and to this visit. */
function lastingParts(state: PageState) {
  const { compute, weights, featureCache, projects, projectFile, storage, askedDatasets, showEvidence, workerDead } = state;
  return { compute, weights, featureCache, projects, projectFile, storage, askedDatasets, showEvidence, workerDead };
}

/** Another project may not take the pictures from under what goes on. */
export function isAtWork({ run, ingest, inspection }: PageState): boolean {
  return run.phase === 'running' || run.phase === 'stopping' || ingest.phase !== 'idle' || inspection.task !== null;
}

export function createProjectSession(core: StoreCore, parts: ProjectSessionParts): ProjectSession {
  const { pictures, runner, saver } = parts;
  let thumbnails = new AbortController();

  const showRun = (opened: OpenedProject): void => {
    if (opened.run === null) return;
    core.set({ headReady: true, headRun: opened.run });
    if (core.state().run.phase !== 'idle') return;
    const { config, history, log } = opened.run;
    core.set({ run: { ...idleRun, phase: 'done', config, history, log, result: opened.run } });
  };

  /** In parts, as they are read; a project that came meanwhile ends it. */
  const bringThumbnails = async (): Promise<void> => {
    thumbnails.abort();
    const { signal } = (thumbnails = new AbortController());
    try {
      await core.engine().loadThumbnails((kept) => {
        if (signal.aborted) return;
        const all = new Map(core.state().thumbnails);
        for (const { sampleId, thumbnail } of kept) all.set(sampleId, thumbnail);
        core.set({ thumbnails: all });
      }, signal);
    } catch (thrown) {
      // Tiles without pictures are no reason to stop: only a dead worker is told.
      core.fail(thrown);
    }
  };

  /** Without the pictures that nobody can read any more. */
  const readable = (project: ProjectDocument, lost: readonly string[]): ProjectDocument => {
    const present = applyCommand(project, { kind: 'dismiss-skipped' });
    return lost.length === 0 ? present : applyCommand(present, { kind: 'remove-samples', ids: lost });
  };

  const tell = ({ lost, problem, folders, access }: OpenedProject): void => {
    core.patch('projects', { folders, access });
    // A folder that may be read again after a click is no loss yet: its own note says so.
    if (problem !== null) core.set({ notice: describeError(problem) });
    else if (lost.length > 0) core.set({ notice: describeError('pictures-not-kept') });
    if (problem === 'storage-refused') saver.disable();
    else saver.enable();
  };

  /** Puts a project in place of the one that was open. */
  const place = (document: ProjectDocument): void => {
    thumbnails.abort();
    runner.abandon();
    pictures.forget();
    saver.forget();
    core.set({ ...createInitialState(document, core.ports), ...lastingParts(core.state()) });
    core.patch('projects', { access: 'owner', folders: [], refusals: 0, error: null });
  };

  const showOpened = (opened: OpenedProject): boolean => {
    if (opened.project === null) return false;
    place(readable(opened.project, opened.lost));
    tell(opened);
    showRun(opened);
    core.ports.address.show(opened.project.id);
    void bringThumbnails();
    return true;
  };

  const leave = async (): Promise<void> => {
    if (isAtWork(core.state())) throw new HeadstartError('busy');
    await saver.flush();
  };

  const createNew = async (): Promise<void> => {
    const document = parts.createEmptyProject();
    await core.engine().createProject(document.id);
    place(document);
    core.ports.address.show(null);
  };

  /** At the start: what the person did in the first moments is done to the kept project. */
  const openAtStart = async (id: string): Promise<void> => {
    const opened = await core.engine().openProject(id);
    if (opened.project === null) {
      await core.engine().createProject(core.state().project.document.id);
      tell(opened);
      return;
    }
    const kept = createCommandLog(readable(opened.project, opened.lost));
    core.set({ project: core.state().project.commands.reduce(logCommand, kept) });
    tell(opened);
    showRun(opened);
    core.ports.address.show(opened.project.id);
    void bringThumbnails();
  };

  return {
    openFirst: async () => {
      const engine = core.engine();
      const { projects, problem } = await engine.listProjects();
      const list = projects.filter(({ deletedAt }) => deletedAt === null);
      const { projectId } = core.ports.address;
      const [only] = list;
      const wanted = list.find(({ id }) => id === projectId) ?? (list.length === 1 && projectId === null ? only : undefined);
      if (wanted !== undefined) {
        await openAtStart(wanted.id);
        return;
      }
      await engine.createProject(core.state().project.document.id);
      const isLost = projectId !== null && problem === null;
      core.patch('projects', {
        list,
        isShown: list.length > 0,
        error: isLost ? describeError('project-unknown') : null,
      });
      if (problem !== null) core.set({ notice: describeError(problem) });
      else saver.enable();
    },
    open: async (id) => {
      await leave();
      const opened = await core.engine().openProject(id);
      if (showOpened(opened)) return;
      // The former one is closed by now.
      await createNew();
      throw new HeadstartError(opened.problem ?? 'project-unknown');
    },
    reload: async () => {
      const { id } = core.state().project.document;
      if (isAtWork(core.state()) || core.state().projects.access === 'owner') return;
      showOpened(await core.engine().openProject(id));
    },
    create: async () => {
      await leave();
      await createNew();
    },
    takeOver: async () => {
      if (isAtWork(core.state())) throw new HeadstartError('busy');
      const opened = await core.engine().takeOver();
      if (!showOpened(opened)) throw new HeadstartError(opened.problem ?? 'project-unknown');
    },
    reopen: async () => {
      const engine = core.engine();
      const { document } = core.state().project;
      let opened = await engine.openProject(document.id);
      if (opened.project === null && opened.problem === null) {
        // It was not written yet: its head is found by what is.
        await engine.createProject(document.id);
        await engine.saveProject(document);
        opened = await engine.openProject(document.id);
      }
      core.patch('projects', { folders: opened.folders, access: opened.access });
      core.set({ headReady: opened.run !== null, headRun: opened.run ?? core.state().headRun });
      await pictures.giveBack();
      if (opened.problem !== null) return;
      saver.enable();
      saver.changed();
    },
    startAfresh: () => {
      place(parts.createEmptyProject());
      core.patch('projects', { list: [], isShown: false, deleted: [] });
      core.ports.address.show(null);
    },
  };
}
