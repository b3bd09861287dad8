import type { Beating } from '../protocol/connect-worker';

/** Adds the heartbeat's answer to an API object, whose methods may live on its prototype. */
export function withBeat<Api extends object>(api: Api): Api & Beating {
  return Object.assign(api, { beat: () => Promise.resolve() });
}
