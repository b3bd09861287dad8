import type { PictureSource, Sample } from '../domain/dataset';
import { hashContentAndPath } from './content-hash';
import type { InspectedPicture } from './decode';

interface Entry {
  readonly sample: Sample;
  readonly file: Blob;
  readonly hash: string;
}

/** The project's samples in the order in which they came, and which content is already among them. */
export class SampleShelf {
  readonly #entries = new Map<string, Entry>();
  /** Content hash to class name to the path that came first. */
  readonly #contents = new Map<string, Map<string, string>>();

  /** Sample id to content hash, where they differ. */
  readonly #repeated = new Map<string, string>();
  #toldContents: ReadonlyMap<string, string> | null = null;

  /**
   * Takes a picture in, unless its class has the same content already.
   * The same content in another class comes in under an id of its own, made from content and path.
   * @returns the sample, or the path of the one that is there already.
   */
  put(source: PictureSource, picture: InspectedPicture): { readonly sample: Sample } | { readonly sameAs: string } {
    const { path, file, className, folderSplit } = source;
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
      bytes: file.size,
    };
    this.#entries.set(id, { sample, file, hash: picture.hash });
    this.#contents.set(picture.hash, paths.set(className, path));
    if (id !== picture.hash) {
      this.#repeated.set(id, picture.hash);
      this.#toldContents = null;
    }
    return { sample };
  }

  get(id: string): { readonly sample: Sample; readonly file: Blob } | null {
    return this.#entries.get(id) ?? null;
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    const paths = this.#contents.get(entry.hash);
    paths?.delete(entry.sample.className);
    if (paths?.size === 0) this.#contents.delete(entry.hash);
  }

  /** Content hashes of samples whose id is another; the same object until they change. */
  contents(): ReadonlyMap<string, string> {
    return (this.#toldContents ??= new Map(this.#repeated));
  }

  list(): readonly Sample[] {
    return [...this.#entries.values()].map(({ sample }) => sample);
  }
}
