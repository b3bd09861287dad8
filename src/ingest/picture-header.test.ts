import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { maxPictureBytes } from './archive/limits';
import { checkHeader, refuseByStart } from './picture-header';
import { scanPicture } from './picture-scan';
import { sniffFormat } from './picture-format';

const ascii = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const join = (...parts: readonly (Uint8Array | readonly number[])[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const be32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const le32 = (value: number) => be32(value).reverse();
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

/** A JPEG's skeleton: segments and a scan of a few bytes; good for a header, not for a decoder. */
const segment = (marker: number, ...payload: number[]) => [
  0xff,
  marker,
  (payload.length + 2) >> 8,
  (payload.length + 2) & 255,
  ...payload,
];
const frame = (width: number, height: number) =>
  segment(0xc2, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0);
const soi = [0xff, 0xd8];
const eoi = [0xff, 0xd9];
const scan = [...segment(0xda, 1, 1, 0, 0, 63, 0), 0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];
const thumbnail = [...soi, ...frame(16, 12), ...scan, ...eoi];
const exif = segment(0xe1, ...ascii('Exif\0\0'), ...thumbnail);

function png(width: number, height: number): Uint8Array {
  return new Uint8Array(PNG.sync.write(new PNG({ width, height })));
}
const codeOf = (bytes: Uint8Array) => checkHeader(bytes).refusal?.code ?? 'comes in';

describe('refuseByStart', () => {
  it('refuses a picture file of more bytes than can be opened safely, before they are read', () => {
    expect(refuseByStart(maxPictureBytes, png(9, 9))).toBeNull();
    expect(refuseByStart(maxPictureBytes + 1, png(9, 9))).toMatchObject({
      code: 'file-too-large',
      message: 'The file has 200 MB, more than this page can open safely as a picture.',
    });
  });
});

describe('scanPicture', () => {
  it('reads a JPEG past its embedded thumbnail and tolerates bytes after its end', () => {
    const bytes = join(soi, exif, frame(640, 480), scan, scan, eoi, [1, 2, 3]);
    expect(scanPicture(bytes, 'JPEG')).toEqual({ width: 640, height: 480, state: 'complete' });
  });

  it('sees that a JPEG is cut short although its thumbnail has an end', () => {
    for (const bytes of [
      join(soi, exif, frame(640, 480), scan),
      join(soi, exif, frame(640, 480)),
      join(soi, exif),
      join(soi, exif.slice(0, 30)),
    ]) {
      expect(scanPicture(bytes, 'JPEG').state).toBe('truncated');
    }
  });

  it('passes over junk between a JPEG’s segments', () => {
    const bytes = join(soi, [0, 7, 0xff, 0, 9], frame(20, 30), [0xff, 0xff], scan, eoi);
    expect(scanPicture(bytes, 'JPEG')).toEqual({ width: 20, height: 30, state: 'complete' });
  });

  it('takes a JPEG at any cut short of its end as truncated', () => {
    const bytes = join(soi, exif, frame(640, 480), scan, eoi);
    for (let length = 3; length < bytes.length; length += 1)
      expect(scanPicture(bytes.subarray(0, length), 'JPEG').state).toBe('truncated');
  });

  it('takes a PNG at any cut short of its end as truncated, and a flipped bit as broken', () => {
    const bytes = png(40, 30);
    expect(scanPicture(bytes, 'PNG')).toEqual({ width: 40, height: 30, state: 'complete' });
    for (let length = 8; length < bytes.length; length += 1)
      expect(scanPicture(bytes.subarray(0, length), 'PNG').state).toBe('truncated');
    const flipped = bytes.slice();
    flipped[45] = (flipped[45] ?? 0) ^ 1;
    expect(scanPicture(flipped, 'PNG').state).toBe('broken');
  });

  it('reads the three kinds of WebP and sees one cut short', () => {
    const webp = (kind: string, body: readonly number[]) =>
      join(ascii('RIFF'), le32(4 + 8 + body.length), ascii('WEBP'), ascii(kind), le32(body.length), body);
    const extended = webp('VP8X', [0, 0, 0, 0, 0x3f, 1, 0, 0xef, 0, 0]);
    expect(scanPicture(extended, 'WebP')).toEqual({ width: 320, height: 240, state: 'complete' });
    expect(scanPicture(webp('VP8L', [0x2f, ...le32(319 | (239 << 14)), ...zeros(5)]), 'WebP')).toMatchObject({
      width: 320,
      height: 240,
    });
    expect(scanPicture(webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, 64, 1, 240, 0]), 'WebP')).toMatchObject({ width: 320, height: 240 });
    expect(scanPicture(extended.subarray(0, extended.length - 1), 'WebP').state).toBe('truncated');
    expect(scanPicture(join(webp('VP8X', [...extended.slice(20), ...zeros(40)])).subarray(0, 50), 'WebP').state).toBe(
      'truncated',
    );
  });

  it('wants a GIF’s first frame whole, and no more', () => {
    const head = join(ascii('GIF89a'), [20, 0, 10, 0, 0x80, 0, 0], zeros(6), [0x21, 0xf9, 4, 0, 0, 0, 0, 0]);
    const first = [0x2c, ...zeros(4), 20, 0, 10, 0, 0, 2, 3, 1, 2, 3, 0];
    expect(scanPicture(join(head, first), 'GIF')).toEqual({ width: 20, height: 10, state: 'complete' });
    expect(scanPicture(join(head, first, [0x2c, 0]), 'GIF').state).toBe('complete');
    expect(scanPicture(join(head, first.slice(0, -1)), 'GIF').state).toBe('truncated');
    expect(scanPicture(head, 'GIF').state).toBe('truncated');
  });

  it('finds the size of an AVIF of tiles and sees a box that runs past the end', () => {
    const ispe = (width: number, height: number) => [...be32(20), ...ascii('ispe'), 0, 0, 0, 0, ...be32(width), ...be32(height)];
    const boxes = (length: number) =>
      join(
        [...be32(24), ...ascii('ftypmif1'), ...zeros(4), ...ascii('avifmiaf')],
        [...be32(48), ...ascii('meta'), ...ispe(512, 512), ...ispe(900, 700)],
        [...be32(length), ...ascii('mdat'), ...zeros(8)],
      );
    expect(sniffFormat(boxes(16))).toBe('AVIF');
    expect(scanPicture(boxes(16), 'AVIF')).toEqual({ width: 900, height: 700, state: 'complete' });
    expect(scanPicture(boxes(17), 'AVIF').state).toBe('truncated');
  });
});

describe('checkHeader', () => {
  it('lets a whole picture in', () => {
    expect(codeOf(png(8, 8))).toBe('comes in');
  });

  it.each([
    ['an empty file', new Uint8Array(), 'file-empty'],
    ['a text', ascii('BMW is not a bitmap, and this is not a picture'), 'not-a-picture'],
    ['a web page', ascii('<!doctype html><p>hello'), 'not-a-picture'],
    ['a film', join(be32(24), ascii('ftypisom'), zeros(4), ascii('mp42avc1')), 'not-a-picture'],
    ['a drawing of vectors', ascii('\n<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'unsupported-format'],
    ['a Photoshop file', ascii('8BPS\0\x01'), 'unsupported-format'],
    ['a TIFF, which one browser would open', join(ascii('II*\0'), zeros(40)), 'unsupported-format'],
    ['a JPEG XL, which some browsers would open', join([0xff, 0x0a], zeros(40)), 'unsupported-format'],
    [
      'a GIF whose first frame is huge beside its screen',
      join(ascii('GIF89a'), [8, 0, 8, 0, 0, 0, 0, 0x2c], zeros(4), [0x60, 0x6d, 0x60, 0x6d, 0, 2, 1, 5, 0, 0x3b]),
      'picture-too-large',
    ],
    ['a pixel', png(1, 1), 'picture-too-small'],
    ['a strip 7 pixels high', png(300, 7), 'picture-too-small'],
    ['a huge PNG', png(20_000, 4_001).slice(0, 60), 'picture-too-large'],
    ['a huge JPEG', join(soi, frame(20_000, 20_000), scan, eoi), 'picture-too-large'],
    ['a PNG longer than a canvas', join(png(32_768, 8)), 'picture-too-large'],
    ['a PNG signature and noise', join([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9]), 'picture-broken'],
    ['a JPEG without a frame', join(soi, scan, eoi), 'picture-broken'],
  ])('refuses %s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  it('names the format that it cannot open', () => {
    expect(checkHeader(ascii('8BPS\0\x01')).refusal?.message).toContain('Photoshop');
    expect(sniffFormat(join(be32(24), ascii('ftypheic'), zeros(12)))).toBe('HEIC');
    expect(sniffFormat(ascii('II*\0'))).toBe('TIFF');
  });

  it('does not take a whole file for the list of its brands', () => {
    const film = new Uint8Array(4096);
    film.set([...be32(4096), ...ascii('ftypisom'), 0, 0, 2, 0]);
    film.set(ascii('heic'), 4092);
    expect(sniffFormat(film)).toBeNull();
    film.set(ascii('heic'), 16);
    expect(sniffFormat(film)).toBe('HEIC');
  });
});

const corrupt = new URL('../../../shared/datasets/corrupt/', import.meta.url);
if (existsSync(corrupt)) {
  describe('checkHeader on the corrupt files', () => {
    const verdicts = Object.fromEntries(
      readdirSync(corrupt)
        .filter((name) => !name.endsWith('.json'))
        .map((name) => [name, codeOf(new Uint8Array(readFileSync(new URL(name, corrupt))))]),
    );

    it('refuses those that are cut short or broken, and only those', () => {
      expect(verdicts).toEqual({
        'pillow-broken.png': 'picture-broken',
        'pillow-broken_data_stream.png': 'picture-broken',
        'pillow-icc-after-SOF.jpg': 'comes in',
        'pillow-jpeg_ff00_header.jpg': 'comes in',
        'pillow-junk_jpeg_header.jpg': 'comes in',
        'pillow-pil_sample_cmyk.jpg': 'comes in',
        'pillow-truncated_app14.jpg': 'comes in',
        'pillow-truncated_image.png': 'picture-truncated',
        'pillow-truncated_jpeg.jpg': 'picture-truncated',
        'skimage-truncated.jpg': 'picture-truncated',
      });
    });
  });
} else console.info('left out: ../shared/datasets is not here');
