import * as v from 'valibot';
import { sha256Hex } from '../domain/sha256';
import type { CacheFolder } from './cache-folder';

/** Named by the element's kind in a file's table. */
const kinds = { f32: Float32Array, f64: Float64Array, u32: Uint32Array, u8: Uint8Array } as const;

type Kind = keyof typeof kinds;

export type RunArray = Float32Array | Float64Array | Uint32Array | Uint8Array;

/** What a checkpoint is made of: a small head that JSON can carry, and arrays that come back bit for bit. */
export interface RunParts {
  readonly head: unknown;
  readonly arrays: readonly RunArray[];
}

/** Raised with every change of the layout; a file of another version is not read. */
const version = 1;
const magic = 'hs-run-1';
/** magic 8, version 4, table length 4, sequence 8, body length 8, then the SHA-256 of these and the table, 32. */
const sumAt = 32;
const trailerBytes = 64;
/** What is written, and brought to the disk, at once: a step of training waits no longer than for this. */
const usualPieceBytes = 8 * 2 ** 20;

const tableSchema = v.object({
  head: v.unknown(),
  arrays: v.array(
    v.object({
      kind: v.picklist(Object.keys(kinds) as Kind[]),
      bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
      sha256: v.string(),
    }),
  ),
});

function kindOf(array: RunArray): Kind {
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Float64Array) return 'f64';
  return array instanceof Uint32Array ? 'u32' : 'u8';
}

/** The same bytes; copied only where other threads could change them meanwhile. */
function bytesOf(array: RunArray): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = array;
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function createTrailer(table: Uint8Array, sequence: number, bodyBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const trailer = new Uint8Array(trailerBytes);
  const view = new DataView(trailer.buffer);
  trailer.set(new TextEncoder().encode(magic));
  view.setUint32(8, version, true);
  view.setUint32(12, table.length, true);
  view.setFloat64(16, sequence, true);
  view.setFloat64(24, bodyBytes, true);
  const sum = await sha256Hex(join(trailer.subarray(0, sumAt), table));
  for (let at = 0; at < 32; at += 1) trailer[sumAt + at] = Number.parseInt(sum.slice(2 * at, 2 * at + 2), 16);
  return trailer;
}

/** Pieces of at most so many bytes, unless one part alone is larger. */
function* piecesOf(parts: readonly Uint8Array<ArrayBuffer>[], pieceBytes: number): Generator<Uint8Array<ArrayBuffer>[]> {
  let piece: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (bytes + part.length > pieceBytes && piece.length > 0) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(part);
    bytes += part.length;
  }
  if (piece.length > 0) yield piece;
}

/**
 * Writes a file anew: arrays, a table with each one's SHA-256, and, once they are on the disk, the trailer that makes it count. What fails
 * leaves no file behind. Resolves with its bytes.
 */
export async function writeRunFile(
  folder: CacheFolder,
  name: string,
  sequence: number,
  { head, arrays }: RunParts,
  pieceBytes = usualPieceBytes,
): Promise<number> {
  const sections = arrays.map(bytesOf);
  const listed: { kind: Kind; bytes: number; sha256: string }[] = [];
  for (const [at, section] of sections.entries()) {
    const array = arrays[at] ?? section;
    listed.push({ kind: kindOf(array), bytes: section.length, sha256: await sha256Hex(section) });
  }
  const table = new TextEncoder().encode(JSON.stringify({ head, arrays: listed }));
  const bodyBytes = sections.reduce((sum, { length }) => sum + length, 0);
  const trailer = await createTrailer(table, sequence, bodyBytes);
  let at = 0;
  try {
    for (const piece of [...piecesOf([...sections, table], pieceBytes), [trailer]]) {
      await folder.write(name, at, piece);
      at += piece.reduce((sum, { length }) => sum + length, 0);
    }
  } catch (thrown) {
    await folder.remove(name).catch(() => undefined); // what is left is not read: its trailer is missing
    throw thrown;
  }
  return at;
}

interface Trailer {
  readonly bytes: Uint8Array;
  readonly tableBytes: number;
  readonly sequence: number;
  readonly bodyBytes: number;
}

async function readTrailer(folder: CacheFolder, name: string): Promise<Trailer | null> {
  const size = await folder.size(name);
  if (size < trailerBytes) return null;
  const bytes = await folder.read(name, size - trailerBytes, trailerBytes);
  if (bytes.length !== trailerBytes || new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, trailerBytes);
  const [tableBytes, sequence, bodyBytes] = [view.getUint32(12, true), view.getFloat64(16, true), view.getFloat64(24, true)];
  const isWhole = view.getUint32(8, true) === version && bodyBytes + tableBytes + trailerBytes === size;
  return isWhole && Number.isSafeInteger(sequence) ? { bytes, tableBytes, sequence, bodyBytes } : null;
}

/** What its trailer says, unchecked; null where there is none. Whoever reads the newest first need not read the others. */
export async function readSequence(folder: CacheFolder, name: string): Promise<number | null> {
  return (await readTrailer(folder, name).catch(() => null))?.sequence ?? null;
}

interface Table extends v.InferOutput<typeof tableSchema> {
  readonly bodyBytes: number;
}

/** Null where it is torn, altered, absent, or of another version. */
async function readTable(folder: CacheFolder, name: string): Promise<Table | null> {
  const trailer = await readTrailer(folder, name);
  if (trailer === null) return null;
  const table = await folder.read(name, trailer.bodyBytes, trailer.tableBytes);
  const sum = await sha256Hex(join(trailer.bytes.subarray(0, sumAt), table));
  if (sum !== hexOf(trailer.bytes.subarray(sumAt))) return null;
  const listed = v.safeParse(tableSchema, JSON.parse(new TextDecoder().decode(table)));
  return listed.success ? { ...listed.output, bodyBytes: trailer.bodyBytes } : null;
}

/**
 * What a file says of itself without its arrays, which are only known to be as long as they should be. Null where it is torn, altered,
 * absent, or of another version; rejects where the disk does.
 */
export async function readRunHead(folder: CacheFolder, name: string): Promise<{ readonly head: unknown } | null> {
  const table = await readTable(folder, name);
  return table === null ? null : { head: table.head };
}

/** As readRunFile, but rejects where the disk does: what cannot be read now may be whole. */
export async function readRunFileOrReject(folder: CacheFolder, name: string): Promise<RunParts | null> {
  const table = await readTable(folder, name);
  if (table === null) return null;
  const arrays: RunArray[] = [];
  let at = 0;
  for (const { kind, bytes, sha256 } of table.arrays) {
    const section = await folder.read(name, at, bytes);
    if (section.length !== bytes || (await sha256Hex(section)) !== sha256) return null;
    const own = kinds[kind];
    if (bytes % own.BYTES_PER_ELEMENT !== 0) return null;
    // A slice begins at 0, as the elements of every kind want it.
    arrays.push(new own(section.slice().buffer));
    at += bytes;
  }
  return at === table.bodyBytes ? { head: table.head, arrays } : null;
}

/** A file whose every byte is as it was written; null where it is torn, altered, absent, or of another version. */
export async function readRunFile(folder: CacheFolder, name: string): Promise<RunParts | null> {
  try {
    return await readRunFileOrReject(folder, name);
  } catch {
    return null; // gone while it was read, or not readable: as good as torn
  }
}
