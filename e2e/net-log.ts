import { readFile } from 'node:fs/promises';

/** A request as the browser's own network log has it. */
export interface LoggedRequest {
  readonly method: string;
  readonly url: string;
}

/** Starts Chromium's log of everything that it asks of the network, by whomever: page, workers, service worker, the browser itself. */
export const netLogArguments = (path: string): readonly string[] => [`--log-net-log=${path}`, '--net-log-capture-mode=Default'];

/**
 * What any site's page, worker or service worker requested, in its order; not what the browser asks for its own sake (to fill in forms, for
 * its updates), which has no initiator. The browser must have been closed: it writes the end of the log then.
 */
export async function readNetLog(path: string): Promise<readonly LoggedRequest[]> {
  const { events } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly events: readonly {
      readonly params?: { readonly method?: unknown; readonly url?: unknown; readonly initiator?: unknown };
    }[];
  };
  return events.flatMap(({ params }) => {
    const { method, url, initiator } = params ?? {};
    if (typeof method !== 'string' || typeof url !== 'string' || typeof initiator !== 'string') return [];
    return /^https?:/.test(initiator) && /^https?:/.test(url) ? [{ method, url }] : [];
  });
}
