/** One event of Chromium's trace: `ts` and `dur` in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  /** CPU time of the thread within the event. */
  readonly tdur?: number;
  readonly args?: { readonly name?: unknown };
}

export interface LongestTask {
  /** Milliseconds on the clock. */
  readonly wall: number;
  /** Milliseconds of this thread's CPU time: less than `wall` where other programs took the core. */
  readonly cpu: number;
  /** Tasks over 50 ms on the clock. */
  readonly over50: number;
}

const taskNames = new Set(['ThreadControllerImpl::RunTask', 'RunTask']);

/**
 * The longest task of the page's main thread between two times (microseconds of the trace).
 * The page's thread is the renderer main thread that did the most. Throws when the trace holds none: nothing was measured then.
 */
export function findLongestTask(events: readonly TraceEvent[], from = -Infinity, to = Infinity): LongestTask {
  const mainThreads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${String(pid)}:${String(tid)}`),
  );
  const byThread = new Map<string, TraceEvent[]>();
  for (const event of events) {
    const thread = `${String(event.pid)}:${String(event.tid)}`;
    if (!mainThreads.has(thread) || event.ph !== 'X' || !taskNames.has(event.name) || event.ts < from || event.ts > to) continue;
    const list = byThread.get(thread);
    if (list === undefined) byThread.set(thread, [event]);
    else list.push(event);
  }
  const total = (list: readonly TraceEvent[]) => list.reduce((sum, { dur = 0 }) => sum + dur, 0);
  const busiest = [...byThread.values()].sort((a, b) => total(b) - total(a))[0];
  if (busiest === undefined) throw new Error('The trace holds no task of a page’s main thread.');
  const longest = busiest.reduce((best, event) => ((event.dur ?? 0) > (best.dur ?? 0) ? event : best));
  return {
    wall: (longest.dur ?? 0) / 1000,
    cpu: (longest.tdur ?? longest.dur ?? 0) / 1000,
    over50: busiest.filter(({ dur = 0 }) => dur > 50_000).length,
  };
}
