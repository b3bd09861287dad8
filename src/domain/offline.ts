import type { ErrorCode } from './errors';

/** Why the page cannot open without a network; each is a code of the errors' catalogue, with its sentence and remedy. */
export type OfflineReason = Extract<ErrorCode, `offline-${string}`>;

/** How an attempt to keep the page's files on this device went. `absent`: this is no build, as under the development server. */
export type OfflineOutcome =
  | { readonly kind: 'kept'; readonly bytes: number }
  | { readonly kind: 'unavailable'; readonly reason: OfflineReason }
  | { readonly kind: 'absent' };

/** The page's own files on this device, so that it opens without a network. Made by src/offline/, given to the store. */
export interface OfflinePort {
  /** Keeps them, in a quiet moment. Never rejects. */
  keep(): Promise<OfflineOutcome>;
  /** Calls back when a newer version of the page has been kept whole and waits. */
  watch(onNewVersion: () => void): void;
  /** Starts the version that waits and reloads the page. */
  takeOver(): Promise<void>;
  /** Removes them, of every version. Rejects with `storage-refused`. */
  forget(): Promise<void>;
}

/** Where there is nothing to keep: the development server, tests. */
export const absentOffline: OfflinePort = {
  keep: () => Promise.resolve({ kind: 'absent' }),
  watch: () => undefined,
  takeOver: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};
