import { afterAll, describe, expect, it } from 'vitest';
import { array, number, object, parse, record, string, tuple } from 'valibot';
import { DecodePool } from './decode-pool';
import formats from './fixtures/formats/formats.json';

/** Made by Pillow: scripts/reference/make-format-fixtures.py. */
const colour = tuple([number(), number(), number()]);
const expected = parse(record(string(), object({ width: number(), height: number(), colours: array(colour) })), formats);

const pool = new DecodePool(() => new Worker(new URL('../worker/decode.worker.ts', import.meta.url), { type: 'module' }), 1);
afterAll(() => pool.dispose());

async function fetchFixture(name: string): Promise<Blob> {
  const response = await fetch(new URL(`./fixtures/formats/${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${name}: HTTP ${response.status}`);
  return response.blob();
}

describe('the forms that pictures come in', () => {
  it.each(Object.entries(expected))(
    '%s is upright and shows the colours that it stores',
    async (name, { width, height, colours }) => {
      const file = await fetchFixture(name);
      const seen = await pool.run({ kind: 'inspect', file });
      if (!seen.ok) return expect.unreachable(`${name}: ${seen.reason.message}`);
      expect({ width: seen.value.width, height: seen.value.height }).toEqual({ width, height });
      const fitted = await pool.run({ kind: 'fit', file, fit: 'squash' });
      if (!fitted.ok) return expect.unreachable(fitted.reason.message);
      const shown = [56, 168].flatMap((y) =>
        [56, 168].map((x) => [...fitted.value.subarray((y * 224 + x) * 3, (y * 224 + x) * 3 + 3)]),
      );
      const off = shown.map((values, i) => Math.max(...values.map((value, k) => Math.abs(value - (colours[i]?.[k] ?? 0)))));
      // 3 of 255: JPEG's and HEVC's own rounding differs between decoders.
      expect(Math.max(...off), `${name} shows ${JSON.stringify(shown)}, not ${JSON.stringify(colours)}`).toBeLessThanOrEqual(3);
    },
  );
});

describe('a HEIC file that is not whole', () => {
  const codeOf = async (bytes: Uint8Array<ArrayBuffer>) => {
    const outcome = await pool.run({ kind: 'inspect', file: new Blob([bytes]) });
    return outcome.ok ? 'comes in' : outcome.reason.code;
  };
  const find = (bytes: Uint8Array, text: string) => {
    const at = bytes.findIndex((_, i) => Array.from(text).every((letter, k) => bytes[i + k] === letter.charCodeAt(0)));
    return at < 0 ? expect.unreachable(`no ${text}`) : at;
  };

  it('is refused where it is cut short, damaged or says that it is huge, and the next one opens', async () => {
    const whole = new Uint8Array(await (await fetchFixture('plain.heic')).arrayBuffer());
    expect(await codeOf(whole.slice(0, -9))).toBe('picture-truncated');
    const damaged = whole.slice();
    damaged.fill(0, find(damaged, 'hvcC'), find(damaged, 'hvcC') + 60);
    expect(await codeOf(damaged)).toBe('picture-broken');
    const huge = whole.slice();
    new DataView(huge.buffer).setUint32(find(huge, 'ispe') + 8, 60_000);
    new DataView(huge.buffer).setUint32(find(huge, 'ispe') + 12, 60_000);
    expect(await codeOf(huge)).toBe('picture-too-large');
    expect(await codeOf(whole)).toBe('comes in');
  });
});
