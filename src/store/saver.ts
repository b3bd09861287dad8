import type { StoreCore } from './core';

/** Milliseconds without a change before the project is written. */
const calmMs = 200;

export interface Saver {
  /** The project changed. */
  changed(): void;
  /** A newer version's project must be left as it is. */
  disable(): void;
  enable(): void;
}

/** Keeps the project on the device, after changes have calmed down and one write at a time. Never waited for. */
export function createSaver(core: StoreCore): Saver {
  let enabled = false;
  let waiting = false;
  let writing = false;
  let lastChange = 0;

  const write = async (): Promise<void> => {
    writing = true;
    try {
      await core.engine().saveProject(core.state().project.document);
    } catch (thrown) {
      const error = core.fail(thrown);
      if (error !== null && core.state().notice === null) core.set({ notice: error });
      // Storage that refused once is not asked again at every letter typed; a full one may have room later.
      if (error?.code === 'storage-refused') enabled = false;
    } finally {
      writing = false;
    }
  };

  const look = (): void => {
    if (!enabled || core.state().workerDead !== null) {
      waiting = false;
      return;
    }
    const isCalm = core.ports.now() - lastChange >= calmMs && core.state().ingest.phase === 'idle' && !writing;
    if (!isCalm) {
      core.ports.scheduleFrame(look);
      return;
    }
    waiting = false;
    void write();
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
  };
}
