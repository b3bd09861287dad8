/** Colours that cats and dogs share, so that no colour gives the class away. */
import type { Random } from './random';
import { between, type Colour } from './raster';

export const colour = (hex: number): Colour => ({ r: (hex >> 16) & 255, g: (hex >> 8) & 255, b: hex & 255 });

/** A coat: most of the fur, its markings, and the pale parts (muzzle, chest, paws). */
type CoatColours = readonly [base: number, mark: number, pale: number];

export const coatColours: readonly [CoatColours, ...CoatColours[]] = [
  [0xdd9350, 0xb0602a, 0xf8e6cf],
  [0x9a9a9e, 0x5f6066, 0xe9e9ea],
  [0x4a464a, 0x2b282b, 0xf1ece6],
  [0xf3eee6, 0xc08a5a, 0xfffaf2],
  [0xe9cfa4, 0xb98a55, 0xfdf3df],
  [0x8e5e3c, 0x573622, 0xeed9bf],
  [0x6a4431, 0x3b241a, 0xe2c3a2],
  [0xc4915a, 0x4c3a30, 0xf6e3c4],
  [0x7f8b9a, 0x4f5966, 0xdfe5ea],
  [0xb35f33, 0x743519, 0xf5dcc3],
  [0xc9c3ba, 0x6d665e, 0xf6f3ee],
  [0xf1efec, 0x3d393a, 0xffffff],
  [0xd9b98d, 0x503a2c, 0xf7ead3],
  [0x5b5148, 0xc07d45, 0xf2e4d2],
];

export const eyeColours: readonly [number, ...number[]] = [0x8a5a2b, 0x5f3d22, 0xc7902f, 0x7d9a45, 0x5f93b5, 0x3f7f62];
export const noseColours: readonly [number, ...number[]] = [0x2b2426, 0x3a2a26, 0xd98a8a, 0x7a4a40];
export const collarColours: readonly [number, ...number[]] = [0xc23b3b, 0x2f6fb0, 0x3f9a6a, 0xe0a52c, 0x7c55a8, 0xe56f8e];
export const rose = colour(0xe8a09c);
export const tongueColour = colour(0xe4717a);
export const white = colour(0xffffff);

/** Walls, skies and patterns: each a ground colour and a companion. */
export const roomColours: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [0xf4dcc8, 0xe8bfa0],
  [0xcfe3ea, 0xa5c9d8],
  [0xe4e0f0, 0xc0b6dc],
  [0xdbe8cf, 0xb4cf9c],
  [0xf7ebb9, 0xecd27c],
  [0xf3d3d6, 0xe4a9b2],
  [0xe8e6e1, 0xc9c4ba],
  [0x7fa3b4, 0x5a8296],
  [0x8aa886, 0x66876a],
  [0xb98f7d, 0x95695a],
  [0x55627a, 0x3d4860],
  [0xd2a15f, 0xb07f41],
];

export const floorColours: readonly [number, ...number[]] = [0xc79a6b, 0xa9754a, 0xd8c5a8, 0x8f8478, 0xb7a6b9, 0x7e9a9c];

/** The colour a little lighter or darker, warmer or cooler. */
export const vary = (given: Colour, draw: Random, amount = 14): Colour => {
  const light = draw.between(-amount, amount);
  const warm = draw.between(-amount, amount) / 3;
  return { r: given.r + light + warm, g: given.g + light, b: given.b + light - warm };
};

export const darker = (given: Colour, amount: number): Colour => between(given, colour(0x1d1512), amount);
export const lighter = (given: Colour, amount: number): Colour => between(given, white, amount);

/** How light a colour looks, 0..1. */
export const lightness = ({ r, g, b }: Colour): number => (0.3 * r + 0.59 * g + 0.11 * b) / 255;
