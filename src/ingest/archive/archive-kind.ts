/** How a file that calls itself an archive is unpacked: by us, or not, with the name of what it is. */
export type ArchiveKind = 'zip' | 'tar' | 'gzip' | { readonly refused: string };

const names =
  /\.(zip|cbz|tar|tgz|taz|gz|7z|rar|cbr|xz|txz|lzma|bz2|tbz2?|zst|tzst|lz4|z|iso|dmg|cab|arj|lzh|z\d\d|zip\.\d{3}|7z\.\d{3}|part\d+\.rar)$/i;

/** Whether a file's name says that it is an archive; what it really is, `sniffArchive` says. */
export function isArchiveName(path: string): boolean {
  return names.test(path);
}

/** Bytes that `sniffArchive` wants to see. */
export const archiveStartBytes = 512;

/** First bytes in hexadecimal, and what they mean. Zstandard, LZ4, lzip and `compress` have their own. */
const signatures: readonly (readonly [string, ArchiveKind])[] = [
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['504b0606', 'zip'],
  // First part of a ZIP in parts; one that came to be a single part begins so too, and is a ZIP.
  ['504b0708', 'zip'],
  ['504b3030', 'zip'],
  ['1f8b', 'gzip'],
  ['377abcaf271c', { refused: '7-Zip' }],
  ['526172211a07', { refused: 'RAR' }],
  ['fd377a585a00', { refused: 'xz' }],
  ['425a68', { refused: 'bzip2' }],
  ['28b52ffd', { refused: 'Zstandard' }],
  ['04224d18', { refused: 'LZ4' }],
  ['4c5a4950', { refused: 'lzip' }],
  ['1f9d', { refused: 'compress (.Z)' }],
  ['4d534346', { refused: 'Cabinet' }],
];

/** Whether a block of 512 bytes is a tar header: its sum of bytes is the one that it says. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < 512) return false;
  const digits = new TextDecoder('latin1').decode(block.subarray(148, 156)).replace(/[\0 ]+$/, '');
  if (!/^ *[0-7]+$/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < 512; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
  return Number.parseInt(digits, 8) === sum;
}

/** The kind by the first bytes, whatever the file is called; null when they are those of no archive. */
export function sniffArchive(start: Uint8Array): ArchiveKind | null {
  const hex = Array.from(start.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const found = signatures.find(([signature]) => hex.startsWith(signature));
  if (found !== undefined) return found[1];
  return isTarHeader(start) ? 'tar' : null;
}

/** What stands before the endings of an archive's name: `a/pets` of `a/pets.tar.gz`. */
export function withoutArchiveEnding(path: string): string {
  const stem = path.replace(names, '').replace(/\.tar$/i, '');
  return stem === '' || stem.endsWith('/') ? path : stem;
}
