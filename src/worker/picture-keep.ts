import { HeadstartError } from '../domain/errors';
import { readBytes, type ReadableBytes } from '../ingest/archive/picture-bytes';
import { hashContent } from '../ingest/content-hash';
import type { PictureKeep, PictureToKeep } from '../ingest/picture-keep';
import type { FolderStore } from '../storage/folder-store';
import type { PictureRow } from '../storage/picture-rows';
import type { PictureStore, PictureToKeep as StoredPicture } from '../storage/picture-store';

export interface PictureKeepParts {
  readonly pictures: PictureStore;
  readonly folders: FolderStore;
}

interface Forgetting {
  /** What is on disk was moved or removed. */
  forget(): void;
}

/** From here on one look at all rows is faster than one at each. */
const manyContents = 200;

/** Brings together the library, which knows contents, and the storage, which knows copies and folders. */
export function createPictureKeep({ pictures, folders }: PictureKeepParts): PictureKeep & Forgetting {
  /** Of all contents that were asked for: a row is a few hundred bytes. */
  const rows = new Map<string, PictureRow>();

  const present = async (contents: readonly string[]): Promise<ReadonlyMap<string, PictureRow>> => {
    const missing = contents.filter((content) => !rows.has(content));
    const found = missing.length > manyContents ? await pictures.rows(missing) : await pictures.rowsOf(missing);
    for (const [content, row] of found) rows.set(content, row);
    const wanted = new Map<string, PictureRow>();
    for (const content of contents) {
      const row = rows.get(content);
      if (row !== undefined) wanted.set(content, row);
    }
    return wanted;
  };

  const toStore = async ({ content, bytes, thumbnail, left }: PictureToKeep): Promise<StoredPicture> => {
    const small = thumbnail === null ? null : new Uint8Array(await thumbnail.arrayBuffer());
    if (left === null)
      return { content, picture: { kind: 'copy', bytes: await readBytes(bytes, 0, () => undefined) }, thumbnail: small };
    const folder = await folders.keep(left.folder.name, left.folder.handle);
    const { size, lastModified } = left.file;
    return {
      content,
      picture: { kind: 'left', folder, path: left.path, bytes: size, modified: lastModified },
      thumbnail: small,
    };
  };

  return {
    find: async (contents) => {
      const found = await present(contents);
      return new Map([...found].map(([content, { place }]) => [content, place.kind === 'copy' ? place.part.bytes : place.bytes]));
    },
    bytes: async (content): Promise<ReadableBytes> => {
      const row = (await present([content])).get(content);
      if (row === undefined) throw new HeadstartError('kept-picture-damaged');
      const { place } = row;
      if (place.kind === 'copy') return { kind: 'checked-part', part: await pictures.part(place.part), crc32: place.part.crc };
      return folders.file(place, async (file) => (await hashContent(new Uint8Array(await file.arrayBuffer()))) === content);
    },
    keep: async (all) => {
      await pictures.keep(await Promise.all(all.map(toStore)));
    },
    thumbnails: async (contents, take, signal) => {
      await pictures.thumbnails(
        await present(contents),
        (some) => {
          // One blob for all, and each a part of it.
          const whole = new Blob(some.map(({ bytes }) => new Uint8Array(bytes)));
          let at = 0;
          take(
            some.map(({ content, bytes }) => {
              const thumbnail = whole.slice(at, at + bytes.length, 'image/jpeg');
              at += bytes.length;
              return { content, thumbnail };
            }),
          );
        },
        signal,
      );
    },
    folders: async (contents) => folders.list((await present(contents)).values()),
    forget: () => {
      rows.clear();
    },
  };
}

/** Thumbnails of the pictures that stand for a project; none where they cannot be read. */
export async function readFaces(pictures: PictureStore, contents: readonly string[]): Promise<readonly Uint8Array[]> {
  const found = new Map<string, Uint8Array>();
  try {
    const take = (some: readonly { readonly content: string; readonly bytes: Uint8Array }[]): void => {
      for (const { content, bytes } of some) found.set(content, bytes.slice());
    };
    await pictures.thumbnails(await pictures.rowsOf(contents), take, new AbortController().signal);
  } catch {
    // Refused: a project without faces is in the list all the same.
  }
  return contents.flatMap((content) => found.get(content) ?? []);
}
