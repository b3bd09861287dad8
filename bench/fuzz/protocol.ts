/** What a fuzzing thread is given. */
export interface Work {
  readonly target: number;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** `Int32Array`: see `place`. */
  readonly shared: SharedArrayBuffer;
}

/** Places in the shared numbers: which input the thread is at, and how many it has done, and whether it makes a crash smaller. */
export const place = { at: 0, accepted: 1, refused: 2, shrinking: 3, length: 4 } as const;

/** What a thread tells. */
export type Told =
  | { readonly kind: 'worst'; readonly number: number; readonly ms: number }
  | { readonly kind: 'crash'; readonly number: number; readonly error: string; readonly input: string }
  | { readonly kind: 'done' };
