/** What stands behind the animal. */
import { colour, darker, floorColours, lighter, lightness, roomColours, vary } from './palette';
import { clamp, hashCell, noise, ramp, type Random } from './random';
import { between, type Colour, type Ink, type Paint, type Pen, solid } from './raster';
import { blob, ellipse, intersect, polygon, type Shape, stroke } from './shapes';

export const sceneryKinds = [
  'plain',
  'gradient',
  'room',
  'meadow',
  'dots',
  'stripes',
  'checks',
  'spotlight',
  'rug',
  'dusk',
] as const;
type SceneryKind = (typeof sceneryKinds)[number];

const whole: Shape = { box: { left: 0, top: 0, right: 1, bottom: 1 }, distance: () => -1 };
const below = (y: number): Shape => ({ box: { left: 0, top: y, right: 1, bottom: 1 }, distance: (_, at) => y - at });

const put = (ink: Ink, { r, g, b }: Colour): void => {
  ink.r = r;
  ink.g = g;
  ink.b = b;
};

/** Paint that goes from `a` to `b` as `along` goes from 0 to 1. */
const graded =
  (a: Colour, b: Colour, along: (x: number, y: number) => number): Paint =>
  (ink, x, y) => {
    put(ink, between(a, b, clamp(along(x, y))));
  };

const paintRoom = (pen: Pen, draw: Random, wall: Colour, trim: Colour, horizon: number): void => {
  pen.fill(
    whole,
    graded(lighter(wall, 0.15), wall, (_, y) => y / horizon),
  );
  if (draw.chance(0.5)) {
    const x = draw.pick([0.06, 0.66]) + draw.between(0, 0.06);
    const glass = colour(draw.pick([0xbfe0ee, 0xf6d9a8, 0x31405f]));
    const pane = polygon([
      [x, 0.06],
      [x + 0.26, 0.06],
      [x + 0.26, 0.36],
      [x, 0.36],
    ]);
    pen.fill(pane, solid(lighter(trim, 0.7)));
    for (const [dx, dy] of [
      [0.015, 0.075],
      [0.137, 0.075],
      [0.015, 0.217],
      [0.137, 0.217],
    ] as const) {
      pen.fill(
        polygon([
          [x + dx, dy],
          [x + dx + 0.108, dy],
          [x + dx + 0.108, dy + 0.128],
          [x + dx, dy + 0.128],
        ]),
        solid(glass),
      );
    }
  } else {
    const wide = draw.between(0.04, 0.1);
    pen.fill(whole, (ink, x, y) => {
      put(ink, trim);
      ink.a = y < horizon ? 0.35 * ramp(Math.abs(x / wide - Math.floor(x / wide) - 0.5), 0.25, 0.28) : 0;
    });
  }
  const floor = vary(colour(draw.pick(floorColours)), draw);
  const plank = draw.between(0.05, 0.09);
  pen.fill(below(horizon), (ink, x, y) => {
    const row = Math.floor((y - horizon) / plank);
    put(ink, between(floor, darker(floor, 0.3), 0.5 * hashCell(row, Math.floor(x * 2.5 + hashCell(row, 7, 3)), 11)));
    const seam = (y - horizon) / plank - row;
    if (seam < pen.pixel / plank) put(ink, darker(floor, 0.25));
  });
  pen.fill(
    polygon([
      [0, horizon - 0.02],
      [1, horizon - 0.02],
      [1, horizon],
      [0, horizon],
    ]),
    solid(lighter(trim, 0.5)),
  );
};

const paintMeadow = (pen: Pen, draw: Random, horizon: number, evening: boolean): void => {
  const top = colour(evening ? draw.pick([0x4a4a7d, 0x5b3f6b, 0x2f4468]) : draw.pick([0x8cc4e6, 0xa8d8ea, 0x7fb0d8]));
  const low = colour(evening ? draw.pick([0xf2a97a, 0xe78f8f, 0xf4c78a]) : 0xe6f3f2);
  pen.fill(
    whole,
    graded(top, low, (_, y) => y / horizon),
  );
  pen.fill(
    ellipse(draw.between(0.1, 0.9), draw.between(0.08, 0.25), 0.07, 0.07),
    solid(colour(evening ? 0xfff1cf : 0xffe28a)),
    0.01,
  );
  if (!evening) {
    for (let i = 0; i < 3; i += 1) {
      const [x, y] = [draw.between(0, 1), draw.between(0.06, 0.3)];
      pen.fill(ellipse(x, y, 0.11, 0.03), solid(colour(0xffffff), 0.75), 0.02);
      pen.fill(ellipse(x + 0.03, y - 0.025, 0.05, 0.035), solid(colour(0xffffff), 0.75), 0.02);
    }
  }
  const grass = vary(colour(evening ? draw.pick([0x4d6a4e, 0x5b6a48]) : draw.pick([0x7fb45c, 0x93b85a, 0x67a368])), draw);
  const hill = between(grass, low, 0.35);
  const rise = draw.between(0.03, 0.12);
  pen.fill(
    blob([
      [-0.2, horizon],
      [0.15, horizon - rise],
      [0.5, horizon - 0.02],
      [0.85, horizon - rise * 0.7],
      [1.2, horizon],
      [1.2, 1.2],
      [-0.2, 1.2],
    ]),
    solid(hill),
  );
  pen.fill(
    below(horizon),
    graded(grass, darker(grass, 0.25), (_, y) => (y - horizon) / (1 - horizon)),
  );
  const blade = lighter(grass, 0.2);
  for (let i = 0; i < 40; i += 1) {
    const [x, y] = [draw.between(0, 1), draw.between(horizon + 0.02, 0.99)];
    const lean = draw.between(-0.012, 0.012);
    pen.fill(
      stroke([
        [x, y, 0.004],
        [x + lean, y - draw.between(0.015, 0.035), 0.001],
      ]),
      solid(i % 2 === 0 ? blade : darker(grass, 0.3)),
    );
  }
  if (!evening && draw.chance(0.6)) {
    const petal = colour(draw.pick([0xffffff, 0xf7d34f, 0xe78fb3]));
    for (let i = 0; i < 9; i += 1)
      pen.fill(ellipse(draw.between(0, 1), draw.between(horizon + 0.03, 0.98), 0.011, 0.009), solid(petal));
  }
};

const paintPattern = (pen: Pen, draw: Random, kind: SceneryKind, ground: Colour, companion: Colour): void => {
  const step = draw.between(0.07, 0.15);
  const turn = draw.pick([0, 0.35, 0.7853981633974483, 1.5707963267948966]);
  const half = pen.pixel / step;
  const turned = pen.placed({ x: 0.5, y: 0.5, turn });
  const square: Shape = { box: { left: -0.75, top: -0.75, right: 0.75, bottom: 0.75 }, distance: () => -1 };
  turned.fill(square, (ink, x, y) => {
    const [u, v] = [x / step - Math.floor(x / step) - 0.5, y / step - Math.floor(y / step) - 0.5];
    let amount: number;
    if (kind === 'dots') amount = clamp(0.5 + (0.28 - Math.sqrt(u * u + v * v)) / half);
    else if (kind === 'stripes') amount = clamp(0.5 + (0.25 - Math.abs(u)) / half);
    else amount = (Math.abs(u) < 0.25 ? 0.5 : 0) + (Math.abs(v) < 0.25 ? 0.5 : 0);
    put(ink, between(ground, companion, amount * 0.8));
  });
};

/** Two colours that the animal in front does not melt into. */
const pickRoom = (animal: readonly Colour[], draw: Random): readonly [number, number] => {
  let room = draw.pick(roomColours);
  const melts = (): boolean =>
    animal.some((fur) => room.some((wall) => Math.abs(lightness(fur) - lightness(colour(wall))) < 0.12));
  for (let tries = 0; tries < 8 && melts(); tries += 1) room = draw.pick(roomColours);
  return room;
};

/**
 * Fills the whole sheet (`pen` has the picture as its unit) behind an animal of the given colours.
 *
 * @returns the height of the floor, 0..1, where there is one
 */
export const paintScenery = (pen: Pen, kind: SceneryKind, animal: readonly Colour[], draw: Random): number | undefined => {
  const [first, second] = pickRoom(animal, draw);
  const [ground, companion] = [vary(colour(first), draw), vary(colour(second), draw)];
  const horizon = draw.between(0.55, 0.72);
  switch (kind) {
    case 'plain':
      pen.fill(whole, solid(draw.chance(0.25) ? colour(0xfbfaf7) : ground));
      return undefined;
    case 'gradient': {
      const [dx, dy] = draw.pick<readonly [number, number]>([
        [0, 1],
        [1, 0],
        [0.6, 0.4],
        [-0.5, 0.5],
      ]);
      pen.fill(
        whole,
        graded(lighter(ground, 0.25), companion, (x, y) => x * dx + y * dy + (dx < 0 ? 0.5 : 0)),
      );
      return undefined;
    }
    case 'room':
      paintRoom(pen, draw, ground, companion, horizon);
      return horizon;
    case 'meadow':
    case 'dusk':
      paintMeadow(pen, draw, horizon, kind === 'dusk');
      return horizon;
    case 'spotlight': {
      pen.fill(whole, solid(ground));
      const disc = ellipse(0.5 + draw.between(-0.05, 0.05), 0.5, 0.42, 0.42);
      pen.fill(disc, solid(companion));
      return undefined;
    }
    case 'rug': {
      const wall = ground;
      pen.fill(whole, solid(wall));
      pen.fill(below(horizon), solid(darker(companion, 0.12)));
      const rug = vary(colour(draw.pick(roomColours)[1]), draw);
      const oval = ellipse(0.5, 0.86, 0.47, 0.13);
      pen.fill(oval, solid(darker(rug, 0.2)));
      pen.fill(ellipse(0.5, 0.86, 0.43, 0.11), solid(rug));
      pen.fill(intersect(ellipse(0.5, 0.86, 0.37, 0.085), whole), (ink, x, y) => {
        put(ink, between(rug, lighter(rug, 0.35), noise(x * 30, y * 60, 5)));
      });
      return horizon;
    }
    case 'dots':
    case 'stripes':
    case 'checks':
      paintPattern(pen, draw, kind, ground, companion);
      return undefined;
  }
};
