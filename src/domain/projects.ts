import type { ErrorRecord } from './errors';
import { sizeWords } from './size-words';

/** What a project is without being opened. */
export interface ProjectSummary {
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** When it was last written, ISO 8601. */
  readonly updatedAt: string;
  readonly pictures: number;
  readonly classes: number;
  readonly runs: number;
  /** Of its pictures as they were given, in this browser or left in their folder. Two projects may share them. */
  readonly bytes: number;
  /** One picture of each of the first classes, at most four; fewer where none is kept. */
  readonly thumbnails: readonly Blob[];
  /** When it was deleted, ISO 8601; null while it is not. Until it is swept it can come back. */
  readonly deletedAt: string | null;
  /** Another tab owns it: opened here it can be looked at, and taken over. */
  readonly isOpenElsewhere: boolean;
}

/** How many thumbnails stand for a project. */
export const summaryThumbnails = 4;

/** So long a deleted project can come back; the first visit after that sweeps it. Milliseconds. */
export const deletedForMs = 24 * 60 * 60 * 1000;

export interface ProjectList {
  /** Written last first, those deleted too. */
  readonly projects: readonly ProjectSummary[];
  /** Why nothing is kept here; null while storage works. */
  readonly problem: 'storage-refused' | null;
}

/** Whether this tab writes the project. Who only reads it sees what the owner saved last. */
export type ProjectAccess = 'owner' | 'reader';

/** Where pictures of dropped folders lie for later visits: copied into this browser, or left where they are. */
export type Keeping = 'copy' | 'leave';

/** A folder outside of the browser that holds pictures of the open project. */
export interface LeftFolder {
  readonly id: string;
  readonly name: string;
  readonly pictures: number;
  readonly bytes: number;
  /** `prompt`: the person has to be asked again, by a click; `absent`: it was moved or removed. */
  readonly access: 'granted' | 'prompt' | 'denied' | 'absent';
  /** To ask for permission with: only a page can, within a click. */
  readonly handle: FileSystemDirectoryHandle;
}

export interface KeptThumbnail {
  readonly sampleId: string;
  readonly thumbnail: Blob;
}

/** What happens to projects outside of the page's own calls. */
export type ProjectEvent =
  /** Projects came, went, or are called otherwise: ask for the list again where it is shown. */
  | { readonly kind: 'list-changed' }
  /** The owner of the open project saved it; told to its readers. */
  | { readonly kind: 'changed'; readonly id: string }
  /** Another tab wants the open project: save what is not saved, then `releaseProject`. */
  | { readonly kind: 'hand-over'; readonly id: string }
  /** The open project belongs to another tab now. What is saved of it from here is refused. */
  | { readonly kind: 'taken-over'; readonly id: string }
  /** Another tab forgot everything; the open project is in no storage any more. */
  | { readonly kind: 'forgotten' };

export const storedKinds = ['weights', 'backbones', 'features', 'pictures', 'heads', 'checkpoints', 'projects'] as const;
/** `projects`: documents, thumbnails and lists; `backbones`: weights other than the page's own. */
export type StoredKind = (typeof storedKinds)[number];

/** What a person can free without losing a picture of a project. */
export const freeableKinds = ['features', 'deleted-projects', 'older-heads', 'backbones'] as const;
export type FreeableKind = (typeof freeableKinds)[number];

/** Everything that this page keeps on the device. Bytes. */
export interface StorageReport {
  readonly kinds: readonly { readonly kind: StoredKind; readonly bytes: number }[];
  /** What can be freed now, the largest first; those of nothing are left out. `older-heads`: of all runs but each project's last; `backbones`: those that no project names. */
  readonly freeable: readonly { readonly kind: FreeableKind; readonly bytes: number }[];
  /** What the browser lets this site keep, and what it counts as kept; null where it does not say. */
  readonly quota: number | null;
  readonly usage: number | null;
  /** Whether the browser promised not to throw it away by itself; null where it does not say. */
  readonly persisted: boolean | null;
  /** Why nothing is kept; null while storage works. */
  readonly problem: ErrorRecord | null;
}

/** Left free: a browser that is filled to its last byte may throw away all that it keeps. */
export const spareBytes = 64 << 20;

export interface KeepingPlan {
  /** Copying takes this much; pictures out of archives and folders are counted alike. */
  readonly bytes: number;
  /** Left for this page now; null where the browser does not say. */
  readonly free: number | null;
  /** Loose files of dropped folders, which the browser can open again later. Everything else can only be copied. */
  readonly leavable: { readonly pictures: number; readonly bytes: number };
  /** Whether a copy of everything fits. */
  readonly fits: boolean;
  /** What is best where the person chooses nothing: a copy, unless it takes more than half of what is free and can be left. */
  readonly suggested: Keeping;
}

/** What copying costs and what leaving would save. Sizes in bytes. */
export function planKeeping(
  pictures: readonly { readonly bytes: number; readonly isLeavable: boolean }[],
  free: number | null,
): KeepingPlan {
  let bytes = 0;
  const leavable = { pictures: 0, bytes: 0 };
  for (const one of pictures) {
    bytes += one.bytes;
    if (!one.isLeavable) continue;
    leavable.pictures += 1;
    leavable.bytes += one.bytes;
  }
  const room = free ?? Infinity;
  const suggested = leavable.pictures > 0 && bytes > room / 2 ? 'leave' : 'copy';
  return { bytes, free, leavable, fits: bytes <= room, suggested };
}

/** In the middle of a sentence. */
export const freeableWords: Readonly<Record<FreeableKind, string>> = {
  features: 'kept features',
  'deleted-projects': 'deleted projects',
  'older-heads': 'heads of older runs',
  backbones: 'weights that no project needs',
};

/** What to do where storage is full. */
export function adviseFreeing(freeable: StorageReport['freeable']): string {
  const parts = freeable.map(({ kind, bytes }) => `${sizeWords(bytes)} of ${freeableWords[kind]}`);
  const last = parts.pop();
  if (last === undefined) return 'Free some disk space, or delete a project that you no longer need.';
  return `You can free ${parts.length === 0 ? last : `${parts.join(', ')} and ${last}`}.`;
}
