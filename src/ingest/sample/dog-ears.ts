/** A dog's ears: those that stand, and those that hang. The unit is half the head's width. */
import { drawPart, fur } from './coat';
import { type Face, seen } from './face';
import { darker, rose } from './palette';
import { cosine } from './random';
import { type Pen, solid } from './raster';
import { blob, type Point, polygon } from './shapes';

export type DogEars = 'floppy' | 'long' | 'upright' | 'folded' | 'small' | 'shaggy';

const mirrorPoints = (points: readonly Point[], middle: number, side: number, narrow: number): Point[] =>
  points.map(([x, y]) => [middle + x * side * narrow, y] as const);

/** Ears that stand, drawn behind the skull. */
export const drawStandingEar = (pen: Pen, face: Face, ears: DogEars, side: number): void => {
  const { coat, finish, yaw } = face;
  const narrow = 0.7 + 0.3 * cosine(yaw);
  const middle = seen(side * 0.55, -0.1, yaw).x;
  if (ears === 'upright') {
    drawPart(
      pen,
      blob(
        mirrorPoints(
          [
            [-0.27, -0.45],
            [-0.14, -1.05],
            [0.12, -1.5],
            [0.28, -1.0],
            [0.32, -0.35],
          ],
          middle,
          side,
          narrow,
        ),
      ),
      fur(coat, 'ear', 0.92),
      finish,
    );
    if (seen(side * 0.55, 0.3, yaw).facing > 0) {
      pen.fill(
        blob(
          mirrorPoints(
            [
              [-0.1, -0.6],
              [-0.02, -1.02],
              [0.11, -1.28],
              [0.18, -0.95],
              [0.18, -0.5],
            ],
            middle,
            side,
            narrow,
          ),
        ),
        solid(darker(rose, 0.15)),
      );
    }
  } else if (ears === 'folded') {
    drawPart(
      pen,
      polygon(
        mirrorPoints(
          [
            [-0.25, -0.5],
            [-0.05, -1.0],
            [0.3, -0.92],
            [0.3, -0.4],
          ],
          middle,
          side,
          narrow,
        ),
        0.08,
      ),
      fur(coat, 'ear'),
      finish,
    );
  }
};

const flapPoints: Partial<Record<DogEars, readonly Point[]>> = {
  floppy: [
    [-0.22, -0.62],
    [0.12, -0.72],
    [0.38, -0.35],
    [0.46, 0.2],
    [0.28, 0.5],
    [0.06, 0.28],
    [-0.06, -0.2],
  ],
  long: [
    [-0.2, -0.55],
    [0.12, -0.62],
    [0.36, -0.2],
    [0.5, 0.5],
    [0.42, 1.0],
    [0.16, 1.02],
    [0.02, 0.5],
    [-0.04, -0.1],
  ],
  folded: [
    [-0.12, -1.02],
    [0.34, -0.98],
    [0.52, -0.72],
    [0.5, -0.36],
    [0.2, -0.55],
  ],
  small: [
    [-0.24, -0.68],
    [0.06, -0.82],
    [0.34, -0.56],
    [0.38, -0.14],
    [0.16, -0.2],
    [-0.04, -0.46],
  ],
  shaggy: [
    [-0.26, -0.66],
    [0.1, -0.8],
    [0.44, -0.4],
    [0.58, 0.25],
    [0.44, 0.72],
    [0.22, 0.78],
    [0.0, 0.5],
    [-0.1, -0.1],
  ],
};

/** Ears that hang, drawn over the skull. */
export const drawHangingEar = (pen: Pen, face: Face, ears: DogEars, side: number): void => {
  const points = flapPoints[ears];
  if (points === undefined) return;
  const { coat, finish, yaw } = face;
  const far = side * yaw > 0;
  const narrow = far ? 0.55 + 0.45 * cosine(yaw) : 0.9 + 0.25 * Math.abs(yaw);
  const middle = seen(side * (ears === 'folded' ? 0.55 : 0.72), 0.05, yaw).x;
  const shaggy = ears === 'shaggy' ? { ...coat, tufts: 0.07 } : coat;
  drawPart(
    pen,
    blob(mirrorPoints(points, middle, side, narrow)),
    fur(coat, 'ear', finish.lineWidth > 0 ? 0.9 : 0.76),
    finish,
    shaggy,
  );
};
