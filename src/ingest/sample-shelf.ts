import type { PictureSource, Sample } from '../domain/dataset';
import { hashContentAndPath } from './content-hash';
import { type PictureBytes, sizeOf } from './archive/picture-bytes';
import type { InspectedPicture } from './decode';

interface Entry {
  readonly sample: Sample;
  readonly file: PictureBytes;
  /** The import that its bytes are part of. */
  readonly importId: string | null;
  readonly hash: string;
}

/** The project's samples in the order in which they came, and which content is already among them. */
export class SampleShelf {
  readonly #entries = new Map<string, Entry>();
  /** Content hash to class name to the path that came first. */
  readonly #contents = new Map<string, Map<string, string>>();

  /**
   * Takes a picture in, unless its class has the same content already.
   * The same content in another class comes in under an id of its own, made from content and path.
   * @param file where its bytes are
   * @returns the sample, or the path of the one that is there already.
   */
  put(
    source: PictureSource,
    file: PictureBytes,
    picture: InspectedPicture,
  ): { readonly sample: Sample } | { readonly sameAs: string } {
    const { path, className, folderSplit } = source;
    const paths = this.#contents.get(picture.hash) ?? new Map<string, string>();
    const sameAs = paths.get(className);
    if (sameAs !== undefined) return { sameAs };
    const id = paths.size === 0 ? picture.hash : hashContentAndPath(picture.hash, path);
    const taken = this.#entries.get(id);
    if (taken !== undefined) return { sameAs: taken.sample.path };
    const name = path.slice(path.lastIndexOf('/') + 1);
    const sample: Sample = {
      id,
      name,
      path,
      className,
      folderSplit,
      width: picture.width,
      height: picture.height,
      bytes: sizeOf(file),
    };
    this.#entries.set(id, { sample, file, importId: 'importId' in source ? source.importId : null, hash: picture.hash });
    this.#contents.set(picture.hash, paths.set(className, path));
    return { sample };
  }

  get(id: string): Pick<Entry, 'sample' | 'file'> | null {
    return this.#entries.get(id) ?? null;
  }

  /** @returns the import that has one sample less; null when there is none. */
  remove(id: string): string | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    this.#entries.delete(id);
    const paths = this.#contents.get(entry.hash);
    paths?.delete(entry.sample.className);
    if (paths?.size === 0) this.#contents.delete(entry.hash);
    return entry.importId;
  }

  list(): readonly Sample[] {
    return [...this.#entries.values()].map(({ sample }) => sample);
  }
}
