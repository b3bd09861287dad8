import { createCommandLog, logCommand } from '../domain/command-log';
import { applyCommand } from '../domain/commands';
import { describeError } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { KeptThumbnail } from '../domain/projects';
import type { OpenedProject } from '../protocol/engine-api';
import type { StoreCore } from './core';
import { createInbox } from './inbox';
import { closedModelImport, createInitialState, endedRun } from './initial-state';
import { keepOpenProject } from './kept-choice';
import type { Saver } from './saver';
import type { PageState } from './state';

/** Each delivery copies the list of all thumbnails. */
const thumbnailPauseMs = 300;

export interface ProjectOpener {
  /** Puts what the engine opened in the place of what is shown. False where it opened nothing. */
  show(opened: OpenedProject): boolean;
  /** The same at the start of a visit: what the person did in the first moments is done to the kept project. */
  restore(opened: OpenedProject): boolean;
  /** The same project as its owner saved it last. */
  refresh(opened: OpenedProject): void;
  showEmpty(document: ProjectDocument): void;
}

export function createProjectOpener(core: StoreCore, saver: Saver): ProjectOpener {
  let thumbnails: AbortController | null = null;

  const loadThumbnails = (): void => {
    thumbnails?.abort();
    const mine = new AbortController();
    thumbnails = mine;
    const inbox = createInbox<readonly KeptThumbnail[]>(
      core.ports,
      (parts) => {
        if (mine.signal.aborted) return;
        const all = new Map(core.state().thumbnails);
        // What came in meanwhile is newer.
        for (const { sampleId, thumbnail } of parts.flat()) if (!all.has(sampleId)) all.set(sampleId, thumbnail);
        core.set({ thumbnails: all });
      },
      () => thumbnailPauseMs,
    );
    const engine = core.engine();
    const load = async (): Promise<void> => {
      try {
        await engine.loadThumbnails(inbox.push, mine.signal);
        inbox.flush();
      } catch (thrown) {
        if (engine === core.engine()) core.fail(thrown); // a picture without a thumbnail is shown as one; a dead worker is told
      }
    };
    void load();
  };

  /** Pictures that nobody can read leave the project; a reader must not change it, and sees them without. */
  const readable = (project: ProjectDocument, lost: readonly string[]): ProjectDocument =>
    applyCommand(applyCommand(project, { kind: 'remove-samples', ids: lost }), { kind: 'dismiss-skipped' });

  const modelOf = ({ backboneProblem: problem }: OpenedProject): Pick<PageState, 'modelImport'> => ({
    modelImport: { ...closedModelImport, problem },
  });

  const runOf = ({ run }: OpenedProject): Partial<PageState> => {
    if (run === null) return {};
    return { headReady: true, headRun: run, run: endedRun(run) };
  };

  const noticeOf = ({ problem, lost, backboneProblem }: OpenedProject): Pick<PageState, 'notice'> => ({
    notice:
      problem !== null
        ? describeError(problem)
        : (backboneProblem ?? (lost.length > 0 ? describeError('pictures-not-kept') : null)),
  });

  const replace = (document: ProjectDocument, change: Partial<PageState>): void => {
    thumbnails?.abort();
    const { compute, weights, featureCache, projects, projectFile, storage, showEvidence, workerDead } = core.state();
    const { offline, outsideRequests, wakeLock, notedErrors } = core.state();
    core.set({
      ...createInitialState(document, core.ports),
      ...{ compute, weights, featureCache, projects, projectFile, storage, showEvidence, workerDead },
      ...{ offline, outsideRequests, wakeLock, notedErrors },
      ...change,
    });
    keepOpenProject(document.id);
    saver.settle();
  };

  /** A run whose document could not be saved any more when it ended comes back with its head. */
  const addRun = ({ run, access }: OpenedProject): void => {
    if (run === null || access === 'reader') return;
    if (!core.state().project.document.runs.some(({ id }) => id === run.id)) core.dispatch({ kind: 'add-run', run });
  };

  return {
    show: (opened) => {
      const { project, access, folders, lost } = opened;
      if (project === null) return false;
      replace(readable(project, lost), { access, folders, ...runOf(opened), ...modelOf(opened), ...noticeOf(opened) });
      addRun(opened);
      loadThumbnails();
      return true;
    },
    restore: (opened) => {
      const { project, access, folders, lost, problem } = opened;
      if (project === null) {
        if (problem !== null) core.set({ notice: describeError(problem) });
        return false;
      }
      const { commands } = core.state().project;
      const kept = createCommandLog(readable(project, lost));
      const { run, ...head } = runOf(opened);
      const isIdle = core.state().run.phase === 'idle';
      core.set({ project: kept, access, folders, ...head, ...modelOf(opened), ...(isIdle && run !== undefined ? { run } : {}) });
      const told = noticeOf(opened).notice;
      if (told !== null) core.set({ notice: told });
      saver.settle();
      if (access === 'owner' && commands.length > 0) {
        core.set({ project: commands.reduce(logCommand, kept) });
        saver.changed();
      }
      addRun(opened);
      keepOpenProject(project.id);
      loadThumbnails();
      return true;
    },
    refresh: (opened) => {
      const { project, access, folders, lost } = opened;
      if (project === null) return;
      core.set({ project: createCommandLog(readable(project, lost)), access, folders, ...runOf(opened), ...modelOf(opened) });
      saver.settle();
      loadThumbnails();
    },
    showEmpty: (document) => {
      replace(document, {});
    },
  };
}
