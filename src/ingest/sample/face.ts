/** What the faces of cats and dogs have in common: how a head turns, eyes, nose and mouth lines. The unit is half a head's width. */
import { type Coat, drawPart, type Finish } from './coat';
import { colour, darker, eyeColours, lighter, noseColours, white } from './palette';
import { clamp, cosine, type Random, sine } from './random';
import { type Colour, type Pen, solid } from './raster';
import { curve, ellipse, intersect, type Shape } from './shapes';

type EyeKind = 'round' | 'almond' | 'bead' | 'closed';

export interface Face {
  /** How far the head is turned to the right, radians. */
  readonly yaw: number;
  readonly coat: Coat;
  readonly finish: Finish;
  readonly eyes: EyeKind;
  readonly iris: Colour;
  readonly nose: Colour;
  readonly slit: boolean;
}

export const createFace = (yaw: number, coat: Coat, finish: Finish, slit: boolean, asleep: boolean, draw: Random): Face => ({
  yaw,
  coat,
  finish,
  eyes: asleep ? 'closed' : draw.pick(['round', 'round', 'almond', 'almond', 'bead', 'closed']),
  iris: colour(draw.pick(eyeColours)),
  nose: colour(draw.pick(noseColours)),
  slit,
});

interface Seen {
  readonly x: number;
  /** How directly the place faces the viewer: 1 straight on, 0 edge on, negative behind. */
  readonly facing: number;
}

/** Where a place at (x, z) of the head, z towards the viewer, is seen once the head has turned. */
export const seen = (x: number, z: number, yaw: number): Seen => {
  const [c, s] = [cosine(yaw), sine(yaw)];
  return { x: x * c + z * s, facing: (z * c - x * s) / Math.sqrt(x * x + z * z) };
};

export const lineOf = (face: Face): Colour => (face.finish.lineWidth > 0 ? face.finish.line : darker(face.coat.mark, 0.75));

const drawEye = (pen: Pen, face: Face, x: number, y: number, size: number, facing: number, outer: number): void => {
  const width = clamp(facing * 1.25, 0.35, 1);
  const line = lineOf(face);
  if (face.eyes === 'closed') {
    const [w, droop] = [size * 1.15 * width, size * 0.5];
    pen.fill(
      curve([
        [x - w, y, 0.025],
        [x, y + droop, 0.045],
        [x + w, y, 0.025],
      ]),
      solid(line),
    );
    return;
  }
  if (face.eyes === 'bead') {
    pen.fill(ellipse(x, y, size * 0.72 * width, size * 0.8), solid(colour(0x1c1618)));
    pen.fill(ellipse(x - size * 0.2, y - size * 0.28, size * 0.22, size * 0.22), solid(white, 0.95));
    return;
  }
  const tall = face.eyes === 'almond' ? 0.78 : 1;
  const slant = face.eyes === 'almond' ? -0.3 * outer : 0;
  const ball = ellipse(x, y, size * width * (face.eyes === 'almond' ? 1.15 : 1), size * tall, slant);
  const rim: Shape = {
    box: { left: x - 2 * size, top: y - 2 * size, right: x + 2 * size, bottom: y + 2 * size },
    distance: (u, v) => ball.distance(u, v) - 0.04,
  };
  pen.fill(rim, solid(line));
  pen.fill(ball, (ink, _, v) => {
    const shade = clamp((v - y) / size + 0.5);
    const tint = shade > 0.5 ? lighter(face.iris, (shade - 0.5) * 0.5) : darker(face.iris, (0.5 - shade) * 0.6);
    ink.r = tint.r;
    ink.g = tint.g;
    ink.b = tint.b;
  });
  const pupil = ellipse(x, y, size * width * (face.slit ? 0.24 : 0.62), size * (face.slit ? 0.82 : 0.66) * tall);
  pen.fill(intersect(pupil, ball), solid(colour(0x17120f)));
  pen.fill(ellipse(x - size * 0.28, y - size * 0.32 * tall, size * 0.22, size * 0.22), solid(white, 0.95));
  pen.fill(ellipse(x + size * 0.25, y + size * 0.35 * tall, size * 0.1, size * 0.1), solid(white, 0.6));
};

/** Both eyes, `apart` from the middle of the face; one that has turned out of sight is left out. */
export const drawEyes = (pen: Pen, face: Face, apart: number, y: number, size: number): void => {
  for (const side of [-1, 1]) {
    const at = seen(side * apart, 0.85, face.yaw);
    if (at.facing > 0.22) drawEye(pen, face, at.x, y, size, at.facing, side);
  }
};

/** A rounded nose, `rx` wide and `ry` high; `point` draws its lower end together. */
export const drawNose = (pen: Pen, face: Face, x: number, y: number, rx: number, ry: number, point: number): void => {
  const shape: Shape = {
    box: { left: x - 2 * rx, top: y - 2 * ry, right: x + 2 * rx, bottom: y + 2 * ry },
    distance: (u, v) => {
      const narrow = 1 - point * clamp((v - y) / ry, -0.3, 0.95);
      const [p, q] = [(u - x) / (rx * narrow), (v - y) / ry];
      return (Math.sqrt(p * p + q * q) - 1) * Math.min(rx, ry);
    },
  };
  drawPart(pen, shape, solid(face.nose), { ...face.finish, lineWidth: face.finish.lineWidth * 0.6 });
  pen.fill(ellipse(x - rx * 0.25, y - ry * 0.4, rx * 0.3, ry * 0.2), solid(white, 0.45));
};
