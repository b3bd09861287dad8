import { describeError, toHeadstartError, type ErrorRecord } from '../domain/errors';
import type { ProjectEvent, ProjectSummary } from '../domain/projects';
import type { StoreCore } from './core';
import type { ProjectSession } from './project-session';
import type { Saver } from './saver';
import type { PageActions, PageState } from './state';

type Names =
  | 'showProjects'
  | 'hideProjects'
  | 'newProject'
  | 'openProject'
  | 'duplicateProject'
  | 'renameProject'
  | 'deleteProject'
  | 'undeleteProject'
  | 'takeOver'
  | 'readFoldersAgain';

export interface ProjectKeeper {
  readonly actions: Pick<PageActions, Names>;
  /** Hears what happens to projects in other tabs; of a new worker, again. */
  watch(): void;
  /** Asks for the list again where it is shown. */
  refresh(): Promise<void>;
}

/** What a project's copy is called: `Pets (copy)`, `Pets (copy 2)`. */
export function nameOfCopy(name: string, taken: readonly string[]): string {
  const stem = name.replace(/ \(copy(?: \d+)?\)$/, '').slice(0, 180);
  for (let number = 1; ; number += 1) {
    const copy = number === 1 ? `${stem} (copy)` : `${stem} (copy ${String(number)})`;
    if (!taken.includes(copy)) return copy;
  }
}

/** Pausing takes a picture or a step at most; a tab that waits longer takes the project anyway. */
const runIsDown = ({ run }: PageState): boolean => run.phase !== 'running' && run.phase !== 'stopping';

export function createProjectKeeper(
  core: StoreCore,
  session: ProjectSession,
  saver: Saver,
  stopWork: () => void,
): ProjectKeeper {
  let watching = new AbortController();

  const fail = (thrown: unknown): void => {
    core.patch('projects', { error: core.fail(thrown) });
  };

  const refresh = async (): Promise<void> => {
    const { projects } = await core.engine().listProjects();
    core.patch('projects', { list: projects.filter(({ deletedAt }) => deletedAt === null) });
  };

  /** One thing at a time; what fails is said above the list. */
  const change = async (work: () => Promise<unknown>): Promise<void> => {
    core.patch('projects', { error: null });
    try {
      await work();
    } catch (thrown) {
      fail(thrown);
    }
    try {
      await refresh();
    } catch (thrown) {
      core.fail(thrown);
    }
  };

  const goTo = async (task: 'opening' | 'taking-over', work: () => Promise<void>): Promise<void> => {
    if (core.state().projects.task !== null) return;
    core.patch('projects', { task, error: null });
    try {
      await work();
      core.patch('projects', { task: null, isShown: false });
    } catch (thrown) {
      core.patch('projects', { task: null });
      fail(thrown);
    }
  };

  const untilDown = (): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (runIsDown(core.state()) || core.state().workerDead !== null) resolve();
        else core.ports.scheduleFrame(look);
      };
      look();
    });

  /** Another tab wants the project: what goes on is ended where it can go on, and everything is saved before it is let go. */
  const handOver = async (): Promise<void> => {
    stopWork();
    await untilDown();
    await saver.flush();
    await core.engine().releaseProject();
  };

  const hear = (event: ProjectEvent): void => {
    const { id } = core.state().project.document;
    switch (event.kind) {
      case 'list-changed':
        if (core.state().projects.isShown) void refresh().catch(core.fail);
        return;
      case 'changed':
        if (event.id === id) void session.reload().catch(core.fail);
        return;
      case 'hand-over':
        if (event.id === id) void handOver().catch(core.fail);
        return;
      case 'taken-over':
        if (event.id === id) void saver.lose();
        return;
      case 'forgotten':
        saver.disable();
        core.patch('projects', { access: 'reader', list: [] });
        core.set({ notice: describeError('project-forgotten') });
    }
  };

  const summaryOf = (id: string): ProjectSummary | undefined => core.state().projects.list?.find((one) => one.id === id);

  const takeName = (id: string): string => summaryOf(id)?.name ?? core.state().project.document.name;

  const busyError = (thrown: unknown): ErrorRecord | null => {
    const { code } = toHeadstartError(thrown);
    return code === 'cancelled' ? null : core.fail(thrown);
  };

  return {
    refresh,
    watch: () => {
      watching.abort();
      const { signal } = (watching = new AbortController());
      core
        .engine()
        .watchProjects((event) => {
          if (!signal.aborted) hear(event);
        }, signal)
        .catch(core.fail);
    },
    actions: {
      showProjects: async () => {
        core.patch('projects', { isShown: true, error: null });
        // So that the open one stands in it as it is.
        await saver.flush();
        try {
          await refresh();
        } catch (thrown) {
          fail(thrown);
        }
      },
      hideProjects: () => {
        core.patch('projects', { isShown: false, error: null });
      },
      newProject: () => goTo('opening', () => session.create()),
      openProject: (id) =>
        goTo('opening', async () => {
          if (id !== core.state().project.document.id) await session.open(id);
        }),
      duplicateProject: (id) =>
        change(async () => {
          await saver.flush();
          const taken = core.state().projects.list?.map(({ name }) => name) ?? [];
          await core.engine().duplicateProject(id, core.ports.createId(), nameOfCopy(takeName(id), taken));
        }),
      renameProject: (id, name) =>
        change(async () => {
          const trimmed = name.trim().slice(0, 200);
          if (trimmed === '') return;
          if (id === core.state().project.document.id) {
            core.dispatch({ kind: 'name-project', name: trimmed });
            await saver.flush();
          } else await core.engine().renameProject(id, trimmed);
        }),
      deleteProject: (id) =>
        change(async () => {
          const name = takeName(id);
          if (id === core.state().project.document.id) {
            await session.create();
          }
          await core.engine().deleteProject(id);
          core.patch('projects', { deleted: [...core.state().projects.deleted, { id, name }] });
        }),
      undeleteProject: (id) =>
        change(async () => {
          await core.engine().undeleteProject(id);
          core.patch('projects', { deleted: core.state().projects.deleted.filter((one) => one.id !== id) });
        }),
      takeOver: () => goTo('taking-over', () => session.takeOver()),
      readFoldersAgain: async () => {
        const closed = core.state().projects.folders.filter(({ access }) => access !== 'granted');
        try {
          // One after the other: a browser shows one question at a time.
          for (const { handle } of closed) await core.ports.askFolder(handle);
          const folders = await core.engine().lookAtFolders();
          core.patch('projects', { folders, error: null });
        } catch (thrown) {
          core.patch('projects', { error: busyError(thrown) });
        }
      },
    },
  };
}
