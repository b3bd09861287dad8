import { describe, expect, it } from 'vitest';
import { createRng } from '../domain/rng';
import { hashAppearance } from './perceptual-hash';

/** A square of grey levels as RGBA. */
function paint(side: number, levelAt: (x: number, y: number) => number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      const level = levelAt((x + 0.5) / side, (y + 0.5) / side);
      rgba.fill(level, 4 * (y * side + x), 4 * (y * side + x) + 3);
    }
  return rgba;
}

function bitsApart(a: string, b: string): number {
  let different = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; different > 0n; different >>= 1n) count += Number(different & 1n);
  return count;
}

/** Waves of random direction and strength: something to look at. */
function scene(seed: number): (x: number, y: number) => number {
  const rng = createRng(seed);
  const random = (): number => rng.uniform();
  const waves = Array.from({ length: 12 }, () => [random() * 8, random() * 8, random() * 6, 20 * random()] as const);
  return (x, y) =>
    128 + waves.reduce((sum, [u, v, phase, strength]) => sum + strength * Math.cos(u * x * 3 + v * y * 3 + phase), 0);
}

describe('the hash of an appearance', () => {
  it('is 16 hexadecimal digits, half of whose bits are set', () => {
    const hash = hashAppearance(paint(112, scene(1)), 112);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(bitsApart(hash, '0'.repeat(16))).toBe(32);
  });

  it('hardly changes with the size, the brightness and the contrast', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const look = scene(seed);
      const hash = hashAppearance(paint(112, look), 112);
      expect(bitsApart(hash, hashAppearance(paint(57, look), 57))).toBeLessThanOrEqual(4);
      expect(bitsApart(hash, hashAppearance(paint(20, look), 20))).toBeLessThanOrEqual(10);
      expect(
        bitsApart(
          hash,
          hashAppearance(
            paint(112, (x, y) => look(x, y) * 0.7 + 20),
            112,
          ),
        ),
      ).toBeLessThanOrEqual(2);
    }
  });

  it('is far from that of another picture', () => {
    const hashes = Array.from({ length: 40 }, (_, seed) => hashAppearance(paint(112, scene(seed)), 112));
    const apart = hashes.flatMap((a, at) => hashes.slice(at + 1).map((b) => bitsApart(a, b)));
    expect(Math.min(...apart)).toBeGreaterThan(10);
  });

  it('of a plain surface says that there is nothing to compare', () => {
    expect(
      hashAppearance(
        paint(112, () => 200),
        112,
      ),
    ).toBe('0'.repeat(16));
    expect(
      hashAppearance(
        paint(8, () => 0),
        8,
      ),
    ).toBe('0'.repeat(16));
  });
});
