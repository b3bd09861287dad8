/** A cat's head. The unit is half the head's width; (0, 0) is the middle of the head. */
import { drawPart, fur } from './coat';
import { drawEyes, drawNose, type Face, lineOf, seen } from './face';
import { lighter, lightness, rose, tongueColour, white } from './palette';
import { cosine, type Random } from './random';
import { type Pen, solid } from './raster';
import { blend, curve, ellipse, polygon, type Shape, stroke } from './shapes';

type CatEars = 'pointed' | 'large' | 'small' | 'folded' | 'tufted';

const earSizes: Record<CatEars, readonly [rise: number, spread: number]> = {
  pointed: [0.78, 0.3],
  large: [1.0, 0.36],
  small: [0.52, 0.26],
  folded: [0.42, 0.36],
  tufted: [0.86, 0.3],
};

const drawEar = (pen: Pen, face: Face, ears: CatEars, side: number): void => {
  const { coat, finish, yaw } = face;
  const [rise, spread] = earSizes[ears];
  const middle = seen(side * 0.62, 0, yaw).x;
  const narrow = 0.75 + 0.25 * cosine(yaw);
  const half = spread * narrow;
  const lean = side * 0.22 * cosine(yaw);
  const foot = -0.52;
  const tip: readonly [number, number] = [middle + lean, -0.62 - rise];
  if (ears === 'tufted') {
    pen.fill(
      stroke([
        [tip[0], tip[1] + 0.1, 0.06],
        [tip[0] + lean * 0.6, tip[1] - 0.22, 0.01],
      ]),
      solid(lineOf(face)),
    );
  }
  if (ears === 'folded') {
    drawPart(
      pen,
      polygon(
        [
          [middle - half, foot],
          [middle - half * 0.5 + lean, -0.84],
          [middle + half * 0.7 + lean, -0.84],
          [middle + half, foot + 0.1],
        ],
        0.1,
      ),
      fur(coat, 'ear'),
      finish,
    );
    return;
  }
  drawPart(pen, polygon([[middle - half, foot], tip, [middle + half, foot]], 0.09), fur(coat, 'ear', 0.95), finish, {
    ...coat,
    tufts: coat.tufts * 0.6,
  });
  if (seen(side * 0.62, 0.3, yaw).facing < 0) return;
  const inner = lightness(coat.base) < 0.35 ? rose : lighter(rose, 0.2);
  pen.fill(
    polygon(
      [
        [middle - half * 0.45, foot],
        [tip[0] - lean * 0.1, tip[1] + rise * 0.32],
        [middle + half * 0.5, foot],
      ],
      0.05,
    ),
    solid(inner),
  );
};

const drawFold = (pen: Pen, face: Face, side: number): void => {
  const middle = seen(side * 0.66, 0.1, face.yaw).x;
  const flap = polygon(
    [
      [middle - 0.26, -0.78],
      [middle + 0.26, -0.78],
      [middle + side * 0.1, -0.46],
    ],
    0.09,
  );
  drawPart(pen, flap, fur(face.coat, 'ear', 0.9), face.finish);
};

const drawWhiskers = (pen: Pen, face: Face, x: number, y: number): void => {
  const tint = lightness(face.coat.base) < 0.45 || face.finish.kind === 'soft' ? lighter(face.coat.pale, 0.6) : lineOf(face);
  for (const side of [-1, 1]) {
    const reach = 0.95 * (1 - 0.25 * side * face.yaw);
    for (const k of [-1, 0, 1]) {
      const from = x + side * 0.22;
      pen.fill(
        curve(
          [
            [from, y + k * 0.06, 0.018],
            [from + side * reach * 0.5, y + k * 0.1 - 0.05, 0.014],
            [from + side * reach, y + k * 0.24, 0.006],
          ],
          4,
        ),
        solid(tint),
      );
    }
  }
};

interface CatHead {
  readonly ears: CatEars;
  /** How round and wide the cheeks are, 0..1. */
  readonly cheeks: number;
  /** How far the muzzle stands out, 0..1. */
  readonly muzzle: number;
  readonly whiskers: boolean;
  readonly tongue: boolean;
  readonly eyeSize: number;
}

export const createCatHead = (draw: Random, index: number): CatHead => ({
  ears: (['pointed', 'large', 'pointed', 'tufted', 'small', 'pointed', 'folded', 'pointed'] as const)[index % 8] ?? 'pointed',
  cheeks: draw.next(),
  muzzle: draw.next(),
  whiskers: draw.chance(0.85),
  tongue: draw.chance(0.1),
  eyeSize: draw.between(0.19, 0.26),
});

export const drawCatHead = (pen: Pen, face: Face, head: CatHead): void => {
  const { coat, finish, yaw } = face;
  for (const side of [-1, 1]) drawEar(pen, face, head.ears, side);

  const turnX = seen(0, 1, yaw).x;
  const wide = 0.86 + 0.14 * head.cheeks;
  const skull: Shape = blend(
    0.35,
    ellipse(0, -0.08, 0.9, 0.76),
    ellipse(turnX * 0.14, 0.26, wide, 0.5),
    ellipse(turnX * 0.55, 0.42, 0.5, 0.4),
  );
  drawPart(pen, skull, fur(coat, 'head'), finish, coat);
  if (head.ears === 'folded') for (const side of [-1, 1]) drawFold(pen, face, side);

  const out = 0.82 + 0.22 * head.muzzle;
  const mx = turnX * out;
  const puff = 0.22 + 0.05 * head.muzzle;
  const narrow = 0.7 + 0.3 * cosine(yaw);
  const muzzle = blend(
    0.06,
    ellipse(mx - 0.19 * narrow, 0.44, puff, puff * 0.8),
    ellipse(mx + 0.19 * narrow, 0.44, puff, puff * 0.8),
    ellipse(mx * 0.96, 0.6, 0.2, 0.15),
  );
  drawPart(pen, muzzle, fur(coat, 'muzzle'), { ...finish, lineWidth: Math.abs(yaw) > 0.7 ? finish.lineWidth : 0 });

  const line = lineOf(face);
  if (head.tongue)
    drawPart(pen, ellipse(mx, 0.64, 0.09, 0.13), solid(tongueColour), { ...finish, lineWidth: finish.lineWidth * 0.6 });
  const ny = 0.3;
  pen.fill(
    stroke([
      [mx, ny, 0.022],
      [mx, 0.47, 0.022],
    ]),
    solid(line),
  );
  for (const side of [-1, 1]) {
    pen.fill(
      curve(
        [
          [mx, 0.47, 0.024],
          [mx + side * 0.11, 0.55, 0.024],
          [mx + side * 0.25 * narrow, 0.48, 0.016],
        ],
        4,
      ),
      solid(line),
    );
  }
  drawNose(pen, face, mx, ny, 0.115, 0.085, 0.6);
  drawEyes(pen, face, 0.42, 0, head.eyeSize);
  if (head.whiskers) drawWhiskers(pen, face, mx, 0.45);
  else
    for (const side of [-1, 1])
      for (const k of [0, 1])
        pen.fill(ellipse(mx + side * (0.16 + 0.08 * k), 0.42 + 0.04 * k, 0.018, 0.018), solid(k > 1 ? white : line, 0.7));
};
