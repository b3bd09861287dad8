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

/** A frame or its timer is due long before. */
const overdueMs = 1000;

/**
 * Collects events and delivers them together, once a frame: a thousand steps a second must not draw a thousand times.
 * `pauseMs` keeps deliveries further apart where each costs more than a frame should; it is asked again for each.
 */
export function createInbox<T>(ports: InboxPorts, deliver: (items: readonly T[]) => void, pauseMs = () => 0): Inbox<T> {
  let waiting: T[] = [];
  let scheduled = false;
  let lastDelivery = -Infinity;
  let scheduledAt = 0;

  const flush = (): void => {
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    deliver(items);
    lastDelivery = ports.now();
  };

  const schedule = (): void => {
    scheduled = true;
    scheduledAt = ports.now();
    ports.scheduleFrame(look);
  };

  const look = (): void => {
    if (waiting.length > 0 && ports.now() - lastDelivery < pauseMs()) {
      schedule();
      return;
    }
    scheduled = false;
    flush();
  };

  return {
    push: (item) => {
      waiting.push(item);
      if (!scheduled) schedule();
      // A hidden tab's timers come once a minute in the end; what the worker tells wakes the page all the same.
      else if (ports.now() - Math.max(scheduledAt, lastDelivery) >= Math.max(overdueMs, pauseMs())) flush();
    },
    flush,
    clear: () => {
      waiting = [];
    },
  };
}
