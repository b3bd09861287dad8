import { describeError } from '../domain/errors';
import type { ProjectDocument } from '../domain/project';
import type { StoreCore } from './core';
import { describeFull } from './storage-advice';

/** Milliseconds without a change before the project is written. */
const calmMs = 200;
/** While pictures come in the project is written no more often: the larger it is the longer that takes. */
const readingMs = 5000;

export interface Saver {
  /** The project changed. */
  changed(): void;
  /** Nothing may be kept, or not now. */
  disable(): void;
  enable(): void;
  /** What is in the state is what is kept: another project was opened. */
  settle(): void;
  /** Writes now what is not written yet; resolves when everything is, or could not be. */
  flush(): Promise<void>;
}

/** Keeps the project on the device, after changes have calmed down and one write at a time. Never waited for, but by `flush`. */
export function createSaver(core: StoreCore): Saver {
  let enabled = false;
  let waiting = false;
  let writing: Promise<void> | null = null;
  let lastChange = 0;
  let lastWrite = 0;
  /** What is kept, as far as this page knows. */
  let kept: ProjectDocument | null = null;

  /** Another tab took the project before the last changes were written: they become a project of their own. */
  const keepAsCopy = async (document: ProjectDocument): Promise<void> => {
    core.set({ access: 'reader' });
    const name = `${document.name} (from another tab)`.slice(0, 200);
    await core.engine().keepProject({ ...document, id: core.ports.createId(), name });
    core.set({ notice: describeError('project-kept-as-copy', { name }) });
  };

  const write = async (): Promise<void> => {
    const { document } = core.state().project;
    try {
      await core.engine().saveProject(document);
      kept = document;
    } catch (thrown) {
      const error = core.fail(thrown);
      if (error?.code === 'project-not-owned') {
        kept = document;
        await keepAsCopy(document).catch((refused: unknown) => {
          core.set({ notice: core.fail(refused) });
        });
        return;
      }
      const told = error?.code === 'storage-full' ? await describeFull(core, 'project-storage-full') : error;
      if (told !== null && core.state().notice === null) core.set({ notice: told });
      // Storage that refused once is not asked again at every letter typed; a full one may have room later.
      if (error?.code === 'storage-refused') enabled = false;
    }
  };

  const start = (): Promise<void> => {
    writing = write().finally(() => {
      writing = null;
      lastWrite = core.ports.now();
    });
    return writing;
  };

  const isDirty = (): boolean => enabled && core.state().workerDead === null && core.state().project.document !== kept;

  const look = (): void => {
    if (!isDirty()) {
      waiting = false;
      return;
    }
    const isReading = core.state().ingest.phase !== 'idle';
    const now = core.ports.now();
    const isCalm = writing === null && (isReading ? now - lastWrite >= readingMs : now - lastChange >= calmMs);
    if (!isCalm) {
      core.ports.scheduleFrame(look);
      return;
    }
    waiting = false;
    void start();
  };

  return {
    changed: () => {
      lastChange = core.ports.now();
      if (!enabled || waiting) return;
      waiting = true;
      core.ports.scheduleFrame(look);
    },
    disable: () => {
      enabled = false;
    },
    enable: () => {
      enabled = true;
    },
    settle: () => {
      kept = core.state().project.document;
      lastWrite = core.ports.now();
    },
    flush: async () => {
      await writing;
      if (isDirty()) await start();
    },
  };
}
