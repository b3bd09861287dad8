import { describeError, toHeadstartError } from '../domain/errors';
import type { StoreCore } from './core';

/** Milliseconds without a change before the project is written. */
const calmMs = 200;

export interface Saver {
  /** The project changed. */
  changed(): void;
  /** What changed and is not written yet is written now; resolves when nothing is left to write, or it failed and that is said. */
  flush(): Promise<void>;
  /** The open project is another one: what is not written of the former is given up. */
  forget(): void;
  /** Another tab has the project now: what was not written is kept as a project of its own. */
  lose(): Promise<void>;
  /** A newer version's project must be left as it is. */
  disable(): void;
  enable(): void;
}

/** Keeps the project on the device, after changes have calmed down and one write at a time. */
export function createSaver(core: StoreCore): Saver {
  let enabled = false;
  let isDirty = false;
  let isWaiting = false;
  let writing: Promise<void> | null = null;
  let lastChange = 0;

  const write = async (): Promise<void> => {
    const { document } = core.state().project;
    isDirty = false;
    try {
      await core.engine().saveProject(document);
      core.ports.address.show(document.id);
    } catch (thrown) {
      // Another tab has it: the worker says so by an event too.
      if (toHeadstartError(thrown).code === 'project-not-owned') {
        isDirty = true;
        await lose();
        return;
      }
      const error = core.fail(thrown);
      if (error !== null && core.state().notice === null) core.set({ notice: error });
      // Storage that refused once is not asked again at every letter typed; a full one may have room later.
      if (error?.code === 'storage-refused') enabled = false;
    }
  };

  const begin = (): Promise<void> => {
    const mine = write().finally(() => {
      if (writing === mine) writing = null;
    });
    return (writing = mine);
  };

  const lose = async (): Promise<void> => {
    const { document } = core.state().project;
    if (core.state().projects.access !== 'reader') core.patch('projects', { access: 'reader' });
    if (!isDirty || !enabled) return;
    isDirty = false;
    const name = `${document.name.slice(0, 180)} (not saved here)`;
    try {
      await core.engine().keepProject({ ...document, id: core.ports.createId(), name });
      core.set({ notice: describeError('project-kept-as-copy', { name }) });
    } catch (thrown) {
      core.set({ notice: core.fail(thrown) });
    }
  };

  const look = (): void => {
    if (!enabled || !isDirty || core.state().workerDead !== null) {
      isWaiting = false;
      return;
    }
    const isCalm = core.ports.now() - lastChange >= calmMs && core.state().ingest.phase === 'idle' && writing === null;
    if (!isCalm) {
      core.ports.scheduleFrame(look);
      return;
    }
    isWaiting = false;
    void begin();
  };

  const flush = async (): Promise<void> => {
    await writing;
    if (enabled && isDirty && core.state().workerDead === null) await begin();
  };

  return {
    changed: () => {
      lastChange = core.ports.now();
      if (!enabled) return;
      isDirty = true;
      if (isWaiting) return;
      isWaiting = true;
      core.ports.scheduleFrame(look);
    },
    flush,
    forget: () => {
      isDirty = false;
    },
    lose,
    disable: () => {
      enabled = false;
    },
    enable: () => {
      enabled = true;
    },
  };
}
