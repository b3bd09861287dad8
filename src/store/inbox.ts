export interface Inbox<T> {
  readonly push: (item: T) => void;
  /** Delivers at once what is waiting: called before a state that depends on all of it. */
  flush(): void;
  /** Drops what is waiting. */
  clear(): void;
}

export interface InboxPorts {
  scheduleFrame(callback: () => void): void;
  now(): number;
}

/**
 * Collects events and delivers them together, once a frame: a thousand steps a second must not draw a thousand times.
 * `pauseMs` keeps deliveries further apart where each costs more than a frame should; it is asked again for each.
 */
export function createInbox<T>(ports: InboxPorts, deliver: (items: readonly T[]) => void, pauseMs = () => 0): Inbox<T> {
  let waiting: T[] = [];
  let scheduled = false;
  let lastDelivery = -Infinity;

  const flush = (): void => {
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    deliver(items);
    lastDelivery = ports.now();
  };

  const look = (): void => {
    if (waiting.length > 0 && ports.now() - lastDelivery < pauseMs()) {
      ports.scheduleFrame(look);
      return;
    }
    scheduled = false;
    flush();
  };

  return {
    push: (item) => {
      waiting.push(item);
      if (scheduled) return;
      scheduled = true;
      ports.scheduleFrame(look);
    },
    flush,
    clear: () => {
      waiting = [];
    },
  };
}
