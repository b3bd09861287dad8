import * as v from 'valibot';
import { openPrivateFolder, type CacheFolder } from './cache-folder';
import { holdLock } from './hold-lock';
import { readRunFileOrReject, readRunHead, readSequence, writeRunFile } from './run-file';
import { hubPartFolder } from './storage-sizes';

/** A run of bytes of the file at the other end; `end` is the first that is not in it. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/** Of which file something is fetched, as its first answer told, and what is wanted of it. */
export interface PartSubject {
  readonly url: string;
  /** As it was sent, quotes and all; null where none came. */
  readonly etag: string | null;
  readonly lastModified: string | null;
  /** Of the whole file. */
  readonly totalBytes: number;
  /** The file's first bytes, which say where everything lies. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** In the file's order, none touching another. */
  readonly ranges: readonly ByteRange[];
}

/** What came so far: the wanted ranges one after the other, the first `received` bytes of them. */
export interface OpenPart {
  readonly subject: PartSubject;
  readonly values: Uint8Array<ArrayBuffer>;
  readonly received: number;
}

export interface HubPartEnvironment {
  /** Rejects where nothing may be kept. */
  readonly openFolder: () => Promise<CacheFolder>;
  /** Null where another tab has it. */
  readonly lock: (name: string) => Promise<(() => void) | null>;
}

export function createBrowserHubPartEnvironment(): HubPartEnvironment {
  return { openFolder: () => openPrivateFolder(hubPartFolder), lock: holdLock };
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const subjectSchema = v.object({
  url: v.string(),
  etag: v.nullable(v.string()),
  lastModified: v.nullable(v.string()),
  totalBytes: count,
  ranges: v.array(v.object({ begin: count, end: count })),
});

const subjectFile = 'subject';
/** By where a piece begins among the wanted bytes, so that names sort as pieces lie. */
const pieceFile = (begin: number): string => `piece-${String(begin).padStart(12, '0')}`;
const isPiece = (name: string): boolean => name.startsWith('piece-');
const wantedBytes = (ranges: readonly ByteRange[]): number => ranges.reduce((sum, { begin, end }) => sum + end - begin, 0);

/** Of no more than this is a kept part believed to consist: VGG-16's convolutions are 58.9 MB. */
const mostBytes = 256 << 20;

/**
 * A part of one file that comes piece by piece and is gone on with at a later visit. Each piece is a file of its own that counts only whole,
 * by its SHA-256, so what a kill leaves is believed as far as it is there and not a byte further. One tab at a time has the part on
 * the disk; where it is another's, where storage is refused or full, the part is held in memory for this visit. So nothing here rejects.
 */
export class HubPart {
  readonly #environment: HubPartEnvironment;
  #folder: CacheFolder | null = null;
  #release: (() => void) | null = null;
  #open: { subject: PartSubject; values: Uint8Array<ArrayBuffer>; received: number } | null = null;

  constructor(environment: HubPartEnvironment) {
    this.#environment = environment;
  }

  /** How much is here of which file, without reading it; null where nothing is. */
  async state(): Promise<{ readonly url: string; readonly received: number; readonly wanted: number } | null> {
    if (this.#open !== null) {
      const { subject, received, values } = this.#open;
      return { url: subject.url, received, wanted: values.length };
    }
    try {
      const folder = await this.#environment.openFolder();
      const told = v.safeParse(subjectSchema, (await readRunHead(folder, subjectFile))?.head);
      if (!told.success) return null;
      const wanted = wantedBytes(told.output.ranges);
      let received = 0;
      for (const name of (await folder.names()).filter(isPiece).sort()) {
        // What is whole by its trailer says up to where it goes.
        const end = name === pieceFile(received) ? await readSequence(folder, name) : null;
        if (end === null || end <= received || end > wanted) break;
        received = end;
      }
      return { url: told.output.url, received, wanted };
    } catch {
      return null;
    }
  }

  /** Takes the part for this tab until `close`, with what is kept of it and unharmed; null where nothing is. */
  async open(): Promise<OpenPart | null> {
    if (this.#open !== null) return this.#open;
    await this.#take();
    await this.#keep(async (folder) => {
      this.#open = await readPart(folder);
    });
    return this.#open;
  }

  /** Drops what there was and begins anew. @throws RangeError where more is wanted than a part may be */
  async begin(subject: PartSubject): Promise<OpenPart> {
    const wanted = wantedBytes(subject.ranges);
    if (wanted > mostBytes) throw new RangeError(`${String(wanted)} bytes are no part of a file`);
    await this.drop();
    const { header, ...told } = subject;
    await this.#keep((folder) => writeRunFile(folder, subjectFile, 0, { head: told, arrays: [header] }));
    this.#open = { subject, values: new Uint8Array(wanted), received: 0 };
    return this.#open;
  }

  /** Takes what came next. @throws RangeError beyond what is wanted */
  async append(bytes: Uint8Array): Promise<OpenPart> {
    const open = this.#open;
    if (open === null) throw new RangeError('no part is open');
    if (bytes.length === 0) return open;
    open.values.set(bytes, open.received);
    const begin = open.received;
    open.received += bytes.length;
    const piece = open.values.subarray(begin, open.received);
    await this.#keep((folder) => writeRunFile(folder, pieceFile(begin), open.received, { head: null, arrays: [piece] }));
    return open;
  }

  /** Removes what came: from here on there is none. */
  async drop(): Promise<void> {
    this.#open = null;
    await this.#keep(removeFiles);
  }

  /** Opens, drops and closes; what another tab is fetching stays. */
  async discard(): Promise<void> {
    await this.#take();
    await this.drop();
    this.close();
  }

  /** Lets another tab have it. What the disk holds leaves memory; what it does not hold stays for this visit. */
  close(): void {
    if (this.#folder !== null) this.#open = null;
    this.#letGo();
  }

  async #take(): Promise<void> {
    if (this.#release !== null) return;
    try {
      this.#release = await this.#environment.lock(hubPartFolder);
      this.#folder = this.#release === null ? null : await this.#environment.openFolder();
    } catch {
      this.#letGo();
    }
  }

  /** What cannot be kept is held in memory from here on; what the disk has already is whole and is gone on with at a later visit. */
  async #keep(work: (folder: CacheFolder) => Promise<unknown>): Promise<void> {
    const folder = this.#folder;
    if (folder === null) return;
    try {
      await work(folder);
    } catch {
      this.#letGo();
    }
  }

  #letGo(): void {
    this.#release?.();
    this.#release = null;
    this.#folder = null;
  }
}

/** The subject goes first: pieces without one are nothing. */
async function removeFiles(folder: CacheFolder): Promise<void> {
  await folder.remove(subjectFile);
  for (const name of await folder.names()) await folder.remove(name);
}

async function readPart(folder: CacheFolder) {
  const kept = await readRunFileOrReject(folder, subjectFile);
  const told = v.safeParse(subjectSchema, kept?.head);
  const header = kept?.arrays[0];
  if (!told.success || !(header instanceof Uint8Array) || !(header.buffer instanceof ArrayBuffer)) return null;
  const wanted = wantedBytes(told.output.ranges);
  if (wanted > mostBytes) return null;
  const values = new Uint8Array(wanted);
  let received = 0;
  for (const name of (await folder.names()).filter(isPiece).sort()) {
    const [piece] = name === pieceFile(received) ? ((await readRunFileOrReject(folder, name))?.arrays ?? []) : [];
    if (!(piece instanceof Uint8Array) || piece.length === 0 || received + piece.length > wanted) {
      // Torn, altered or after a gap: the bytes are fetched again.
      await folder.remove(name);
      continue;
    }
    values.set(piece, received);
    received += piece.length;
  }
  return { subject: { ...told.output, header: new Uint8Array(header) }, values, received };
}
