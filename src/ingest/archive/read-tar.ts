import { describeError, type ErrorCode, HeadstartError, throwIfCancelled } from '../../domain/errors';
import { isTarHeader } from './archive-kind';
import { BlobWindow } from './blob-window';
import { entryPath, shownPath } from './entry-path';
import { maxFiles, maxHeaders } from './limits';
import type { Finding } from './member';

const blockBytes = 512;
/** Of a long name or an extended header: thousands of times what any tool writes. */
const maxExtraBytes = 1 << 20;

/** What an extended header or a long name says of the file that follows. */
interface Extra {
  path?: string;
  bytes?: number;
  isSparse?: boolean;
}

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/** A field of text, up to its first zero byte. UTF-8 as every tool of today writes; what is none comes out as `�`. */
function textField(block: Uint8Array, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return utf8.decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or GNU's base 256 where the first bit is set; NaN for anything else. */
function numberField(block: Uint8Array, from: number, length: number): number {
  const first = block[from] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let at = from + 1; at < from + length; at += 1) value = value * 256 + (block[at] ?? 0);
    return Number.isSafeInteger(value) ? value : NaN;
  }
  const digits = latin1
    .decode(block.subarray(from, from + length))
    .replace(/[\0 ].*$/s, (rest) => (/^[\0 ]*$/.test(rest) ? '' : '?'));
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}

/** Records `length key=value\n` of a pax header; what does not follow the form ends the reading. */
function readPax(bytes: Uint8Array): Extra {
  const extra: Extra = {};
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 ? NaN : Number(latin1.decode(bytes.subarray(at, space)));
    if (!Number.isInteger(length) || length <= space - at || at + length > bytes.length) break;
    const record = utf8.decode(bytes.subarray(space + 1, at + length - 1));
    const [key = ''] = record.split('=', 1);
    const value = record.slice(key.length + 1);
    if (key === 'path') extra.path = value;
    if (key === 'size') extra.bytes = Number(value);
    if (key.startsWith('GNU.sparse.')) extra.isSparse = true;
    at += length;
  }
  return extra;
}

function nameOf(block: Uint8Array): string {
  const name = textField(block, 0, 100);
  const isUstar = latin1.decode(block.subarray(257, 263)) === 'ustar\0';
  const prefix = isUstar ? textField(block, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function findingOf(archive: Blob, type: string, name: string, from: number, bytes: number, isSparse: boolean): Finding | null {
  const refuse = (code: ErrorCode, parameters: Record<string, string> = {}): Finding => ({
    skipped: { path: shownPath(name), reason: describeError(code, parameters) },
  });
  // Folders, and the labels of multi-volume archives.
  if (type === '5' || type === 'D' || type === 'V' || name.endsWith('/')) return null;
  const path = entryPath(name);
  if (path === null) return refuse('entry-path');
  if ('12346'.includes(type)) return refuse('entry-link');
  if (isSparse || type === 'S' || type === 'M') return refuse('entry-method', { method: 'sparse' });
  return { member: { path, source: archive.slice(from, from + bytes) } };
}

/**
 * What a tar holds, by the headers before its files: ustar, pax and GNU's long names. Files are parts of the archive; nothing of them
 * is read. A damaged or cut archive is read up to there, and the last finding says so.
 * @param isKnownCut the archive was unpacked only up to some damage, which may lie behind its end
 * @throws HeadstartError `archive-broken` when not even the first header is one, `cancelled`, `file-unreadable`
 */
export async function readTar(
  name: string,
  archive: Blob,
  onCount: (files: number) => void,
  signal: AbortSignal,
  isKnownCut = false,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const window = new BlobWindow(archive);
  let extra: Extra = {};
  let [offset, headers, isEnded] = [0, 0, false];
  const cut = (): readonly Finding[] => {
    if (headers === 0) throw new HeadstartError('archive-broken', { name });
    return [...findings, { skipped: { path: '', reason: describeError('archive-cut', { name }) } }];
  };
  while (offset < archive.size && findings.length <= maxFiles) {
    throwIfCancelled(signal);
    const block = await window.read(offset, blockBytes);
    isEnded = block.length === blockBytes && block.every((byte) => byte === 0);
    if (isEnded) break;
    const said = numberField(block, 124, 12);
    if (!isTarHeader(block) || Number.isNaN(said) || headers >= maxHeaders) return cut();
    headers += 1;
    const type = String.fromCharCode(block[156] ?? 0);
    const isHeader = 'LKxgX'.includes(type);
    const bytes = isHeader ? said : (extra.bytes ?? said);
    const from = offset + blockBytes;
    // Links and devices have no bytes, whatever their size says.
    const taken = '12346'.includes(type) ? 0 : bytes;
    if (!Number.isSafeInteger(taken) || taken < 0 || from + taken > archive.size) return cut();
    if (isHeader) {
      if (taken > maxExtraBytes) return cut();
      const content = type === 'L' || type === 'x' || type === 'X' ? await window.read(from, taken) : new Uint8Array();
      if (type === 'L') extra.path = textField(content, 0, content.length);
      if (type === 'x' || type === 'X') extra = { ...extra, ...readPax(content) };
    } else {
      const finding = findingOf(archive, type, extra.path ?? nameOf(block), from, taken, extra.isSparse === true);
      if (finding !== null) findings.push(finding);
      onCount(findings.length);
      extra = {};
    }
    offset = from + Math.ceil(taken / blockBytes) * blockBytes;
  }
  // Some tools leave the empty blocks at the end out; where the bytes are known to have stopped early, their absence tells.
  return isKnownCut && !isEnded ? cut() : findings;
}
