export interface Inbox<T> {
  push(item: T): void;
  /** Delivers at once what is waiting: called before a state that depends on all of it. */
  flush(): void;
  /** Drops what is waiting. */
  clear(): void;
}

/** Collects events and delivers them together, once a frame: a thousand steps a second must not draw a thousand times. */
export function createInbox<T>(scheduleFrame: (callback: () => void) => void, deliver: (items: readonly T[]) => void): Inbox<T> {
  let waiting: T[] = [];
  let scheduled = false;

  const flush = (): void => {
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    deliver(items);
  };

  return {
    push: (item) => {
      waiting.push(item);
      if (scheduled) return;
      scheduled = true;
      scheduleFrame(() => {
        scheduled = false;
        flush();
      });
    },
    flush,
    clear: () => {
      waiting = [];
    },
  };
}
