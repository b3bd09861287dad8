import type { Fit } from '../domain/dataset';
import type { ErrorRecord } from '../domain/errors';
import type { ReadableBytes } from './archive/picture-bytes';
import type { GlancedPicture, InspectedPicture } from './decode';
import type { DrawingClass } from './sample/drawings';

export type DecodeTask =
  | { readonly kind: 'inspect'; readonly file: ReadableBytes }
  | { readonly kind: 'fit'; readonly file: ReadableBytes; readonly fit: Fit }
  | { readonly kind: 'glance'; readonly file: ReadableBytes; readonly fit: Fit }
  | { readonly kind: 'draw'; readonly className: DrawingClass; readonly index: number };

/** What each kind of task gives. */
export interface DecodeResults {
  readonly inspect: InspectedPicture;
  readonly fit: Uint8Array<ArrayBuffer>;
  readonly glance: GlancedPicture;
  readonly draw: Blob;
}

export interface DecodeRequest {
  readonly id: number;
  readonly task: DecodeTask;
}

/** `ready` comes once, when the worker's script has loaded; a worker that fails before it never will. */
export type DecodeAnswer =
  | { readonly kind: 'ready' }
  | {
      [K in keyof DecodeResults]: { readonly id: number; readonly kind: K; readonly result: DecodeResults[K] };
    }[keyof DecodeResults]
  | { readonly id: number; readonly kind: 'refused'; readonly reason: ErrorRecord };
