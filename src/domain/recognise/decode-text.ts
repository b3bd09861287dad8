import { HeadstartError } from '../errors';

export type TextEncodingName = 'UTF-8' | 'UTF-16 LE' | 'UTF-16 BE' | 'Windows-1252';

export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncodingName;
}

function begins(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, at) => bytes[at] === byte);
}

/** UTF-16 without its mark: text in Latin letters then has a zero in every other byte. */
function guessUtf16(bytes: Uint8Array): TextEncodingName | null {
  const length = Math.min(bytes.length, 4096) & ~1;
  if (length < 4) return null;
  const zeros = [0, 0];
  for (let at = 0; at < length; at += 1) if (bytes[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > length / 6 && even < length / 20) return 'UTF-16 LE';
  return even > length / 6 && odd < length / 20 ? 'UTF-16 BE' : null;
}

const labels = { 'UTF-8': 'utf-8', 'UTF-16 LE': 'utf-16le', 'UTF-16 BE': 'utf-16be', 'Windows-1252': 'windows-1252' } as const;

function decodeAs(bytes: Uint8Array, encoding: TextEncodingName): DecodedText | null {
  try {
    return { text: new TextDecoder(labels[encoding], { fatal: true }).decode(bytes), encoding };
  } catch {
    return null;
  }
}

/** Text holds no other control characters than tabs and line ends; a ZIP or a spreadsheet called `.csv` does. */
function isText(text: string): boolean {
  const start = text.slice(0, 20_000);
  let odd = 0;
  for (let at = 0; at < start.length; at += 1) {
    const code = start.charCodeAt(at);
    if (code === 0) return false;
    if (code < 9 || (code > 13 && code < 32) || code === 127) odd += 1;
  }
  return odd <= start.length / 100;
}

/**
 * The text of a manifest: UTF-8 and UTF-16 by their marks or by how they look, else Windows-1252, in which every byte means something.
 * @throws HeadstartError `manifest-undecodable` when it is no text.
 */
export function decodeText(name: string, bytes: Uint8Array): DecodedText {
  const marked: TextEncodingName | null = begins(bytes, [0xef, 0xbb, 0xbf])
    ? 'UTF-8'
    : begins(bytes, [0xff, 0xfe])
      ? 'UTF-16 LE'
      : begins(bytes, [0xfe, 0xff])
        ? 'UTF-16 BE'
        : guessUtf16(bytes);
  const decoded =
    (marked === null ? null : decodeAs(bytes, marked)) ?? decodeAs(bytes, 'UTF-8') ?? decodeAs(bytes, 'Windows-1252');
  if (decoded === null || !isText(decoded.text)) throw new HeadstartError('manifest-undecodable', { name });
  return decoded;
}
