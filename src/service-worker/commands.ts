import type { FillFailure } from './build-cache';

/**
 * What the page asks: to keep the build's files now, to remove all that is kept, to start though pages of the former version are
 * open, and of which build this one is.
 * The page's side is in src/offline/, which shares no module with this one.
 */
export type Command = 'keep' | 'forget' | 'take-over' | 'tell-build';

/** Comes back over the port that was sent along. */
export type Answer =
  | { readonly kind: 'kept'; readonly bytes: number }
  | { readonly kind: 'not-kept'; readonly reason: FillFailure }
  | { readonly kind: 'forgotten' }
  | { readonly kind: 'build'; readonly id: string };

/** Null for what is none of ours. */
export function readCommand(message: unknown): Command | null {
  const kind: unknown = typeof message === 'object' && message !== null && 'kind' in message ? message.kind : null;
  return kind === 'keep' || kind === 'forget' || kind === 'take-over' || kind === 'tell-build' ? kind : null;
}
