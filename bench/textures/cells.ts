import type { Rng } from '../../src/domain/rng';

/** What a picture shows: cells with one nucleus each, or cells of which some have divided theirs. */
export const cellKinds = ['dividing', 'resting'] as const;
export type CellKind = (typeof cellKinds)[number];

/** Side of a picture, pixels: what the fit `crop` takes without scaling. */
export const textureSide = 256;

/** How hard the two kinds are to tell apart. */
const difficulty = {
  /** Of the cells of a dividing culture, those whose nucleus has divided. */
  dividedShare: [0.5, 0.75],
  /** Centres of a divided nucleus' halves, in radii of the undivided one. */
  halvesApart: 1.5,
  /** Standard deviation of the camera's noise, of 255. */
  noise: 7,
} as const;

type Colour = readonly [number, number, number];

interface Stain {
  readonly ground: Colour;
  readonly body: Colour;
  readonly nucleus: Colour;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  /** Half axes, pixels. */
  readonly across: number;
  readonly along: number;
  /** Radians. */
  readonly angle: number;
  readonly colour: Colour;
  /** Share of what is below that it covers, at its middle. */
  readonly opacity: number;
  /** Width of its edge in half axes. */
  readonly softness: number;
}

function between(rng: Rng, low: number, high: number): number {
  return low + (high - low) * rng.uniform();
}

/** Standard normal, by Box and Muller. */
function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
}

function shade(colour: Colour, by: number): Colour {
  return [colour[0] * by, colour[1] * by, colour[2] * by];
}

/** Slides are stained by hand: each is a little lighter, bluer or redder than the last. */
function createStain(rng: Rng): Stain {
  const warmth = between(rng, -14, 14);
  const light = between(rng, 0.9, 1.06);
  const warm = ([red, green, blue]: Colour): Colour => shade([red + warmth, green, blue - warmth], light);
  return { ground: warm([232, 222, 232]), body: warm([205, 165, 200]), nucleus: warm([112, 78, 150]) };
}

/** One nucleus, or two halves that together cover as much: neither colour nor stained area tells the kinds apart. */
function placeNucleus(rng: Rng, cell: Spot, colour: Colour, isDivided: boolean): Spot[] {
  const radius = cell.across * between(rng, 0.4, 0.5);
  const stretch = between(rng, 0.8, 1.25);
  const angle = between(rng, 0, Math.PI);
  const [x, y] = [cell.x + cell.across * between(rng, -0.2, 0.2), cell.y + cell.across * between(rng, -0.2, 0.2)];
  const spot = { angle, colour: shade(colour, between(rng, 0.85, 1.15)), opacity: between(rng, 0.75, 0.95), softness: 0.35 };
  if (!isDivided) return [{ ...spot, x, y, across: radius * stretch, along: radius / stretch }];
  const half = radius * Math.SQRT1_2;
  const reach = (difficulty.halvesApart * radius) / 2;
  return [-1, 1].map((side) => ({
    ...spot,
    x: x + side * reach * Math.cos(angle),
    y: y + side * reach * Math.sin(angle),
    across: half * Math.min(1, stretch),
    along: half / Math.min(1, stretch),
  }));
}

/** Granules lie in cells of both kinds, so that a dark spot beside another means nothing by itself. */
function placeGranules(rng: Rng, cell: Spot, colour: Colour): Spot[] {
  return Array.from({ length: rng.integer(4) }, () => {
    const turn = between(rng, 0, 2 * Math.PI);
    const out = cell.across * between(rng, 0.3, 0.85);
    const radius = cell.across * between(rng, 0.08, 0.2);
    return {
      x: cell.x + out * Math.cos(turn),
      y: cell.y + out * Math.sin(turn),
      across: radius,
      along: radius * between(rng, 0.8, 1.2),
      angle: turn,
      colour: shade(colour, between(rng, 0.9, 1.3)),
      opacity: between(rng, 0.4, 0.8),
      softness: 0.5,
    };
  });
}

/** Places on a shaken grid, in random order, cells overlapping a little. */
function placeCells(rng: Rng, stain: Stain): Spot[] {
  const pitch = between(rng, 38, 54);
  const count = Math.ceil(textureSide / pitch) + 1;
  const [shiftX, shiftY] = [between(rng, -1, 0) * pitch, between(rng, -1, 0) * pitch];
  const places = Array.from({ length: count * count }, (_, at) => [at % count, Math.floor(at / count)] as const);
  return rng
    .shuffle(places)
    .filter(() => rng.uniform() < 0.85)
    .map(([column, row]) => ({
      x: shiftX + (column + 0.5 + between(rng, -0.3, 0.3)) * pitch,
      y: shiftY + (row + 0.5 + between(rng, -0.3, 0.3)) * pitch,
      across: pitch * between(rng, 0.4, 0.52),
      along: pitch * between(rng, 0.36, 0.5),
      angle: between(rng, 0, Math.PI),
      colour: shade(stain.body, between(rng, 0.92, 1.06)),
      opacity: between(rng, 0.6, 0.9),
      softness: 0.18,
    }));
}

function paint(canvas: Float32Array, spot: Spot): void {
  const reach = Math.max(spot.across, spot.along) * (1 + spot.softness);
  const [cos, sin] = [Math.cos(spot.angle), Math.sin(spot.angle)];
  const clamp = (value: number) => Math.min(textureSide - 1, Math.max(0, value));
  for (let y = clamp(Math.floor(spot.y - reach)); y <= clamp(Math.ceil(spot.y + reach)); y++) {
    for (let x = clamp(Math.floor(spot.x - reach)); x <= clamp(Math.ceil(spot.x + reach)); x++) {
      const [right, down] = [x - spot.x, y - spot.y];
      const far = Math.hypot((right * cos + down * sin) / spot.across, (down * cos - right * sin) / spot.along);
      const inside = Math.min(1, Math.max(0, (1 - far) / spot.softness + 0.5));
      const cover = inside * inside * (3 - 2 * inside) * spot.opacity;
      if (cover === 0) continue;
      const at = (y * textureSide + x) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const below = canvas[at + channel] ?? 0;
        canvas[at + channel] = below + cover * ((spot.colour[channel] ?? 0) - below);
      }
    }
  }
}

/** The lamp is brighter on one side. */
function paintGround(canvas: Float32Array, rng: Rng, ground: Colour): void {
  const slope = between(rng, 0, 0.1);
  const turn = between(rng, 0, 2 * Math.PI);
  for (let y = 0; y < textureSide; y++) {
    for (let x = 0; x < textureSide; x++) {
      const side = ((x / textureSide - 0.5) * Math.cos(turn) + (y / textureSide - 0.5) * Math.sin(turn)) * slope;
      canvas.set(shade(ground, 1 + side), (y * textureSide + x) * 3);
    }
  }
}

/** A picture of cells under a microscope: RGBA, row by row, 256 x 256. The same stream gives the same picture. */
export function createCellPicture(kind: CellKind, rng: Rng): { width: number; height: number; data: Uint8ClampedArray } {
  const stain = createStain(rng);
  const canvas = new Float32Array(textureSide * textureSide * 3);
  paintGround(canvas, rng, stain.ground);
  const share = between(rng, ...difficulty.dividedShare);
  for (const cell of placeCells(rng, stain)) {
    const isDivided = rng.uniform() < share && kind === 'dividing';
    const parts = [cell, ...placeGranules(rng, cell, stain.nucleus), ...placeNucleus(rng, cell, stain.nucleus, isDivided)];
    for (const part of parts) paint(canvas, part);
  }
  const data = new Uint8ClampedArray(textureSide * textureSide * 4).fill(255);
  for (let pixel = 0; pixel < textureSide * textureSide; pixel++) {
    const grain = difficulty.noise * normal(rng);
    for (let channel = 0; channel < 3; channel++) data[pixel * 4 + channel] = (canvas[pixel * 3 + channel] ?? 0) + grain;
  }
  return { width: textureSide, height: textureSide, data };
}
