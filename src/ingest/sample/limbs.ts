/** How an animal is built, and its legs, paws and tail. The unit is half the head's width. */
import { type Coat, drawPart, type Finish, fur } from './coat';
import { darker } from './palette';
import type { Random } from './random';
import { type Pen, solid } from './raster';
import { type Bead, blend, curve, ellipse, stroke } from './shapes';

export interface Build {
  readonly kind: 'cat' | 'dog';
  /** How thick body and legs are, about 1. */
  readonly girth: number;
  readonly legs: number;
  readonly tail: 'long' | 'up' | 'curl' | 'short';
  readonly coat: Coat;
  readonly finish: Finish;
}

export const createBuild = (kind: 'cat' | 'dog', coat: Coat, finish: Finish, draw: Random): Build => ({
  kind,
  girth: draw.between(0.85, 1.15),
  legs: kind === 'cat' ? draw.between(0.8, 1.05) : draw.between(0.75, 1.3),
  tail: kind === 'cat' ? draw.pick(['long', 'long', 'up', 'up']) : draw.pick(['up', 'curl', 'short', 'long']),
  coat,
  finish,
});

export const drawTail = (pen: Pen, build: Build, x: number, y: number, resting: boolean): void => {
  const cat = build.kind === 'cat';
  const thick = (cat ? 0.17 : 0.2) * build.girth;
  const end = cat ? thick * 0.75 : thick * 0.35;
  let beads: Bead[];
  if (resting) {
    beads =
      cat || build.tail === 'long'
        ? [
            [x, y, thick],
            [x + 0.55, y + 0.15, thick],
            [x + 0.75, y - 0.3, thick],
            [x + 0.5, y - 0.75, end],
          ]
        : [
            [x, y, thick],
            [x + 0.4, y - 0.1, thick * 0.8],
            [x + 0.7, y - 0.4, end],
          ];
  } else if (build.tail === 'curl') {
    beads = [
      [x, y, thick],
      [x + 0.45, y - 0.6, thick * 1.1],
      [x + 0.1, y - 1.05, thick],
      [x - 0.3, y - 0.75, thick * 0.8],
      [x - 0.1, y - 0.5, end],
    ];
  } else if (build.tail === 'short') {
    beads = [
      [x, y, thick],
      [x + 0.35, y - 0.4, thick * 0.7],
    ];
  } else if (build.tail === 'up') {
    beads = cat
      ? [
          [x, y, thick],
          [x + 0.5, y - 0.6, thick],
          [x + 0.45, y - 1.5, thick * 0.9],
          [x + 0.75, y - 1.95, end],
        ]
      : [
          [x, y, thick],
          [x + 0.5, y - 0.45, thick],
          [x + 0.75, y - 1.15, end],
        ];
  } else {
    beads = cat
      ? [
          [x, y, thick],
          [x + 0.55, y + 0.25, thick],
          [x + 0.85, y + 0.0, thick * 0.9],
          [x + 0.95, y - 0.6, end],
        ]
      : [
          [x, y, thick],
          [x + 0.45, y + 0.35, thick],
          [x + 0.6, y + 1.0, end],
        ];
  }
  const shaggy = !cat && build.coat.tufts > 0 ? { ...build.coat, tufts: 0.08 } : build.coat;
  drawPart(pen, curve(beads), fur(build.coat, 'tail'), build.finish, shaggy);
};

/** One leg from the hip to the paw; `tone` below 1 is the far side. */
export const drawLeg = (
  pen: Pen,
  build: Build,
  from: readonly [number, number],
  to: readonly [number, number],
  tone = 1,
  knee = 0,
): void => {
  const thick = (build.kind === 'cat' ? 0.25 : 0.27) * build.girth;
  const [mx, my] = [(from[0] + to[0]) / 2 + knee, (from[1] + to[1]) / 2];
  const shape = blend(
    0.12,
    curve([
      [from[0], from[1], thick * 1.25],
      [mx, my, thick],
      [to[0], to[1] - 0.1, thick * 0.85],
    ]),
    ellipse(to[0] - 0.1, to[1], thick * 1.2, 0.17),
  );
  drawPart(pen, shape, fur(build.coat, 'limb', tone), build.finish);
  drawToes(pen, build, to[0] - 0.18, to[1]);
};

export const drawToes = (pen: Pen, build: Build, x: number, y: number): void => {
  const line = darker(build.coat.mark, 0.5);
  for (const k of [-1, 1])
    pen.fill(
      stroke([
        [x + k * 0.08, y + 0.0, 0.014],
        [x + k * 0.08, y + 0.12, 0.014],
      ]),
      solid(line, 0.7),
    );
};

export const drawPaw = (pen: Pen, build: Build, x: number, y: number, rx: number, ry: number): void => {
  drawPart(pen, ellipse(x, y, rx, ry), fur(build.coat, 'limb'), build.finish);
  drawToes(pen, build, x, y + ry * 0.2);
};

export const drawChest = (pen: Pen, build: Build, x: number, y: number, rx: number, ry: number): void => {
  if (build.coat.paleMuzzle) pen.fill(ellipse(x, y, rx, ry), solid(build.coat.pale, 0.95), 0.14);
};
