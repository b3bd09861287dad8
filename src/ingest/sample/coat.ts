/** Fur: where the markings of a coat fall, and the finish the whole drawing is done in. */
import { coatColours, colour, darker, lightness, vary } from './palette';
import { clamp, hashCell, noise, ramp, type Random } from './random';
import { type Colour, type Ink, type Paint, type Pen, solid, stain } from './raster';
import { grow, ruffle, type Shape } from './shapes';

export const coatKinds = ['plain', 'striped', 'spotted', 'patched', 'bicolour', 'pointed', 'masked'] as const;
type CoatKind = (typeof coatKinds)[number];
export const finishKinds = ['outlined', 'flat', 'soft', 'inked'] as const;
type FinishKind = (typeof finishKinds)[number];
type FurPart = 'head' | 'muzzle' | 'ear' | 'body' | 'limb' | 'tail';

export interface Coat {
  readonly kind: CoatKind;
  readonly base: Colour;
  readonly mark: Colour;
  readonly pale: Colour;
  readonly paleMuzzle: boolean;
  readonly darkEars: boolean;
  /** Marks a unit of length, a unit being half a head's width. */
  readonly density: number;
  /** How strongly the stripes show, 0..1: a tabby's are bold, a brindle dog's are faint. */
  readonly boldness: number;
  /** Height of the tufts at the edge; 0 is short fur. */
  readonly tufts: number;
  readonly seed: number;
}

export interface Finish {
  readonly kind: FinishKind;
  readonly line: Colour;
  readonly lineWidth: number;
}

export const createCoat = (kind: CoatKind, colours: number, brindle: boolean, draw: Random): Coat => {
  const [base, mark, pale] = coatColours[colours % coatColours.length] ?? coatColours[0];
  return {
    kind,
    base: vary(colour(base), draw),
    mark: vary(colour(mark), draw, 8),
    pale: vary(colour(pale), draw, 5),
    paleMuzzle: kind === 'bicolour' || (kind !== 'pointed' && kind !== 'masked' && draw.chance(0.6)),
    darkEars: draw.chance(0.35),
    density: draw.between(1.7, 2.7) * (brindle && kind === 'striped' ? 1.6 : 1),
    boldness: brindle ? 0.6 : 1,
    tufts: draw.chance(0.35) ? draw.between(0.022, 0.045) : 0,
    seed: draw.whole(1 << 20),
  };
};

export const createFinish = (kind: FinishKind, coat: Coat, draw: Random): Finish => ({
  kind,
  line: kind === 'inked' ? colour(0x231c1a) : darker(coat.mark, 0.55),
  lineWidth: kind === 'outlined' ? draw.between(0.025, 0.045) : kind === 'inked' ? draw.between(0.05, 0.075) : 0,
});

const stripes = (along: number, across: number, coat: Coat): number => {
  const warped = along * coat.density + 0.5 * noise(along * 1.3, across * 1.6, coat.seed);
  const wave = Math.abs(warped - Math.floor(warped) - 0.5);
  const thin = 0.13 + 0.12 * noise(along * 2, across * 2, coat.seed + 1);
  return ramp(thin - wave, -0.04, 0.04);
};

const spots = (x: number, y: number, coat: Coat): number => {
  const [u, v] = [x * coat.density * 1.15, y * coat.density * 1.15];
  let most = 0;
  for (let cy = Math.floor(v) - 1; cy <= Math.floor(v) + 1; cy += 1) {
    for (let cx = Math.floor(u) - 1; cx <= Math.floor(u) + 1; cx += 1) {
      const dx = u - cx - 0.2 - 0.6 * hashCell(cx, cy, coat.seed);
      const dy = v - cy - 0.2 - 0.6 * hashCell(cx, cy, coat.seed + 1);
      const radius = 0.14 + 0.24 * hashCell(cx, cy, coat.seed + 2);
      most = Math.max(most, ramp(radius - Math.sqrt(dx * dx + dy * dy), -0.04, 0.04));
    }
  }
  return most;
};

const patches = (x: number, y: number, coat: Coat, offset: number): number =>
  ramp(noise(x * 0.9 + 0.37, y * 0.9, coat.seed + offset), 0.5, 0.56);

const mark = (ink: Ink, x: number, y: number, part: FurPart, coat: Coat): void => {
  const onHead = part === 'head';
  switch (coat.kind) {
    case 'striped':
      if (part === 'muzzle') return;
      if (onHead) {
        const brow = stripes(x * 1.3, y, coat) * ramp(-y, 0.3, 0.42) * ramp(0.62 - Math.abs(x), -0.1, 0.05);
        const cheek = stripes(y * 1.3, x, coat) * ramp(Math.abs(x), 0.58, 0.7);
        stain(ink, coat.mark, coat.boldness * clamp(brow + cheek));
      } else
        stain(
          ink,
          coat.mark,
          coat.boldness *
            stripes(part === 'body' ? x + 0.15 * y : part === 'tail' ? x * 0.7 + y * 0.9 : y, part === 'body' ? y : x, coat),
        );
      return;
    case 'spotted':
      if (part !== 'muzzle') stain(ink, coat.mark, spots(x, y, coat) * (onHead ? ramp(Math.abs(x) - y, 0.35, 0.5) : 1));
      return;
    case 'patched':
      stain(ink, coat.mark, patches(x, y, coat, 0));
      if (lightness(coat.base) > 0.5) stain(ink, darker(coat.mark, 0.45), patches(x + 3.3, y, coat, 9));
      return;
    case 'bicolour':
      if (onHead) stain(ink, coat.pale, ramp(0.1 + 0.4 * clamp(y + 0.4) - Math.abs(x), -0.04, 0.04));
      if (part === 'limb') stain(ink, coat.pale, ramp(y, 1.9, 2));
      if (part === 'body') stain(ink, coat.pale, ramp(noise(x * 1.4, y * 0.7, coat.seed) * 0.9 + y, 2.15, 2.25));
      return;
    case 'pointed':
      if (onHead) stain(ink, coat.mark, 0.85 * ramp(0.85 - Math.sqrt(x * x + (y - 0.3) * (y - 0.3)), 0, 0.4));
      if (part === 'limb') stain(ink, coat.mark, 0.85 * ramp(y, 2, 3.1));
      if (part === 'ear' || part === 'tail' || part === 'muzzle') stain(ink, coat.mark, 0.85);
      return;
    case 'masked':
      if (onHead)
        stain(
          ink,
          coat.mark,
          ramp(0.44 - Math.sqrt((Math.abs(x) - 0.46) * (Math.abs(x) - 0.46) + 0.7 * (y + 0.12) * (y + 0.12)), 0, 0.1),
        );
      if (part === 'body') stain(ink, coat.mark, ramp(1.55 - y + 0.4 * noise(x * 2, y, coat.seed), 0, 0.3));
      if (part === 'tail') stain(ink, coat.mark, 0.9);
      return;
    case 'plain':
      return;
  }
};

/** The coat's paint on one part; a tone below 1 is in the shade. */
export const fur =
  (coat: Coat, part: FurPart, tone = 1): Paint =>
  (ink, x, y) => {
    const pale = part === 'muzzle' && coat.paleMuzzle;
    const ground = pale ? coat.pale : part === 'ear' && coat.darkEars ? coat.mark : coat.base;
    ink.r = ground.r;
    ink.g = ground.g;
    ink.b = ground.b;
    if (!pale) mark(ink, x, y, part, coat);
    ink.r *= tone;
    ink.g *= tone;
    ink.b *= tone;
  };

/** Light from the upper left over a shape, as the finish wants it. */
const lit = (paint: Paint, shape: Shape, finish: Finish): Paint => {
  if (finish.kind === 'flat' || finish.kind === 'inked') return paint;
  const { left, top, right, bottom } = shape.box;
  const depth = finish.kind === 'soft' ? 0.3 : 0.12;
  return (ink, x, y, distance) => {
    paint(ink, x, y, distance);
    const lean = (x - left) / (right - left) + 1.6 * ((y - top) / (bottom - top)) - 1.3;
    const edge = ramp(-distance, 0, 0.28);
    const light = 1 + depth * (0.55 * edge - 0.3) - depth * 0.5 * lean * (1 - 0.4 * edge);
    const warmth = light > 1 ? 0.5 : 0;
    ink.r *= light + warmth * (light - 1) * 0.2;
    ink.g *= light;
    ink.b *= light;
  };
};

/** Draws one part of the animal in the finish: its outline, then its paint under the light. */
export const drawPart = (pen: Pen, shape: Shape, paint: Paint, finish: Finish, coat?: Coat): void => {
  const edged = coat === undefined ? shape : ruffle(shape, coat.tufts, 11, coat.seed);
  if (finish.lineWidth > 0) pen.fill(grow(edged, finish.lineWidth), solid(finish.line));
  pen.fill(edged, lit(paint, shape, finish));
};
