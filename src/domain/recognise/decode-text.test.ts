import { describe, expect, test } from 'vitest';
import { decodeText } from './decode-text';

const text = 'file;label\r\nä/ö.jpg;Hund\r\nb.jpg;Katze\r\n';

function utf16(content: string, isBigEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(content.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < content.length; at += 1) view.setUint16(at * 2, content.charCodeAt(at), !isBigEndian);
  return bytes;
}

describe('the text of a manifest', () => {
  test.each([
    ['UTF-8', new TextEncoder().encode(text)],
    ['UTF-8', new TextEncoder().encode(`\uFEFF${text}`)],
    ['UTF-16 LE', utf16(`\uFEFF${text}`, false)],
    ['UTF-16 BE', utf16(`\uFEFF${text}`, true)],
    ['UTF-16 LE', utf16(text, false)],
    ['UTF-16 BE', utf16(text, true)],
    ['Windows-1252', Uint8Array.from(text, (character) => character.charCodeAt(0))],
  ] as const)('is decoded from %s, with and without its mark', (encoding, bytes) => {
    const decoded = decodeText('m.csv', bytes);
    expect(decoded.encoding).toBe(encoding);
    expect(decoded.text.replace('\uFEFF', '')).toBe(text);
  });

  test.each([
    ['a spreadsheet called .csv', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0, 8, 0, 0, 0, 33, 0, 200, 1, 0, 0])],
    ['noise', Uint8Array.from({ length: 500 }, (_, at) => (at * 7) % 256)],
  ])('%s is refused by name', (_title, bytes) => {
    expect(() => decodeText('labels.csv', bytes)).toThrow(
      expect.objectContaining({ code: 'manifest-undecodable', message: expect.stringContaining('labels.csv') as unknown }),
    );
  });

  test('nothing is text', () => {
    expect(decodeText('m.csv', new Uint8Array())).toEqual({ text: '', encoding: 'UTF-8' });
  });
});
