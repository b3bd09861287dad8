import { crc32 } from '../domain/crc32';
import { HeadstartError } from '../domain/errors';
import type { CacheFolder } from './cache-folder';
import { parsePictureRow, type FilePart, type LeftPlace, type PictureRow } from './picture-rows';
import { type RowChange, type Tables, toStorageError } from './tables';

/** A file is not written to any more once it has so many bytes. */
const fileBytes = 64 << 20;
/** Thumbnails are read together up to so many bytes: some 300. */
const readTogether = 1 << 20;

/** Pictures that a sweep holds in memory at a time. */
const movedTogether = 50;

export interface PictureStoreParts {
  /** Rejects where the browser has no private files. */
  readonly openFolder: () => Promise<CacheFolder>;
  readonly tables: Tables;
  /** One tab at a time. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** In the names of this visit's files: no other visit writes to them. */
  readonly visit: string;
  readonly fileBytes?: number;
}

/** A picture to keep: its bytes, or where it was left. */
export interface PictureToKeep {
  /** Hexadecimal digits of its hash. */
  readonly content: string;
  readonly picture: { readonly kind: 'copy'; readonly bytes: Uint8Array<ArrayBuffer> } | LeftPlace;
  readonly thumbnail: Uint8Array<ArrayBuffer> | null;
}

type Series = 'pictures' | 'thumbnails';

/**
 * Pictures of all projects by their content, each once, packed one after the other into files of 64 MiB: 25,000 files of their own take
 * half as long again to write. A picture is kept when its row is: bytes go to disk first and the rows of a whole batch are
 * one transaction, so what is cut short leaves nothing behind but bytes that no row names. Each visit writes to files of its own.
 * Every method rejects with `storage-refused` or `storage-full`.
 */
export class PictureStore {
  readonly #parts: PictureStoreParts;
  readonly #ends: Record<Series, { number: number; bytes: number }> = {
    pictures: { number: 1, bytes: 0 },
    thumbnails: { number: 1, bytes: 0 },
  };
  #folder: Promise<CacheFolder> | null = null;

  constructor(parts: PictureStoreParts) {
    this.#parts = parts;
  }

  /** Of those that are kept, out of many. */
  async rows(contents: readonly string[]): Promise<ReadonlyMap<string, PictureRow>> {
    const wanted = new Set(contents);
    const found = new Map<string, PictureRow>();
    for (const [content, stored] of await this.#parts.tables.entries('pictures')) {
      const row = wanted.has(content) ? parsePictureRow(stored) : null;
      if (row !== null) found.set(content, row);
    }
    return found;
  }

  /** The same for a few. */
  async rowsOf(contents: readonly string[]): Promise<ReadonlyMap<string, PictureRow>> {
    const found = new Map<string, PictureRow>();
    const stored = await this.#parts.tables.getMany('pictures', contents);
    contents.forEach((content, at) => {
      const row = parsePictureRow(stored[at]);
      if (row !== null) found.set(content, row);
    });
    return found;
  }

  /** Keeps those that are not kept yet; a copy takes the place of a picture that was left. All of them or none. */
  async keep(pictures: readonly PictureToKeep[]): Promise<void> {
    await this.#parts.exclusively(async () => {
      const present = await this.rowsOf(pictures.map(({ content }) => content));
      const fresh = pictures.filter(({ content, picture }) => {
        const kind = present.get(content)?.place.kind;
        return kind === undefined || (kind === 'left' && picture.kind === 'copy');
      });
      if (fresh.length === 0) return;
      const copies = fresh.map(({ picture }) => (picture.kind === 'copy' ? picture.bytes : null));
      const copied = await this.#append('pictures', copies);
      const drawn = await this.#append(
        'thumbnails',
        fresh.map(({ thumbnail }) => thumbnail),
      );
      await this.#parts.tables.commit(
        fresh.map(({ content, picture }, at): RowChange => {
          const part = copied[at] ?? null;
          const place = picture.kind === 'left' ? picture : part === null ? null : { kind: 'copy' as const, part };
          if (place === null) throw new RangeError('a picture without bytes');
          const thumbnail = drawn[at] ?? present.get(content)?.thumbnail ?? null;
          return { table: 'pictures', key: content, value: { place, thumbnail } satisfies PictureRow };
        }),
      );
    });
  }

  /** The bytes of a part, to be read when they are wanted and then compared with its sum. */
  async part({ file, at, bytes }: FilePart): Promise<Blob> {
    try {
      return await (await this.#open()).part(file, at, bytes);
    } catch (thrown) {
      throw new HeadstartError('kept-picture-damaged', {}, { cause: thrown });
    }
  }

  /** Thumbnails as far as they are kept and unharmed, in the order of their places on disk; given in parts of many. */
  async thumbnails(
    rows: ReadonlyMap<string, PictureRow>,
    take: (thumbnails: readonly { readonly content: string; readonly bytes: Uint8Array }[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const places = [...rows].flatMap(([content, { thumbnail }]) => (thumbnail === null ? [] : [{ content, ...thumbnail }]));
    places.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.at - b.at));
    for (let from = 0; from < places.length;) {
      if (signal.aborted) return;
      const group = groupFrom(places, from);
      from += group.length;
      const [first] = group;
      const last = group.at(-1);
      if (first === undefined || last === undefined) return;
      const folder = await this.#open();
      const bytes = await folder.read(first.file, first.at, last.at + last.bytes - first.at).catch(() => new Uint8Array(0));
      take(
        group.flatMap(({ content, at, bytes: length, crc }) => {
          const own = bytes.subarray(at - first.at, at - first.at + length);
          return own.length === length && crc32(own) === crc ? [{ content, bytes: own }] : [];
        }),
      );
    }
  }

  /** Bytes of all files. */
  async size(): Promise<number> {
    const folder = await this.#open();
    let bytes = 0;
    for (const name of await folder.names()) bytes += await folder.size(name);
    return bytes;
  }

  /**
   * Lets go of pictures that are not wanted, and gives their room back: files of which nothing is wanted go, and what is left of a file
   * that is less than half wanted is written anew.
   * @param find says what is wanted, asked when no other tab can be keeping pictures; null ends it there
   * @param onMoved is called before a file goes whose pictures lie in another now
   * @returns what is left, null where it ended
   */
  async sweep(
    find: () => Promise<((content: string) => boolean) | null>,
    onMoved: () => void,
  ): Promise<ReadonlyMap<string, PictureRow> | null> {
    return this.#parts.exclusively(async () => {
      const isWanted = await find();
      if (isWanted === null) return null;
      const { tables } = this.#parts;
      const rows = new Map<string, PictureRow>();
      const gone: string[] = [];
      for (const [content, stored] of await tables.entries('pictures')) {
        const row = parsePictureRow(stored);
        if (row === null || !isWanted(content)) gone.push(content);
        else rows.set(content, row);
      }
      if (gone.length > 0) await tables.commit(gone.map((key) => ({ table: 'pictures', key })));
      await this.#compact('pictures', rows, onMoved, ({ place }) => (place.kind === 'copy' ? place.part : null));
      await this.#compact('thumbnails', rows, onMoved, ({ thumbnail }) => thumbnail);
      return rows;
    });
  }

  /** Everything was removed from the device. */
  forget(): void {
    this.#folder = null;
    for (const end of Object.values(this.#ends)) {
      end.number += 1;
      end.bytes = 0;
    }
  }

  async #compact(
    series: Series,
    rows: Map<string, PictureRow>,
    onMoved: () => void,
    partOf: (row: PictureRow) => FilePart | null,
  ): Promise<void> {
    const folder = await this.#open();
    const wanted = new Map<string, { readonly content: string; readonly part: FilePart }[]>();
    for (const [content, row] of rows) {
      const part = partOf(row);
      if (part !== null) wanted.set(part.file, [...(wanted.get(part.file) ?? []), { content, part }]);
    }
    for (const name of await folder.names()) {
      if (!name.startsWith(`${series}-`) || name === this.#nameOf(series)) continue;
      const held = wanted.get(name) ?? [];
      const bytes = held.reduce((sum, { part }) => sum + part.bytes, 0);
      if (held.length > 0 && bytes * 2 >= (await folder.size(name))) continue;
      for (let from = 0; from < held.length; from += movedTogether)
        await this.#move(series, folder, held.slice(from, from + movedTogether), rows);
      if (held.length > 0) onMoved();
      await folder.remove(name);
    }
  }

  /** The rows always name bytes that are there. */
  async #move(
    series: Series,
    folder: CacheFolder,
    held: readonly { readonly content: string; readonly part: FilePart }[],
    rows: Map<string, PictureRow>,
  ): Promise<void> {
    const bytes: Uint8Array<ArrayBuffer>[] = [];
    for (const { part } of held) bytes.push(new Uint8Array(await folder.read(part.file, part.at, part.bytes)));
    const moved = await this.#append(series, bytes);
    const changes = held.flatMap(({ content, part }, at): RowChange[] => {
      const row = rows.get(content);
      const place = moved[at] ?? null;
      if (row === undefined || place === null) return [];
      // The sum goes along: what was harmed before stays known as harmed.
      const next = { ...place, crc: part.crc };
      const value: PictureRow =
        series === 'thumbnails' ? { ...row, thumbnail: next } : { ...row, place: { kind: 'copy', part: next } };
      rows.set(content, value);
      return [{ table: 'pictures', key: content, value }];
    });
    await this.#parts.tables.commit(changes);
  }

  /** Writes what is not null to this visit's files; the places in the same order. What fails leaves the file as it was. */
  async #append(series: Series, all: readonly (Uint8Array<ArrayBuffer> | null)[]): Promise<(FilePart | null)[]> {
    const bytes = all.filter((each) => each !== null);
    if (bytes.length === 0) return all.map(() => null);
    const end = this.#ends[series];
    const limit = this.#parts.fileBytes ?? fileBytes;
    if (end.bytes > 0 && end.bytes + bytes.reduce((sum, { length }) => sum + length, 0) > limit) {
      end.number += 1;
      end.bytes = 0;
    }
    const file = this.#nameOf(series);
    const places: (FilePart | null)[] = [];
    let at = end.bytes;
    for (const one of all) {
      places.push(one === null ? null : { file, at, bytes: one.length, crc: crc32(one) });
      at += one?.length ?? 0;
    }
    try {
      await (await this.#open()).write(file, end.bytes, bytes);
    } catch (thrown) {
      throw toStorageError(thrown);
    }
    end.bytes = at;
    return places;
  }

  #nameOf(series: Series): string {
    return `${series}-${this.#parts.visit}-${String(this.#ends[series].number).padStart(4, '0')}`;
  }

  /** Opened anew after a refusal: it may be for the moment only. */
  #open(): Promise<CacheFolder> {
    this.#folder ??= this.#parts.openFolder().catch((thrown: unknown) => {
      this.#folder = null;
      throw toStorageError(thrown);
    });
    return this.#folder;
  }
}

interface Placed extends FilePart {
  readonly content: string;
}

/** Neighbours on disk. */
function groupFrom(places: readonly Placed[], from: number): readonly Placed[] {
  const first = places[from];
  if (first === undefined) return [];
  let to = from + 1;
  for (; to < places.length; to += 1) {
    const next = places[to];
    if (next?.file !== first.file || next.at + next.bytes - first.at > readTogether) break;
  }
  return places.slice(from, to);
}
