import { describe, expect, it } from 'vitest';
import { readTakenAt } from './exif';

const text = (value: string): number[] => Array.from(value, (letter) => letter.charCodeAt(0));

/** A TIFF block with one Exif directory that holds the date. */
function tiff(date: string, little: boolean): number[] {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes.set(text(little ? 'II' : 'MM'));
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  // One entry at 8: the pointer to the Exif directory at 26; one there: the date, whose text stands at 44.
  for (const [at, tag, type, count, value] of [
    [8, 0x8769, 4, 1, 26],
    [26, 0x9003, 2, 20, 44],
  ] as const) {
    view.setUint16(at, 1, little);
    view.setUint16(at + 2, tag, little);
    view.setUint16(at + 4, type, little);
    view.setUint32(at + 6, count, little);
    view.setUint32(at + 10, value, little);
  }
  bytes.set(text(date), 44);
  return [...bytes];
}

const jpeg = (block: readonly number[]): Uint8Array => {
  const body = [...text('Exif\0\0'), ...block];
  const length = body.length + 2;
  const segment = [0xff, 0xe1, length >> 8, length & 255, ...body];
  return Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, ...segment, 0xff, 0xda, 0, 2]);
};

const big = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];

describe('the time when a photo was taken', () => {
  it('is read from a JPEG in either byte order', () => {
    for (const little of [true, false])
      expect(readTakenAt(jpeg(tiff('2026:01:31 12:34:56', little)), 'JPEG')).toBe('2026-01-31T12:34:56');
  });

  it('is read from a PNG and a WebP too', () => {
    const block = tiff('2025:12:01 00:00:09', true);
    const png = [
      0x89,
      ...text('PNG\r\n\x1a\n'),
      ...big(1),
      ...text('junk'),
      0,
      ...big(0),
      ...big(block.length),
      ...text('eXIf'),
      ...block,
    ];
    expect(readTakenAt(Uint8Array.from(png), 'PNG')).toBe('2025-12-01T00:00:09');
    const headed = [...text('Exif\0\0'), ...block];
    const webp = [
      ...text('RIFF'),
      0,
      0,
      0,
      0,
      ...text('WEBP'),
      ...text('VP8X'),
      1,
      0,
      0,
      0,
      7,
      0,
      ...text('EXIF'),
      headed.length,
      0,
      0,
      0,
    ];
    expect(readTakenAt(Uint8Array.from([...webp, ...headed]), 'WebP')).toBe('2025-12-01T00:00:09');
  });

  it('is unknown where the date is none, or the block is cut short anywhere', () => {
    for (const date of ['0000:00:00 00:00:00', '2026:02:31 10:00:00', '    :  :     :  :  ', '2026-01-31T12:34:56'])
      expect(readTakenAt(jpeg(tiff(date, true)), 'JPEG')).toBeNull();
    const block = tiff('2026:01:31 12:34:56', true);
    for (let length = 0; length < 63; length += 1) expect(readTakenAt(jpeg(block.slice(0, length)), 'JPEG')).toBeNull();
    const whole = jpeg(block);
    for (let length = 0; length < whole.length - 5; length += 1)
      expect(() => readTakenAt(whole.slice(0, length), 'JPEG')).not.toThrow();
    expect(readTakenAt(Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2), 'JPEG')).toBeNull();
    expect(readTakenAt(whole, 'GIF')).toBeNull();
  });
});
