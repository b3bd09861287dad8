import { describeError, HeadstartError } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { ProjectEvent } from '../domain/projects';
import type { StoreCore } from './core';
import type { FeaturePreparer } from './feature-preparer';
import { createInbox } from './inbox';
import type { PictureTaker } from './ingest-actions';
import type { ProjectOpener } from './project-opener';
import type { ManyPredictor } from './many-actions';
import type { Runner } from './run-actions';
import type { Saver } from './saver';
import type { PageActions } from './state';

export interface ProjectListParts {
  readonly saver: Saver;
  readonly opener: ProjectOpener;
  readonly pictures: PictureTaker;
  readonly features: FeaturePreparer;
  readonly many: Pick<ManyPredictor, 'forget'>;
  readonly runner: Runner;
  readonly createEmptyProject: () => ProjectDocument;
}

export interface ProjectLister {
  readonly actions: Pick<
    PageActions,
    | 'listProjects'
    | 'showProjects'
    | 'hideProjects'
    | 'openProject'
    | 'newProject'
    | 'duplicateProject'
    | 'renameProject'
    | 'deleteProject'
    | 'undeleteProject'
    | 'takeOver'
    | 'allowFolders'
  >;
  /** Hears what other tabs do; to be called once an engine. */
  watch(): void;
  /** At the start of a visit: shows the list where it is not clear which project is meant. `wanted`: what this tab had open, if it had. */
  begin(wanted: string | null): Promise<void>;
  /** Opens a project that has just come in. Rejects where it cannot. */
  openTaken(id: string): Promise<void>;
}

/** Another tab saves many times a minute; who reads it follows no faster. */
const followMs = 2000;

/** What a project's copy is called: `Pets (copy)`, `Pets (copy 2)`. */
export function nameOfCopy(name: string, taken: readonly string[]): string {
  const stem = name.replace(/ \(copy(?: \d+)?\)$/, '').slice(0, 180);
  for (let number = 1; ; number += 1) {
    const copy = number === 1 ? `${stem} (copy)` : `${stem} (copy ${String(number)})`;
    if (!taken.includes(copy)) return copy;
  }
}

export function createProjectLister(core: StoreCore, parts: ProjectListParts): ProjectLister {
  const { saver, opener, pictures, features, runner, many } = parts;
  let watching: AbortController | null = null;

  const isBusy = (): boolean => {
    const { run, ingest, inspection, exporting, projects } = core.state();
    const isRunning = run.phase === 'running' || run.phase === 'stopping';
    return isRunning || ingest.phase !== 'idle' || inspection.task !== null || exporting.phase !== 'idle' || projects.isOpening;
  };

  const list = async (): Promise<void> => {
    try {
      const { projects, problem } = await core.engine().listProjects();
      core.patch('projects', { list: projects, ...(problem === null ? {} : { error: describeError(problem) }) });
    } catch (thrown) {
      core.patch('projects', { error: core.fail(thrown) });
    }
  };

  /** A change of the list that another call asked for; the list follows by an event, at the latest with this. */
  const change = async (work: () => Promise<void>): Promise<void> => {
    core.patch('projects', { error: null });
    try {
      await work();
      await list();
    } catch (thrown) {
      core.patch('projects', { error: core.fail(thrown) });
    }
  };

  /** Another project takes the place of the open one. @returns whether it did */
  const swap = async (work: () => Promise<void>): Promise<boolean> => {
    if (isBusy()) {
      core.patch('projects', { error: describeError('busy') });
      return false;
    }
    core.patch('projects', { isOpening: true, error: null });
    features.hold();
    try {
      await saver.flush();
      runner.abandon();
      many.forget();
      pictures.forget();
      saver.disable();
      await work();
      saver.enable();
      return core.state().projects.error === null;
    } catch (thrown) {
      core.patch('projects', { error: core.fail(thrown) });
      saver.enable();
      return false;
    } finally {
      core.patch('projects', { isOpening: false });
      features.release();
      if (core.state().projects.list !== null) await list();
    }
  };

  /** Whoever chose a project wants to see it. */
  const goTo = async (work: () => Promise<void>): Promise<void> => {
    if (await swap(work)) core.patch('projects', { isShown: false });
  };

  const open = async (id: string): Promise<void> => {
    const opened = await core.engine().openProject(id);
    if (opener.show(opened)) {
      await runner.offerUnfinished(opened.project?.samples ?? []);
      return;
    }
    const { problem } = opened;
    // The former one is closed already: an empty one stands until another is chosen.
    await openEmpty();
    core.patch('projects', { error: describeError(problem ?? 'project-unknown') });
  };

  const openEmpty = async (): Promise<void> => {
    const document = parts.createEmptyProject();
    await core.engine().createProject(document.id);
    opener.showEmpty(document);
  };

  const follow = async (): Promise<void> => {
    const { document } = core.state().project;
    if (core.state().access !== 'reader' || isBusy()) return;
    try {
      opener.refresh(await core.engine().openProject(document.id));
    } catch (thrown) {
      core.fail(thrown); // it is asked again at the owner's next save
    }
  };

  /** A run pauses within a picture or a step. */
  const untilCalm = (): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const { run, ingest, workerDead } = core.state();
        const isCalm = run.phase !== 'running' && run.phase !== 'stopping' && ingest.phase === 'idle';
        if (isCalm || workerDead !== null) resolve();
        else core.ports.scheduleFrame(look);
      };
      look();
    });

  /** What goes on ends where it can go on, and is saved: the other tab finds all of it. */
  const handOver = async (): Promise<void> => {
    try {
      runner.actions.pause();
      pictures.actions.cancelIngest();
      await untilCalm();
      await saver.flush();
      await core.engine().releaseProject();
    } catch (thrown) {
      core.fail(thrown); // the other tab takes it after a while
    }
  };

  const hear = (event: ProjectEvent): void => {
    switch (event.kind) {
      case 'list-changed':
        if (core.state().projects.list !== null) void list();
        return;
      case 'changed':
        void follow();
        return;
      case 'hand-over':
        void handOver();
        return;
      case 'taken-over':
        // What was not written is kept as a copy by the saver, which asks once more.
        core.set({ access: 'reader' });
        void saver.flush();
        return;
      case 'forgotten':
        saver.disable();
        core.set({ notice: describeError('project-forgotten') });
        core.patch('projects', { list: null });
    }
  };

  return {
    watch: () => {
      watching?.abort();
      const mine = new AbortController();
      watching = mine;
      const urgent = ({ kind }: ProjectEvent): boolean => kind === 'hand-over' || kind === 'taken-over' || kind === 'forgotten';
      const inbox = createInbox<ProjectEvent>(
        core.ports,
        (events) => {
          // Of those that say to look again one is enough.
          const kinds = new Map(events.map((event) => [event.kind, event]));
          for (const event of kinds.values()) if (!mine.signal.aborted) hear(event);
        },
        () => followMs,
      );
      const engine = core.engine();
      engine
        .watchProjects((event) => {
          if (mine.signal.aborted) return;
          if (urgent(event)) hear(event);
          else inbox.push(event);
        }, mine.signal)
        .catch((thrown: unknown) => {
          // A former worker's end was told when it ended.
          if (engine === core.engine()) core.fail(thrown);
        });
    },
    begin: async (wanted) => {
      const { projects } = await core.engine().listProjects();
      const live = projects.filter(({ deletedAt }) => deletedAt === null);
      const isGone = wanted !== null && !live.some(({ id }) => id === wanted);
      if (live.length === 0 || (wanted === null ? live.length < 2 : !isGone)) return;
      core.patch('projects', { list: projects, isShown: true, error: isGone ? describeError('project-unknown') : null });
    },
    openTaken: async (id) => {
      if (await swap(() => open(id))) {
        core.patch('projects', { isShown: false });
        return;
      }
      throw HeadstartError.fromRecord(core.state().projects.error ?? describeError('project-unknown'));
    },
    actions: {
      listProjects: list,
      showProjects: async () => {
        core.patch('projects', { isShown: true, error: null });
        // So that the open one stands in it as it is.
        await saver.flush();
        await list();
      },
      hideProjects: () => {
        core.patch('projects', { isShown: false, error: null });
      },
      openProject: async (id) => {
        if (id === core.state().project.document.id) core.patch('projects', { isShown: false, error: null });
        else await goTo(() => open(id));
      },
      newProject: () => goTo(openEmpty),
      duplicateProject: (id) =>
        change(async () => {
          await saver.flush();
          const known = core.state().projects.list ?? [];
          const name = known.find((project) => project.id === id)?.name ?? core.state().project.document.name;
          const taken = known.map((project) => project.name);
          await core.engine().duplicateProject(id, core.ports.createId(), nameOfCopy(name, taken));
        }),
      renameProject: async (id, name) => {
        if (id === core.state().project.document.id) {
          core.dispatch({ kind: 'name-project', name });
          await saver.flush();
          await list();
        } else await change(() => core.engine().renameProject(id, name));
      },
      deleteProject: async (id) => {
        if (id !== core.state().project.document.id) {
          await change(() => core.engine().deleteProject(id));
          return;
        }
        await swap(async () => {
          await core.engine().deleteProject(id);
          await openEmpty();
        });
      },
      undeleteProject: (id) => change(() => core.engine().undeleteProject(id)),
      takeOver: () =>
        goTo(async () => {
          const opened = await core.engine().takeOver();
          if (opener.show(opened)) await runner.offerUnfinished(opened.project?.samples ?? []);
          else core.patch('projects', { error: describeError(opened.problem ?? 'project-unknown') });
        }),
      allowFolders: async () => {
        try {
          const wanted = core.state().folders.filter(({ access }) => access === 'prompt' || access === 'denied');
          // One after another: the browser asks one question at a time, all of them within the same click.
          for (const { handle } of wanted) await core.ports.askForFolder(handle);
          core.set({ folders: await core.engine().lookAtFolders() });
          // What could not be read is asked for again.
          features.hold();
          features.release();
        } catch (thrown) {
          core.set({ notice: core.fail(thrown) });
        }
      },
    },
  };
}
