import { plainSample, type PictureSource, type Sample } from '../domain/dataset';
import { hashContentAndPath } from './content-hash';
import { type PictureBytes, sizeOf } from './archive/picture-bytes';
import type { InspectedPicture } from './decode';

/** A picture of a former visit: where it is kept is asked when it is wanted. */
interface KeptBytes {
  readonly kind: 'kept';
  readonly content: string;
}

export interface ShelfEntry {
  readonly sample: Sample;
  readonly file: PictureBytes | KeptBytes;
}

export function isKept(file: ShelfEntry['file']): file is KeptBytes {
  return !(file instanceof Blob) && file.kind === 'kept';
}

interface Entry extends ShelfEntry {
  /** The import that its bytes are part of. */
  readonly importId: string | null;
  /** Where its content stands: two of the same place are one picture. */
  readonly place: string;
}

/** The project's samples in the order in which they came, and which content is already among them. */
export class SampleShelf {
  readonly #entries = new Map<string, Entry>();
  /** Removed, and kept for whoever takes the removal back. */
  readonly #setAside = new Map<string, Entry>();
  /** Imports of samples that were set aside and then came in anew. */
  #replaced: string[] = [];
  /** Content hash to class and split to the path that came first. */
  readonly #contents = new Map<string, Map<string, string>>();
  /** Sample id to content hash, where they differ. */
  readonly #repeated = new Map<string, string>();
  #toldContents: ReadonlyMap<string, string> | null = null;

  /**
   * Takes a picture in, unless its class has the same content already in the same split.
   * The same content in another class or split comes in under an id of its own, made from content and path: it is shown as a conflict.
   * @param file where its bytes are
   * @returns the sample, or the path of the one that is there already.
   */
  put(
    source: PictureSource,
    file: PictureBytes,
    picture: InspectedPicture,
  ): { readonly sample: Sample } | { readonly sameAs: string } {
    const { path, className, folderSplit } = source;
    const { hash } = picture;
    const place = JSON.stringify([className, folderSplit]);
    const paths = this.#contents.get(hash) ?? new Map<string, string>();
    const sameAs = paths.get(place);
    if (sameAs !== undefined) return { sameAs };
    const id = paths.size === 0 && !this.#entries.has(hash) ? hash : hashContentAndPath(hash, path);
    const taken = this.#entries.get(id);
    if (taken !== undefined) return { sameAs: taken.sample.path };
    const sample: Sample = {
      ...plainSample,
      id,
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      className,
      folderSplit,
      contentHash: hash,
      perceptualHash: picture.perceptualHash,
      takenAt: picture.takenAt,
      recording: source.recording ?? null,
      format: picture.format,
      width: picture.width,
      height: picture.height,
      bytes: sizeOf(file),
    };
    const before = this.#setAside.get(id);
    this.#setAside.delete(id);
    if (before !== undefined && before.importId !== null) this.#replaced.push(before.importId);
    this.#place({ sample, file, importId: 'importId' in source ? source.importId : null, place });
    if (id !== hash) {
      this.#repeated.set(id, hash);
      this.#toldContents = null;
    }
    return { sample };
  }

  /** Takes in a sample of a former visit. */
  adopt(sample: Sample, file: KeptBytes): void {
    const { className, folderSplit, contentHash } = sample;
    this.#place({ sample, file, importId: null, place: JSON.stringify([className, folderSplit]) });
    if (contentHash === null || contentHash === sample.id) return;
    this.#repeated.set(sample.id, contentHash);
    this.#toldContents = null;
  }

  /** Those set aside too. */
  all(): readonly Sample[] {
    return [...this.#entries.values(), ...this.#setAside.values()].map(({ sample }) => sample);
  }

  get(id: string): ShelfEntry | null {
    return this.#entries.get(id) ?? null;
  }

  /** Sets a sample aside: it no longer counts, and `restore` brings it back. Its import is held on. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#setAside.set(id, entry);
    const { hash, paths } = this.#pathsOf(entry);
    paths.delete(entry.place);
    if (paths.size === 0) this.#contents.delete(hash);
  }

  /** False when there is no such sample. */
  restore(id: string): boolean {
    const entry = this.#setAside.get(id);
    this.#setAside.delete(id);
    if (entry !== undefined) this.#place(entry);
    return this.#entries.has(id);
  }

  /** Lets go of what was set aside. @returns for each of those samples its import, where it is part of one. */
  forgetSetAside(): string[] {
    const imports = [...this.#replaced, ...[...this.#setAside.values()].flatMap(({ importId }) => importId ?? [])];
    this.#setAside.clear();
    this.#replaced = [];
    return imports;
  }

  /** Content hashes of samples whose id is another; the same object until they change. */
  contents(): ReadonlyMap<string, string> {
    return (this.#toldContents ??= new Map(this.#repeated));
  }

  list(): readonly Sample[] {
    return [...this.#entries.values()].map(({ sample }) => sample);
  }

  #place(entry: Entry): void {
    this.#entries.set(entry.sample.id, entry);
    const { hash, paths } = this.#pathsOf(entry);
    this.#contents.set(hash, paths.set(entry.place, entry.sample.path));
  }

  #pathsOf({ sample }: Entry): { readonly hash: string; readonly paths: Map<string, string> } {
    const hash = sample.contentHash ?? sample.id;
    return { hash, paths: this.#contents.get(hash) ?? new Map<string, string>() };
  }
}
