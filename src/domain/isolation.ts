import type { ErrorCode } from './errors';

/** Why memory cannot be shared between threads; each is a code of the errors' catalogue, with its sentence and remedy. */
export type IsolationReason = Extract<ErrorCode, `isolation-${string}`>;

/**
 * Whether the page is cross-origin isolated: only then may threads share memory.
 * `service-worker` wherever ours controls the page, though the host may send the headers too.
 */
export type Isolation =
  | { readonly isolated: true; readonly by: 'headers' | 'service-worker' }
  | { readonly isolated: false; readonly reason: IsolationReason };
