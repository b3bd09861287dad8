import { sizeWords } from '../../domain/size-words';
import {
  type Entry,
  ERR_ENCRYPTED_CENTRAL_DIRECTORY,
  ERR_SPLIT_ZIP_FILE,
  type Reader,
  ZipReader,
} from '@zip.js/zip.js/lib/zip-core-reader.js';
import { describeError, type ErrorCode, HeadstartError, throwIfCancelled } from '../../domain/errors';
import { entryPath, shownPath } from './entry-path';
import { isBomb, maxFiles } from './limits';
import type { Finding } from './member';
import type { ZipMember } from './picture-bytes';
import { salvageZip } from './salvage-zip';

/** A list of files longer than this is none: 100,000 files with the longest of names take less. */
const maxListBytes = 256 << 20;

/** The archive as zip.js reads it; its own reader of blobs is not among the modules that come without its workers. */
class ArchiveReader implements Pick<Reader<Blob>, 'size' | 'readUint8Array'> {
  readonly size: number;
  readonly #archive: Blob;

  constructor(archive: Blob) {
    this.#archive = archive;
    this.size = archive.size;
  }

  async readUint8Array(from: number, length: number): Promise<Uint8Array> {
    if (length > maxListBytes) throw new RangeError('the list of files is too long');
    return new Uint8Array(await this.#archive.slice(from, from + length).arrayBuffer());
  }
}

/** The local header before an entry's packed bytes, at least. */
const leastHeader = 30;

function refusal(path: string, code: ErrorCode, parameters: Record<string, string | number> = {}): Finding {
  return { skipped: { path: shownPath(path), reason: describeError(code, parameters) } };
}

/** An entry of the archive's list as a member, or the reason why not; null for a folder. */
function findingOf(entry: Entry, archive: Blob): Finding | null {
  if (entry.directory) return null;
  const { filename, offset, compressedSize, uncompressedSize, compressionMethod, crc32 = 0 } = entry;
  const path = entryPath(filename);
  if (path === null) return refusal(filename, 'entry-path');
  if (entry.symlink) return refusal(path, 'entry-link');
  if (entry.encrypted) return refusal(path, 'entry-locked');
  if (compressionMethod !== 0 && compressionMethod !== 8) return refusal(path, 'entry-method', { method: compressionMethod });
  if (isBomb(compressedSize, uncompressedSize))
    return refusal(path, 'entry-bomb', { size: sizeWords(uncompressedSize), packed: sizeWords(compressedSize) });
  const isPossible =
    Number.isSafeInteger(offset + compressedSize) &&
    offset + leastHeader + compressedSize <= archive.size &&
    (compressionMethod === 8 || compressedSize === uncompressedSize);
  if (!isPossible) return refusal(path, 'entry-broken');
  const source: ZipMember = {
    kind: 'zip-member',
    archive,
    offset,
    packedBytes: compressedSize,
    bytes: uncompressedSize,
    method: compressionMethod === 0 ? 'stored' : 'deflated',
    crc32,
  };
  return { member: { path, source } };
}

/** Members whose bytes lie in one another's: a few bytes can be listed a million times so. The one that begins first stays. */
export function findOverlaps(members: readonly ZipMember[]): ReadonlySet<ZipMember> {
  const overlapping = new Set<ZipMember>();
  let end = 0;
  for (const member of [...members].sort((a, b) => a.offset - b.offset)) {
    if (member.offset < end) overlapping.add(member);
    else end = member.offset + leastHeader + member.packedBytes;
  }
  return overlapping;
}

function withoutOverlaps(findings: readonly Finding[]): readonly Finding[] {
  const members = findings.flatMap((finding) =>
    'member' in finding && !(finding.member.source instanceof Blob) ? [finding.member.source] : [],
  );
  const overlapping = findOverlaps(members);
  if (overlapping.size === 0) return findings;
  return findings.map((finding) =>
    'member' in finding && !(finding.member.source instanceof Blob) && overlapping.has(finding.member.source)
      ? refusal(finding.member.path, 'entry-overlaps')
      : finding,
  );
}

/**
 * What a ZIP says is in it: only its list is read, at its end; Zip64 too. Where the list is missing or damaged, what its beginning
 * tells: an archive that is cut short is read as far as it goes.
 * @throws HeadstartError `cancelled`, `archive-locked`, `archive-split`, `archive-broken`, `file-unreadable`
 */
export async function readZip(
  name: string,
  archive: Blob,
  onCount: (files: number) => void,
  signal: AbortSignal,
  mostFiles = maxFiles,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const reader = new ZipReader(new ArchiveReader(archive) as unknown as Reader<Blob>, { strictness: 'tolerant' });
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      throwIfCancelled(signal);
      const finding = findingOf(entry, archive);
      if (finding !== null) findings.push(finding);
      onCount(findings.length);
      if (findings.length > mostFiles) break;
    }
  } catch (thrown) {
    if (thrown instanceof HeadstartError) throw thrown;
    if (thrown instanceof DOMException) throw new HeadstartError('file-unreadable', {}, { cause: thrown });
    const message = thrown instanceof Error ? thrown.message : '';
    if (message === ERR_ENCRYPTED_CENTRAL_DIRECTORY) throw new HeadstartError('archive-locked', { name });
    if (message === ERR_SPLIT_ZIP_FILE) throw new HeadstartError('archive-split', { name });
    return salvageZip(name, archive, onCount, signal);
  }
  return withoutOverlaps(findings);
}
