/**
 * The embedded sample: labelled cats and dogs that this project draws itself, so that the app can be tried with no network.
 * Pure arithmetic, and the same pixels on every engine. They are drawings, not photos.
 */
import { drawBody, type Pose, poseBox, poses } from './body';
import { createCatHead, drawCatHead } from './cat';
import { coatKinds, createCoat, createFinish, drawPart, finishKinds } from './coat';
import { createDogHead, drawDogHead } from './dog';
import { createFace } from './face';
import { type Build, createBuild } from './limbs';
import { collarColours, colour, darker } from './palette';
import { Random } from './random';
import { Pen, Sheet, solid } from './raster';
import { paintScenery, sceneryKinds } from './scenery';
import { curve, ellipse } from './shapes';

export const drawingClasses = ['cat', 'dog'] as const;
export type DrawingClass = (typeof drawingClasses)[number];
export const drawingsPerClass = 64;
/** Width and height in pixels unless another is asked for. */
export const drawingSize = 256;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** RGBA bytes, row by row, every pixel opaque. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** The file name of a drawing, as Kaggle's Cats vs. Dogs names its pictures. */
export const drawingName = (kind: DrawingClass, index: number): string => `${kind}.${String(index)}.png`;

/** Both classes go through the same lists in steps of their own, so that each has every pose, coat and scene equally often. */
const inTurn = <T>(list: readonly [T, ...T[]], index: number, step: number, offset: number): T =>
  list[(index * step + Math.floor(index / list.length) + offset) % list.length] ?? list[0];

const headTilt: Record<Pose, number> = {
  portrait: 0.22,
  sitting: 0.22,
  sideways: 0.12,
  lying: 0.12,
  standing: 0.1,
  loaf: 0.16,
  walking: 0.1,
  curled: 0.3,
};
const facesSideways = new Set<Pose>(['sideways', 'lying', 'standing', 'walking', 'curled']);

const drawCollar = (pen: Pen, build: Build, pose: Pose, draw: Random): void => {
  if (!draw.chance(0.35) || pose === 'curled') return;
  const band = colour(draw.pick(collarColours));
  const lean = facesSideways.has(pose) ? 0.14 : 0;
  const [w, y] = [0.58 * build.girth, pose === 'loaf' ? 0.72 : 0.78];
  drawPart(
    pen,
    curve([
      [-w + lean, y, 0.1],
      [lean, y + 0.26, 0.11],
      [w + lean, y, 0.1],
    ]),
    solid(band),
    build.finish,
  );
  if (draw.chance(0.6)) drawPart(pen, ellipse(lean, y + 0.42, 0.13, 0.13), solid(colour(0xf2c84b)), build.finish);
};

/** Places the pose in the picture: large or small, to a side, sometimes cut by the edge; on the floor where there is one. */
const placeAnimal = (pen: Pen, pose: Pose, build: Build, floor: number | undefined, draw: Random): Pen => {
  const { left, top, right, bottom } = poseBox(pose, build);
  const mirror = draw.chance(0.5);
  const [width, height] = [right - left, bottom - top];
  const fill = pose === 'portrait' ? draw.between(0.78, 1.05) : draw.between(0.7, 0.97);
  const scale = fill / Math.max(width, height);
  const centre = 0.5 + draw.between(-0.5, 0.5) * Math.max(0.06, 0.9 - width * scale);
  let lowest =
    pose === 'portrait' ? 1.02 : 0.5 + (height * scale) / 2 + draw.between(-0.4, 0.4) * Math.max(0, 0.94 - height * scale);
  if (pose !== 'portrait' && floor !== undefined) lowest = Math.max(lowest, draw.between(floor + 0.12, 0.95));
  const middle = ((left + right) / 2) * scale;
  return pen.placed({ x: centre + (mirror ? middle : -middle), y: lowest - bottom * scale, scale, mirror });
};

/**
 * Draws one labelled picture, always the same for the same class, index and size.
 *
 * @param index 0 .. drawingsPerClass - 1; larger ones give further drawings of the same kind
 * @param size width and height in pixels
 */
export const createDrawing = (kind: DrawingClass, index: number, size: number = drawingSize): Drawing => {
  const isCat = kind === 'cat';
  const draw = new Random((isCat ? 0x0ca70000 : 0x0d060000) + index * 7919);
  const sheet = new Sheet(size);
  const page = Pen.on(sheet);
  const shift = isCat ? 0 : 5;

  const coat = createCoat(inTurn(coatKinds, index, 2, shift), index * 3 + shift * 4, !isCat, draw);
  const floor = paintScenery(page, inTurn(sceneryKinds, index, 3, shift), [coat.base], draw);
  const pose = inTurn(poses, index, 5, shift);
  const finish = createFinish(inTurn(finishKinds, index, 1, shift), coat, draw);
  const build = createBuild(kind, coat, finish, draw);
  const animal = placeAnimal(page, pose, build, floor, draw);

  if (pose !== 'portrait') {
    const { left, right, bottom } = poseBox(pose, build);
    animal.fill(ellipse((left + right) / 2, bottom - 0.12, (right - left) * 0.42, 0.2), solid(darker(coat.mark, 0.8), 0.28), 0.2);
  }
  drawBody(animal, pose, build);
  drawCollar(animal, build, pose, draw);

  const sideways = facesSideways.has(pose);
  const yaw = sideways ? draw.between(-0.95, 0.05) : draw.between(-0.75, 0.75);
  const tilt = draw.between(-1, 1) * headTilt[pose];
  const [x, y] = pose === 'curled' ? [0, 0.35] : [0, 0];
  const head = animal.placed({ x, y, turn: tilt, scale: draw.between(0.92, 1.12) });
  // the head's shadow on the body keeps the two apart where nothing is outlined
  if (finish.lineWidth === 0 && pose !== 'portrait')
    head.fill(ellipse(0.04, 0.12, 0.92, 0.8), solid(darker(coat.mark, 0.6), 0.3), 0.25);
  const face = createFace(
    yaw,
    coat,
    finish,
    isCat ? draw.chance(0.6) : draw.chance(0.03),
    pose === 'curled' && draw.chance(0.8),
    draw,
  );
  if (isCat) drawCatHead(head, face, createCatHead(draw, index));
  else drawDogHead(head, face, createDogHead(draw, index));
  return { width: size, height: size, data: sheet.toPixels() };
};

/** A drawing's bytes without alpha: RGB, row by row. */
export const toRgb = ({ width, height, data }: Drawing): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: width * height * 3 }, (_, at) => data[Math.floor(at / 3) * 4 + (at % 3)] ?? 0);
