import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentPicture } from './augment';
import { deriveRng, type Rng } from './rng';
import type { Augmentation } from './run-config';

const nothing: Augmentation = { flip: false, crop: 0, colour: 0, rotation: 0, erase: 0 };

/** Gives the numbers in turn, then 0.5 for ever. */
function scripted(...numbers: number[]): Rng {
  return { uniform: () => numbers.shift() ?? 0.5, integer: () => 0, shuffle: (items) => [...items] };
}

function noise(size: number, seed: number): Uint8Array {
  const rng = deriveRng(seed, 'noise');
  return Uint8Array.from({ length: size * size * 3 }, () => rng.integer(256));
}

describe('augmentPicture', () => {
  it('changes nothing when everything is off, and never its argument', () => {
    const picture = noise(9, 1);
    expect(augmentPicture(picture, nothing, deriveRng(1, 'x'))).toEqual(picture);
    const everything = { flip: true, crop: 0.5, colour: 0.5, rotation: 30, erase: 0.5 };
    augmentPicture(picture, everything, deriveRng(1, 'x'));
    expect(picture).toEqual(noise(9, 1));
  });

  it('repeats itself with the same stream and differs with another', () => {
    const picture = noise(16, 2);
    const all = { flip: true, crop: 0.3, colour: 0.3, rotation: 20, erase: 0.5 };
    const once = augmentPicture(picture, all, deriveRng(7, 'a'));
    expect(augmentPicture(picture, all, deriveRng(7, 'a'))).toEqual(once);
    expect(augmentPicture(picture, all, deriveRng(7, 'b'))).not.toEqual(once);
  });

  it('mirrors left to right exactly, half of the time', () => {
    const picture = noise(5, 3);
    const mirrored = augmentPicture(picture, { ...nothing, flip: true }, scripted(0.2));
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 5; x++)
        for (let channel = 0; channel < 3; channel++)
          expect(mirrored[(y * 5 + x) * 3 + channel]).toBe(picture[(y * 5 + (4 - x)) * 3 + channel]);
    expect(augmentPicture(picture, { ...nothing, flip: true }, scripted(0.7))).toEqual(picture);
    let count = 0;
    for (let i = 0; i < 400; i++) {
      const changed = augmentPicture(picture, { ...nothing, flip: true }, deriveRng(i, 'flip'));
      if (changed[0] !== picture[0]) count += 1;
    }
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(250);
  });

  it('a crop shows a part, scaled up: values of a ramp stay in order and their range shrinks', () => {
    const size = 32;
    const ramp = Uint8Array.from({ length: size * size * 3 }, (_, at) => Math.floor((at / 3) % size) * 8);
    const cropped = augmentPicture(ramp, { ...nothing, crop: 0.5 }, scripted(0.9, 1));
    const row = Array.from({ length: size }, (_, x) => cropped[x * 3] ?? NaN);
    expect(row.every((value, x) => x === 0 || value >= (row[x - 1] ?? NaN))).toBe(true);
    const range = (row.at(-1) ?? NaN) - (row[0] ?? NaN);
    expect(range).toBeGreaterThan(8 * 31 * 0.45);
    expect(range).toBeLessThan(8 * 31 * 0.55);
  });

  it('turns about the middle: what is in the middle stays, what is at the side moves', () => {
    const size = 33;
    const picture = new Uint8Array(size * size * 3);
    picture.set([200, 200, 200], (16 * size + 16) * 3);
    picture.set([250, 250, 250], (16 * size + 28) * 3);
    // The fifth number is the angle's.
    const turned = augmentPicture(picture, { ...nothing, rotation: 30 }, scripted(0.9, 0, 0, 0, 1));
    expect(turned[(16 * size + 16) * 3]).toBe(200);
    expect(turned[(16 * size + 28) * 3]).toBeLessThan(100);
    const brightest = turned.reduce((best, value, at) => (at % 3 === 0 && value > 60 && value !== 200 ? at / 3 : best), -1);
    expect(Math.hypot((brightest % size) - 16, Math.floor(brightest / size) - 16)).toBeCloseTo(12, -1);
  });

  it('colour keeps a grey picture grey and within 8 bits, and moves its brightness by no more than it may', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer(), (grey, seed) => {
        const picture = new Uint8Array(4 * 4 * 3).fill(grey);
        const changed = augmentPicture(picture, { ...nothing, colour: 0.5 }, deriveRng(seed, 'colour'));
        expect(new Set(changed).size).toBe(1);
        const factor = (changed[0] ?? NaN) / grey;
        if (grey > 0) expect(factor).toBeLessThanOrEqual(1.5 + 1 / grey);
        if (grey > 0) expect(factor).toBeGreaterThanOrEqual(0.5 - 1 / grey);
      }),
    );
  });

  it('covers one rectangle, as often as it is told to, and leaves the rest', () => {
    const size = 40;
    const picture = new Uint8Array(size * size * 3).fill(255);
    let covered = 0;
    for (let i = 0; i < 200; i++) {
      const changed = augmentPicture(picture, { ...nothing, erase: 0.5 }, deriveRng(i, 'erase'));
      const touched = changed.filter((value, at) => at % 3 === 0 && value !== 255).length;
      if (touched === 0) continue;
      covered += 1;
      expect(touched / size ** 2).toBeLessThan(0.25);
      expect(touched / size ** 2).toBeGreaterThan(0.005);
    }
    expect(covered).toBeGreaterThan(70);
    expect(covered).toBeLessThan(130);
  });

  it('switching one part on leaves what the others do as it is', () => {
    const picture = noise(24, 5);
    const flipped = augmentPicture(picture, { ...nothing, flip: true }, deriveRng(2, 'a'));
    const alsoCovered = augmentPicture(picture, { ...nothing, flip: true, erase: 0.5 }, deriveRng(2, 'a'));
    const same = alsoCovered.filter((value, at) => value === flipped[at]).length;
    expect(same / picture.length).toBeGreaterThan(0.7);
  });

  it('refuses what is no square picture', () => {
    expect(() => augmentPicture(new Uint8Array(7), nothing, deriveRng(1, 'x'))).toThrow(RangeError);
  });
});
