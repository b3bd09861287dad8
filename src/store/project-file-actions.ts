import { safeName } from '../domain/dataset-export';
import { describeError, HeadstartError, toHeadstartError } from '../domain/errors';
import type { ProjectFileOffer, ProjectFileProgress } from '../domain/project-file';
import type { StoreCore } from './core';
import { createInbox } from './inbox';
import { idleProjectFile } from './initial-state';
import type { ProjectLink } from './ports';
import type { ProjectLister } from './project-list-actions';
import type { Saver } from './saver';
import type { PageActions, ProjectFileState } from './state';

type Names = 'saveProjectFile' | 'openProjectFile' | 'takeProjectFile' | 'cancelProjectFile' | 'dismissProjectFile';

export interface ProjectFileActions {
  readonly actions: Pick<PageActions, Names>;
  /** Looks into the file that the address asks for, if it does. */
  openLink(): Promise<void>;
}

/** `sets/cats.zip` of this site, as it is shown; null where the address is of another site. */
function nameOfLink({ address, origin }: ProjectLink): string | null {
  const url = new URL(address);
  return url.origin === origin ? decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)) : null;
}

export function createProjectFileActions(
  core: StoreCore,
  projects: Pick<ProjectLister, 'openTaken'>,
  saver: Saver,
  ready: Promise<void>,
): ProjectFileActions {
  let abort: AbortController | null = null;

  const begin = (phase: ProjectFileState['phase'], name: string): AbortController => {
    core.set({ projectFile: { ...idleProjectFile, phase, name } });
    return (abort = new AbortController());
  };

  const follow = (controller: AbortController) =>
    createInbox<ProjectFileProgress>(core.ports, (told) => {
      if (abort === controller) core.patch('projectFile', { progress: told.at(-1) ?? null });
    });

  /** What was cancelled by the person needs no words: they see that it ended. */
  const end = (controller: AbortController, thrown: unknown): void => {
    if (abort !== controller) return;
    abort = null;
    const isCancelled = toHeadstartError(thrown).code === 'cancelled';
    const { name } = core.state().projectFile;
    core.set({ projectFile: { ...idleProjectFile, name, error: isCancelled ? null : core.fail(thrown) } });
  };

  const closeFile = (): void => {
    core
      .engine()
      .closeProjectFile()
      .catch((thrown: unknown) => core.fail(thrown));
  };

  const ask = (controller: AbortController, offer: ProjectFileOffer): void => {
    if (abort === controller) core.patch('projectFile', { phase: 'asking', offer, progress: null });
  };

  const openLink = async (): Promise<void> => {
    const link = core.ports.projectLink;
    if (link === null) return;
    link.forget();
    const name = nameOfLink(link);
    if (name === null) {
      const { host, protocol } = new URL(link.address);
      const error = describeError('project-link-elsewhere', { host: host === '' ? protocol : host });
      core.set({ projectFile: { ...idleProjectFile, error } });
      return;
    }
    const controller = begin('fetching', name);
    const inbox = follow(controller);
    try {
      const offer = await core.engine().fetchProjectFile(link.address, inbox.push, controller.signal);
      inbox.clear();
      ask(controller, offer);
    } catch (thrown) {
      inbox.clear();
      end(controller, thrown);
    }
  };

  return {
    openLink,
    actions: {
      saveProjectFile: async (id) => {
        if (core.state().projectFile.phase !== 'idle') return;
        const { document } = core.state().project;
        const present = id === document.id ? document : null;
        const title = present !== null ? present.name : core.state().projects.list?.find((one) => one.id === id)?.name;
        let controller: AbortController | null = null;
        try {
          // First of all: the browser shows its dialog only as the answer to a click.
          const target = await core.ports.openSaveTarget(`${safeName(title ?? 'project')}.zip`);
          if (target === null) return;
          const mine = (controller = begin('writing', target.handle.name));
          await saver.flush();
          const inbox = follow(mine);
          try {
            const report = await core.engine().writeProjectFile(id, present, target.handle, inbox.push, mine.signal);
            inbox.clear();
            await target.finish();
            abort = null;
            core.set({ projectFile: { ...idleProjectFile, name: target.handle.name, done: { kind: 'written', report } } });
          } catch (thrown) {
            inbox.clear();
            await target.discard();
            throw thrown;
          }
        } catch (thrown) {
          if (controller === null) core.set({ projectFile: { ...idleProjectFile, error: core.fail(thrown) } });
          else end(controller, thrown);
        }
      },
      openProjectFile: async (file, orElse) => {
        if (core.state().projectFile.phase !== 'idle') return;
        await ready;
        const controller = begin('looking', file.name);
        try {
          const offer = await core.engine().openProjectFile(file, controller.signal);
          if (abort !== controller) return;
          if (offer !== null) {
            ask(controller, offer);
            return;
          }
          if (orElse === undefined) throw new HeadstartError('project-file-foreign', { name: file.name });
          abort = null;
          core.set({ projectFile: idleProjectFile });
          await orElse();
        } catch (thrown) {
          const isForeign = orElse !== undefined && /^(archive|file)-/.test(toHeadstartError(thrown).code);
          if (!isForeign || abort !== controller) {
            end(controller, thrown);
            return;
          }
          // What is wrong with an archive of pictures is said where pictures come in.
          abort = null;
          core.set({ projectFile: idleProjectFile });
          await orElse();
        }
      },
      takeProjectFile: async () => {
        const { phase, name } = core.state().projectFile;
        const controller = abort;
        if (phase !== 'asking' || controller === null) return;
        core.patch('projectFile', { phase: 'taking', error: null });
        const inbox = follow(controller);
        const id = core.ports.createId();
        try {
          const report = await core.engine().takeProjectFile(id, inbox.push, controller.signal);
          inbox.clear();
          await projects.openTaken(id);
          abort = null;
          core.set({ projectFile: { ...idleProjectFile, name, done: { kind: 'taken', report } } });
        } catch (thrown) {
          inbox.clear();
          end(controller, thrown);
          closeFile();
        }
      },
      cancelProjectFile: () => {
        const { phase } = core.state().projectFile;
        abort?.abort();
        if (phase !== 'asking' && phase !== 'looking' && phase !== 'fetching') return;
        abort = null;
        core.set({ projectFile: idleProjectFile });
        closeFile();
      },
      dismissProjectFile: () => {
        if (core.state().projectFile.phase === 'idle') core.set({ projectFile: idleProjectFile });
      },
    },
  };
}
