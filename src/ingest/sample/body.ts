/** Bodies, without the head: the unit is half the head's width and the head's middle is at (0, 0). Bodies in profile face left. */
import { drawPart, fur } from './coat';
import { type Build, drawChest, drawLeg, drawPaw, drawTail, drawToes } from './limbs';
import type { Pen } from './raster';
import { blend, type Box, curve, ellipse, stroke } from './shapes';

export const poses = ['portrait', 'sitting', 'sideways', 'lying', 'standing', 'loaf', 'walking', 'curled'] as const;
export type Pose = (typeof poses)[number];

const poseBoxes: Record<Pose, readonly [number, number, number, number]> = {
  portrait: [-1.35, -1.5, 1.35, 1.25],
  sitting: [-1.5, -1.5, 1.8, 3.55],
  sideways: [-1.2, -1.5, 2.9, 3.5],
  lying: [-1.5, -1.4, 4.0, 2.25],
  standing: [-1.2, -1.5, 4.0, 3.6],
  loaf: [-1.6, -1.5, 1.9, 2.1],
  walking: [-1.3, -1.5, 4.0, 3.6],
  curled: [-1.5, -1.2, 2.8, 1.9],
};

/** Where the paws of a standing animal touch the ground. */
const groundOf = (build: Build): number => 2.2 + 1.15 * build.legs;

/** What a pose takes up, head included. */
export const poseBox = (pose: Pose, build: Build): Box => {
  const [left, top, right, bottom] = poseBoxes[pose];
  const stands = pose === 'standing' || pose === 'walking';
  return { left, top, right, bottom: stands ? groundOf(build) + 0.2 : bottom };
};

const drawSitting = (pen: Pen, build: Build): void => {
  const g = build.girth;
  drawTail(pen, build, 0.85 * g, 3.1, build.kind === 'cat' || build.tail === 'long');
  const torso = blend(0.6, ellipse(0, 1.5, 0.78 * g, 0.95), ellipse(0, 2.55, 1.05 * g, 0.9));
  drawPart(pen, torso, fur(build.coat, 'body'), build.finish, build.coat);
  drawChest(pen, build, 0, 1.55, 0.4 * g, 0.62);
  for (const side of [-1, 1]) drawPaw(pen, build, side * 0.86 * g, 3.28, 0.42, 0.22);
  for (const side of [-1, 1]) {
    const x = side * 0.33 * g;
    drawPart(
      pen,
      blend(
        0.1,
        stroke([
          [x * 0.9, 2.1, 0.25 * g],
          [x, 3.2, 0.22 * g],
        ]),
        ellipse(x, 3.3, 0.28 * g, 0.19),
      ),
      fur(build.coat, 'limb'),
      build.finish,
    );
    drawToes(pen, build, x, 3.3);
  }
};

const drawSideways = (pen: Pen, build: Build): void => {
  const g = build.girth;
  drawTail(pen, build, 1.95, 3.05, build.kind === 'cat' || build.tail === 'long');
  drawLeg(pen, build, [0.55, 1.9], [0.35, 3.3], 0.82);
  const torso = blend(
    0.7,
    ellipse(0.35, 1.35, 0.62 * g, 0.85, -0.25),
    ellipse(0.75, 1.9, 0.8 * g, 0.85, -0.4),
    ellipse(1.2, 2.6, 0.95 * g, 0.82),
  );
  drawPart(pen, torso, fur(build.coat, 'body'), build.finish, build.coat);
  drawChest(pen, build, 0.0, 1.6, 0.3 * g, 0.55);
  drawPart(pen, ellipse(1.35, 2.8, 0.66 * g, 0.6), fur(build.coat, 'body', 0.96), {
    ...build.finish,
    lineWidth: build.finish.lineWidth * 0.6,
  });
  drawPaw(pen, build, 0.95, 3.3, 0.5, 0.19);
  drawLeg(pen, build, [0.22, 1.95], [0.08, 3.3]);
};

const drawLying = (pen: Pen, build: Build): void => {
  const g = build.girth;
  drawTail(pen, build, 3.15, 1.75, true);
  drawPart(
    pen,
    stroke([
      [0.4, 1.75, 0.26],
      [-0.75, 1.95, 0.2],
    ]),
    fur(build.coat, 'limb', 0.82),
    build.finish,
  );
  const torso = blend(
    0.7,
    ellipse(0.55, 1.1, 0.75, 0.9 * g),
    ellipse(1.5, 1.35, 1.3, 0.78 * g),
    ellipse(2.5, 1.4, 0.85, 0.75 * g),
  );
  drawPart(pen, torso, fur(build.coat, 'body'), build.finish, build.coat);
  drawPart(pen, ellipse(2.55, 1.55, 0.68, 0.56), fur(build.coat, 'body', 0.96), {
    ...build.finish,
    lineWidth: build.finish.lineWidth * 0.6,
  });
  drawPaw(pen, build, 2.1, 2.0, 0.5, 0.18);
  drawChest(pen, build, 0.0, 1.3, 0.35, 0.5);
  drawPart(
    pen,
    blend(
      0.1,
      stroke([
        [0.5, 1.85, 0.28],
        [-0.55, 2.02, 0.21],
      ]),
      ellipse(-0.72, 2.03, 0.28, 0.19),
    ),
    fur(build.coat, 'limb'),
    build.finish,
  );
  drawToes(pen, build, -0.78, 2.05);
};

const drawStanding = (pen: Pen, build: Build, stride: number): void => {
  const g = build.girth;
  const ground = groundOf(build);
  drawTail(pen, build, 3.0, 1.3, false);
  drawLeg(pen, build, [0.95, 1.8], [0.8 + stride, ground - 0.06], 0.8);
  drawLeg(pen, build, [2.6, 1.7], [2.55 - stride, ground - 0.06], 0.8, 0.12);
  const torso = blend(
    0.6,
    ellipse(0.35, 0.85, 0.6 * g, 0.8, -0.5),
    ellipse(0.85, 1.45, 0.85, 0.74 * g),
    ellipse(1.7, 1.45, 1.0, 0.62 * g),
    ellipse(2.5, 1.45, 0.72, 0.68 * g),
  );
  drawPart(pen, torso, fur(build.coat, 'body'), build.finish, build.coat);
  drawChest(pen, build, 0.25, 1.5, 0.35, 0.5);
  drawLeg(pen, build, [0.7, 1.85], [0.55 - stride, ground]);
  drawLeg(pen, build, [2.65, 1.7], [2.8 + stride, ground], 1, 0.15);
};

const drawLoaf = (pen: Pen, build: Build): void => {
  const g = build.girth;
  drawTail(pen, build, 1.1 * g, 1.7, true);
  drawPart(
    pen,
    blend(0.5, ellipse(0, 0.95, 1.0 * g, 0.9), ellipse(0, 1.35, 1.3 * g, 0.68)),
    fur(build.coat, 'body'),
    build.finish,
    build.coat,
  );
  drawChest(pen, build, 0, 1.15, 0.45, 0.45);
  for (const side of [-1, 1]) drawPaw(pen, build, side * 0.42, 1.82, 0.36, 0.22);
};

const drawCurled = (pen: Pen, build: Build): void => {
  const g = build.girth;
  const body = blend(0.5, ellipse(0.95, 0.65, 1.5, 1.05 * g), ellipse(1.6, 0.8, 1.05, 0.9));
  drawPart(pen, body, fur(build.coat, 'body'), build.finish, build.coat);
  drawPart(pen, ellipse(1.75, 1.05, 0.75, 0.6), fur(build.coat, 'body', 0.96), {
    ...build.finish,
    lineWidth: build.finish.lineWidth * 0.6,
  });
  const thick = build.kind === 'cat' || build.tail === 'long' ? 0.2 : 0.14;
  drawPart(
    pen,
    curve([
      [2.45, 1.05, thick],
      [1.9, 1.6, thick],
      [1.0, 1.68, thick * 0.9],
      [build.kind === 'cat' ? 0.35 : 0.8, 1.55, thick * 0.6],
    ]),
    fur(build.coat, 'tail'),
    build.finish,
  );
  drawPaw(pen, build, -0.35, 0.98, 0.42, 0.2);
};

const drawPortrait = (pen: Pen, build: Build): void => {
  const g = build.girth;
  drawPart(
    pen,
    blend(0.5, ellipse(0, 1.2, 0.8 * g, 0.9), ellipse(0, 2.5, 1.5 * g, 1.3)),
    fur(build.coat, 'body'),
    build.finish,
    build.coat,
  );
  drawChest(pen, build, 0, 1.7, 0.5, 0.75);
};

export const drawBody = (pen: Pen, pose: Pose, build: Build): void => {
  switch (pose) {
    case 'portrait':
      drawPortrait(pen, build);
      break;
    case 'sitting':
      drawSitting(pen, build);
      break;
    case 'sideways':
      drawSideways(pen, build);
      break;
    case 'lying':
      drawLying(pen, build);
      break;
    case 'standing':
      drawStanding(pen, build, 0);
      break;
    case 'walking':
      drawStanding(pen, build, 0.32);
      break;
    case 'loaf':
      drawLoaf(pen, build);
      break;
    case 'curled':
      drawCurled(pen, build);
      break;
  }
};
