/** What tabs say to each other about projects. */
export type TabMessage =
  | { readonly kind: 'list-changed' }
  | { readonly kind: 'changed'; readonly id: string }
  | { readonly kind: 'hand-over'; readonly id: string }
  | { readonly kind: 'forgotten' };

export interface OwnershipEvents {
  /** From another tab. */
  onMessage(message: TabMessage): void;
  /** A project that this tab owned was taken by another. */
  onLost(id: string): void;
}

/**
 * Which tab may write a project: who holds its lock. Locks of a tab that closes or crashes are free at once. Where the browser has none
 * (plain http) every tab owns what it opens, and the token of the project store decides whose writes are taken.
 */
export interface Ownership {
  /** False where another tab has it. */
  acquire(id: string): Promise<boolean>;
  /** Asks who has it to let go, waits a while, then takes it. */
  takeOver(id: string): Promise<void>;
  release(id: string): Promise<void>;
  /** Projects that other tabs own. */
  ownedElsewhere(): Promise<ReadonlySet<string>>;
  /** Whether another tab is open: its undo may want pictures that no document names. */
  isAlone(): Promise<boolean>;
  /** One tab at a time. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  tell(message: TabMessage): void;
  close(): void;
}

const lockPrefix = 'headstart-project/';
const visitLock = 'headstart-visit';
export const channelName = 'headstart-projects';

export interface OwnershipOptions {
  /** How long a tab may take to save and let go: one that sleeps does not answer. */
  readonly patienceMs?: number;
  readonly channel?: string;
  /** Of every lock, so that tests do not meet. */
  readonly prefix?: string;
}

export function createOwnership(events: OwnershipEvents, options: OwnershipOptions = {}): Ownership {
  const { patienceMs = 4000, prefix = '' } = options;
  // Absent on plain http.
  const { locks } = globalThis.navigator as { readonly locks?: LockManager };
  const nameOf = (id: string): string => prefix + lockPrefix + id;
  /** What lets go of each lock that is held. */
  const held = new Map<string, () => Promise<void>>();
  const channel = openChannel(options.channel ?? channelName);
  channel?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
    events.onMessage(data);
  });
  let leave = (): void => undefined;
  void locks
    ?.request(prefix + visitLock, { mode: 'shared' }, () => new Promise<void>((resolve) => (leave = resolve)))
    .catch(() => undefined); // refused: then nobody can be seen, and nothing is swept (isAlone)

  /** True once it is held; false where `ifAvailable` found it taken. Rejects when the signal aborts first. */
  const hold = (id: string, how: LockOptions): Promise<boolean> =>
    new Promise((resolve, reject) => {
      if (locks === undefined) {
        resolve(true);
        return;
      }
      let isHeld = false;
      const over = locks.request(nameOf(id), how, (lock) => {
        if (lock === null) {
          resolve(false);
          return undefined;
        }
        isHeld = true;
        return new Promise<void>((letGo) => {
          held.set(id, async () => {
            held.delete(id);
            letGo();
            await over.catch(() => undefined);
          });
          resolve(true);
        });
      });
      over.catch((thrown: unknown) => {
        if (!isHeld) {
          reject(thrown instanceof Error ? thrown : new DOMException(String(thrown)));
          return;
        }
        if (!held.delete(id)) return;
        events.onLost(id);
      });
    });

  return {
    acquire: async (id) => held.has(id) || hold(id, { ifAvailable: true }),
    takeOver: async (id) => {
      if (held.has(id) || (await hold(id, { ifAvailable: true }))) return;
      channel?.postMessage({ kind: 'hand-over', id } satisfies TabMessage);
      try {
        await hold(id, { signal: AbortSignal.timeout(patienceMs) });
      } catch {
        await hold(id, { steal: true });
      }
    },
    release: async (id) => {
      await held.get(id)?.();
    },
    ownedElsewhere: async () => {
      const found = (await locks?.query())?.held ?? [];
      const names = found.flatMap(({ name }) => (name?.startsWith(prefix + lockPrefix) === true ? [name] : []));
      return new Set(names.map((name) => name.slice((prefix + lockPrefix).length)).filter((id) => !held.has(id)));
    },
    isAlone: async () => {
      if (locks === undefined) return false;
      const visits = ((await locks.query()).held ?? []).filter(({ name }) => name === prefix + visitLock);
      return visits.length === 1;
    },
    exclusively: async (name, work) => {
      if (locks === undefined) return work();
      return locks.request(`${prefix}headstart-${name}`, work);
    },
    tell: (message) => {
      channel?.postMessage(message);
    },
    close: () => {
      leave();
      channel?.close();
      for (const letGo of held.values()) void letGo();
    },
  };
}

function openChannel(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null; // refused with storage
  }
}
