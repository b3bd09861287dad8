/** A dog's head. The unit is half the head's width; (0, 0) is the middle of the head. */
import { drawPart, fur } from './coat';
import { type DogEars, drawHangingEar, drawStandingEar } from './dog-ears';
import { drawEyes, drawNose, type Face, lineOf, seen } from './face';
import { colour, darker, lighter, tongueColour } from './palette';
import { cosine, type Random } from './random';
import { type Pen, solid } from './raster';
import { blend, curve, ellipse, type Shape, stroke } from './shapes';

interface DogHead {
  readonly ears: DogEars;
  /** Length of the muzzle, 0 (pug) .. 1 (shepherd). */
  readonly muzzle: number;
  readonly jaw: number;
  readonly tongue: boolean;
  readonly brows: boolean;
  readonly blaze: boolean;
  readonly eyeSize: number;
}

export const createDogHead = (draw: Random, index: number): DogHead => ({
  ears: (['floppy', 'upright', 'folded', 'long', 'floppy', 'small', 'upright', 'shaggy'] as const)[index % 8] ?? 'floppy',
  muzzle: draw.between(0.1, 1),
  jaw: draw.next(),
  tongue: draw.chance(0.42),
  brows: draw.chance(0.4),
  blaze: draw.chance(0.35),
  eyeSize: draw.between(0.14, 0.19),
});

const drawMouth = (pen: Pen, face: Face, head: DogHead, mx: number, my: number, wide: number): void => {
  const line = lineOf(face);
  const narrow = 0.65 + 0.35 * cosine(face.yaw);
  if (head.tongue) {
    const mouth = ellipse(mx, my + 0.3, wide * 0.55 * narrow, 0.2);
    drawPart(pen, blend(0.1, mouth, ellipse(mx, my + 0.2, wide * 0.6 * narrow, 0.12)), solid(colour(0x5a2a2c)), {
      ...face.finish,
      kind: 'flat',
    });
    drawPart(
      pen,
      stroke([
        [mx, my + 0.32, 0.13],
        [mx + 0.02, my + 0.5, 0.14],
      ]),
      solid(tongueColour),
      { ...face.finish, lineWidth: face.finish.lineWidth * 0.6 },
    );
    pen.fill(
      stroke([
        [mx, my + 0.32, 0.012],
        [mx + 0.015, my + 0.48, 0.012],
      ]),
      solid(darker(tongueColour, 0.3)),
    );
  }
  drawPart(
    pen,
    blend(
      0.1,
      ellipse(mx - wide * 0.34 * narrow, my + 0.1, wide * 0.56, 0.24),
      ellipse(mx + wide * 0.34 * narrow, my + 0.1, wide * 0.56, 0.24),
    ),
    fur(face.coat, 'muzzle'),
    { ...face.finish, lineWidth: 0 },
  );
  pen.fill(
    stroke([
      [mx, my - 0.05, 0.025],
      [mx, my + 0.2, 0.025],
    ]),
    solid(line),
  );
  for (const side of [-1, 1]) {
    pen.fill(
      curve(
        [
          [mx, my + 0.2, 0.028],
          [mx + side * wide * 0.42 * narrow, my + 0.31, 0.028],
          [mx + side * wide * 0.85 * narrow, my + 0.16, 0.016],
        ],
        5,
      ),
      solid(line),
    );
    for (const k of [0, 1, 2])
      pen.fill(
        ellipse(mx + side * wide * (0.32 + 0.13 * k) * narrow, my + 0.08 + 0.06 * (k % 2), 0.018, 0.018),
        solid(line, 0.6),
      );
  }
};

export const drawDogHead = (pen: Pen, face: Face, head: DogHead): void => {
  const { coat, finish, yaw } = face;
  for (const side of [-1, 1]) drawStandingEar(pen, face, head.ears, side);
  const turnX = seen(0, 1, yaw).x;
  if (Math.abs(yaw) > 0.25) drawHangingEar(pen, face, head.ears, yaw > 0 ? 1 : -1);

  const skull: Shape = blend(0.3, ellipse(0, -0.14, 0.84, 0.78), ellipse(turnX * 0.25, 0.32, 0.6 + 0.14 * head.jaw, 0.5));
  drawPart(pen, skull, fur(coat, 'head'), finish, coat);

  const wide = 0.46 - 0.08 * head.muzzle + 0.05 * head.jaw;
  const [mx, my] = [turnX * (0.72 + 0.55 * head.muzzle), 0.36 + 0.1 * head.muzzle];
  const bridge = blend(0.25, ellipse(turnX * 0.5, 0.22, 0.4, 0.38), ellipse(mx, my + 0.04, wide, 0.34));
  drawPart(pen, bridge, fur(coat, 'muzzle', 0.98), { ...finish, lineWidth: Math.abs(yaw) > 0.3 ? finish.lineWidth : 0 });
  if (Math.abs(yaw) > 0.3) {
    // the outline of the bridge must not cut across the cheek it grows from
    pen.fill(ellipse(turnX * 0.3, 0.26, 0.4, 0.36), fur(coat, coat.paleMuzzle ? 'muzzle' : 'head'), 0.12);
  }
  if (head.blaze)
    pen.fill(
      curve([
        [turnX * 0.6, -0.75, 0.05],
        [turnX * 0.8, -0.25, 0.1],
        [mx, my - 0.1, 0.2],
      ]),
      solid(coat.pale),
    );
  drawMouth(pen, face, head, mx, my, wide);
  drawNose(pen, face, mx + turnX * 0.08, my - 0.14, 0.19, 0.135, 0.35);
  drawEyes(pen, face, 0.37, -0.16, head.eyeSize);
  if (head.brows) {
    for (const side of [-1, 1]) {
      const at = seen(side * 0.36, 0.8, yaw);
      if (at.facing > 0.3) pen.fill(ellipse(at.x, -0.45, 0.12, 0.07, side * 0.3), solid(lighter(coat.pale, 0.1), 0.9), 0.05);
    }
  }
  for (const side of [-1, 1]) {
    const far = Math.abs(yaw) > 0.25 && side * yaw > 0;
    if (!far) drawHangingEar(pen, face, head.ears, side);
  }
};
