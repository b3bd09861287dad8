import { afterAll, describe, expect, inject, it } from 'vitest';
import { array, object, parse, picklist, record, string } from 'valibot';
import { fits } from '../domain/dataset';
import type { IngestEvent } from '../domain/events';
import { DecodePool } from './decode-pool';
import { fitPicture } from './fit';
import { PictureLibrary } from './picture-library';
import { rowsOf } from './resize';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of `../shared`, or null where it is not here. */
    sharedDirectory: string | null;
  }
}

const pool = new DecodePool(() => new Worker(new URL('../worker/decode.worker.ts', import.meta.url), { type: 'module' }), 2);
afterAll(() => pool.dispose());

async function encode(
  type: string,
  width: number,
  height: number,
  paint: (context: OffscreenCanvasRenderingContext2D) => void,
): Promise<Blob> {
  const context = new OffscreenCanvas(width, height).getContext('2d') ?? expect.unreachable('no canvas');
  paint(context);
  return context.canvas.convertToBlob({ type, quality: 0.9 });
}
const split = (context: OffscreenCanvasRenderingContext2D) => {
  const { width, height } = context.canvas;
  context.fillStyle = '#f00';
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = '#00f';
  context.fillRect(width / 2, 0, width / 2, height);
};
async function inspect(file: Blob) {
  const outcome = await pool.run({ kind: 'inspect', file });
  return outcome.ok ? outcome.value : outcome.reason.code;
}
async function fit(file: Blob, how: (typeof fits)[number]): Promise<Uint8Array> {
  const outcome = await pool.run({ kind: 'fit', file, fit: how });
  return outcome.ok ? outcome.value : expect.unreachable(outcome.reason.message);
}
const pixelAt = (pixels: Uint8Array, x: number, y: number) => [...pixels.subarray((y * 224 + x) * 3, (y * 224 + x) * 3 + 3)];

/** The same JPEG with an EXIF block that says how to turn it. */
async function withOrientation(jpeg: Blob, orientation: number): Promise<Blob> {
  const bytes = new Uint8Array(await jpeg.arrayBuffer());
  const exif = [
    0xff,
    0xe1,
    0,
    34,
    ...new TextEncoder().encode('Exif\0\0MM\0*'),
    0,
    0,
    0,
    8,
    0,
    1,
    0x01,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  return new Blob([bytes.subarray(0, 2), Uint8Array.from(exif), bytes.subarray(2)]);
}

describe('the decode workers', () => {
  it.each(['image/png', 'image/jpeg', 'image/webp'])(
    'opens %s and gives its size, a small thumbnail and its hash',
    async (type) => {
      const file = await encode(type, 300, 200, split);
      expect(file.type).toBe(type);
      const picture = await inspect(file);
      if (typeof picture === 'string') return expect.unreachable(picture);
      const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      expect(picture).toMatchObject({ width: 300, height: 200, hash: hex.slice(0, 32) });
      expect(picture.thumbnail.type).toBe('image/jpeg');
      expect(picture.thumbnail.size).toBeLessThan(6000);
      const thumbnail = await createImageBitmap(picture.thumbnail);
      expect([thumbnail.width, thumbnail.height]).toEqual([112, 112]);
      expect((await inspect(await encode(type, 40, 30, split))) as object).toMatchObject({ width: 40, height: 30 });
    },
  );

  it('opens an AVIF, and refuses one that is cut short', async () => {
    // 40 x 30, left half red, right half blue, written by Pillow.
    const base64 =
      'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcG' +
      'l0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAALQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABq' +
      'aXBycAAAAEtpcGNvAAAAFGlzcGUAAAAAAAAAKAAAAB4AAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAAB' +
      'dpcG1hAAAAAAAAAAEAAQQBAoMEAAAANW1kYXQSAAoJGBUn60QENBoQMh5E8eHhmUBhhh+EAAAAx5MzLPeibSvaQOcleIi+6nA=';
    const avif = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    expect(await inspect(new Blob([avif]))).toMatchObject({ width: 40, height: 30 });
    expect(pixelAt(await fit(new Blob([avif]), 'squash'), 20, 20)[0] ?? 0).toBeGreaterThan(240);
    expect(await inspect(new Blob([avif.subarray(0, -9)]))).toBe('picture-truncated');
  });

  it('opens a GIF and takes its first frame', async () => {
    // 8 x 8, two frames of one colour each: red, then blue; LZW codes: clear, one pixel after the other with clears between, end.
    const frame = (index: number) => {
      const codes = Array.from({ length: 64 }, () => [4, index])
        .flat()
        .concat(5);
      const bits = codes.map((code) => [code & 1, (code >> 1) & 1, (code >> 2) & 1]).flat();
      const data = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
        bits.slice(i * 8, i * 8 + 8).reduce((sum, bit, k) => sum | (bit << k), 0),
      );
      return [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, data.length, ...data, 0];
    };
    const gif = new Blob([
      new TextEncoder().encode('GIF89a'),
      Uint8Array.of(8, 0, 8, 0, 0x81, 0, 0, 255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255, ...frame(0), ...frame(1), 0x3b),
    ]);
    expect(await inspect(gif)).toMatchObject({ width: 8, height: 8 });
    expect(pixelAt(await fit(gif, 'squash'), 100, 100)).toEqual([255, 0, 0]);
  });

  it('turns a picture by its EXIF orientation, once', async () => {
    const jpeg = await encode('image/jpeg', 96, 64, split);
    const turned = await withOrientation(jpeg, 6);
    expect(await inspect(turned)).toMatchObject({ width: 64, height: 96 });
    const pixels = await fit(turned, 'squash');
    // Turned a quarter clockwise: what was left (red) is on top.
    expect(pixelAt(pixels, 112, 20)[0] ?? 0).toBeGreaterThan(240);
    expect(pixelAt(pixels, 112, 200)[2] ?? 0).toBeGreaterThan(240);
  });

  it('puts what is transparent on white', async () => {
    const file = await encode('image/png', 64, 64, (context) => {
      context.fillStyle = 'rgba(0, 0, 0, 0.5)';
      context.fillRect(0, 0, 32, 64);
    });
    const pixels = await fit(file, 'squash');
    expect(pixelAt(pixels, 200, 100)).toEqual([255, 255, 255]);
    expect(Math.abs((pixelAt(pixels, 20, 100)[0] ?? 0) - 127)).toBeLessThanOrEqual(1);
  });

  it('reads a picture of 5 megapixels in bands to the same values as at once', async () => {
    const context =
      new OffscreenCanvas(2500, 2000).getContext('2d', { willReadFrequently: true }) ?? expect.unreachable('no canvas');
    for (let i = 0; i < 4000; i += 1) {
      context.fillStyle = `rgb(${(i * 53) % 256} ${(i * 101) % 256} ${(i * 7) % 256})`;
      context.fillRect((i * 379) % 2500, (i * 211) % 2000, 90, 60);
    }
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 2500, 2000);
    const file = await context.canvas.convertToBlob();
    const whole = rowsOf(context.getImageData(0, 0, 2500, 2000).data, 2500, 2000, 4);
    for (const how of fits) expect(await fit(file, how)).toEqual(fitPicture(whole, how));
  });

  it('refuses what is cut short, empty, damaged or no picture', async () => {
    const jpeg = await encode('image/jpeg', 64, 64, split);
    const png = new Uint8Array(await (await encode('image/png', 64, 64, split)).arrayBuffer());
    expect(await inspect(jpeg.slice(0, jpeg.size - 3))).toBe('picture-truncated');
    expect(await inspect(new Blob([png.subarray(0, png.length - 20)]))).toBe('picture-truncated');
    expect(await inspect(new Blob([]))).toBe('file-empty');
    expect(await inspect(new Blob(['hello']))).toBe('not-a-picture');
    expect(await inspect(new Blob(['II*\0', new Uint8Array(400)]))).toBe('unsupported-format');
    // A whole structure around a scan that no decoder can read: the frame has no tables.
    expect(
      await inspect(
        new Blob([
          Uint8Array.of(
            0xff,
            0xd8,
            0xff,
            0xc0,
            0,
            11,
            8,
            0,
            20,
            0,
            20,
            1,
            1,
            0x11,
            0,
            0xff,
            0xda,
            0,
            8,
            1,
            1,
            0,
            0,
            63,
            0,
            1,
            2,
            0xff,
            0xd9,
          ),
        ]),
      ),
    ).toBe('picture-broken');
  });

  it('takes the drawings in without a network, the same pictures each time', async () => {
    const ids = [];
    for (let round = 0; round < 2; round += 1) {
      const events: IngestEvent[] = [];
      const library = new PictureLibrary(pool);
      const abort = new AbortController();
      const report = await library.addDrawings((event) => {
        events.push(event);
        if (events.filter(({ kind }) => kind === 'samples').length === 2) abort.abort();
      }, abort.signal);
      expect(report.added).toBeGreaterThan(1);
      ids.push(
        library
          .list()
          .slice(0, 2)
          .map(({ id, className, path }) => ({ id, className, path })),
      );
      expect((await library.pixels(library.list()[0]?.id ?? '', 'crop')).length).toBe(150_528);
    }
    expect(ids[0]).toEqual(ids[1]);
    expect(ids[0]?.map(({ path }) => path)).toEqual(['drawings/cat/cat.0.png', 'drawings/dog/dog.0.png']);
  });
});

const shared = inject('sharedDirectory');
const fetchShared = async (path: string) => {
  const response = await fetch(`/@fs${shared ?? ''}/${path}`);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response;
};

if (shared !== null) {
  const index = parse(
    array(object({ source: string(), fit: picklist(fits), expected: string() })),
    await (await fetchShared('reference/preprocess.json')).json(),
  );

  describe('the reference pictures of Pillow', () => {
    it.each(index)(
      'fits $source with $fit: at least 99.9 % of the values within 1 of 255',
      async ({ source, fit: how, expected }) => {
        const pixels = await fit(await (await fetchShared(source)).blob(), how);
        const bitmap = await createImageBitmap(await (await fetchShared(`reference/${expected}`)).blob());
        const context = new OffscreenCanvas(224, 224).getContext('2d') ?? expect.unreachable('no canvas');
        context.drawImage(bitmap, 0, 0);
        const answer = context.getImageData(0, 0, 224, 224).data;
        let off = 0;
        let most = 0;
        for (let i = 0; i < pixels.length; i += 1) {
          const difference = Math.abs((pixels[i] ?? 0) - (answer[Math.floor(i / 3) * 4 + (i % 3)] ?? 0));
          most = Math.max(most, difference);
          if (difference > 1) off += 1;
        }
        console.info(`${source} ${how}: ${((off / pixels.length) * 100).toFixed(4)} % off by more than 1, at most ${most}`);
        expect(off / pixels.length).toBeLessThanOrEqual(0.001);
      },
    );
  });

  describe('the corrupt files', () => {
    it('refuses those that Pillow refuses and opens those that it opens', async () => {
      const expected = parse(record(string(), string()), await (await fetchShared('datasets/corrupt/expected.json')).json());
      const verdicts: Record<string, unknown> = {};
      for (const name of Object.keys(expected)) {
        const picture = await inspect(await (await fetchShared(`datasets/corrupt/${name}`)).blob());
        verdicts[name] = typeof picture === 'string' ? picture : `${picture.width}x${picture.height}`;
      }
      console.info(JSON.stringify(verdicts));
      for (const [name, verdict] of Object.entries(expected)) {
        const size = /\d+x\d+/.exec(verdict)?.[0];
        expect([name, verdicts[name]]).toEqual([name, size ?? expect.stringMatching(/^picture-(broken|truncated)$/)]);
      }
    });
  });
} else console.info('left out: ../shared is not here');
