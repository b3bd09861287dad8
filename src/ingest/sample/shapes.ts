/**
 * Shapes as signed distances: negative inside, positive outside, in the units of the frame they are drawn in.
 * Close to the edge each is near enough to a true distance for half-pixel antialiasing.
 */
import { clamp, cosine, noise, sine } from './random';

export type Point = readonly [x: number, y: number];
/** A point on a brush stroke, with the brush's radius there. */
export type Bead = readonly [x: number, y: number, radius: number];

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Shape {
  readonly box: Box;
  readonly distance: (x: number, y: number) => number;
}

const boxAround = (points: readonly Point[], margin: number): Box => {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x - margin);
    top = Math.min(top, y - margin);
    right = Math.max(right, x + margin);
    bottom = Math.max(bottom, y + margin);
  }
  return { left, top, right, bottom };
};

const joinBoxes = (boxes: readonly Box[], margin: number): Box => ({
  left: Math.min(...boxes.map((box) => box.left)) - margin,
  top: Math.min(...boxes.map((box) => box.top)) - margin,
  right: Math.max(...boxes.map((box) => box.right)) + margin,
  bottom: Math.max(...boxes.map((box) => box.bottom)) + margin,
});

export const ellipse = (cx: number, cy: number, rx: number, ry: number, angle = 0): Shape => {
  const c = cosine(angle);
  const s = sine(angle);
  const reach = Math.max(rx, ry);
  return {
    box: { left: cx - reach, top: cy - reach, right: cx + reach, bottom: cy + reach },
    distance: (x, y) => {
      const u = ((x - cx) * c + (y - cy) * s) / rx;
      const v = ((y - cy) * c - (x - cx) * s) / ry;
      const near = Math.sqrt(u * u + v * v);
      if (near < 1e-6) return -Math.min(rx, ry);
      const slope = Math.sqrt((u / rx) * (u / rx) + (v / ry) * (v / ry));
      return (near * (near - 1)) / slope;
    },
  };
};

/** A brush stroke through beads joined by straight lines. */
export const stroke = (beads: readonly Bead[]): Shape => {
  const widest = Math.max(...beads.map((bead) => bead[2]));
  const pieces = beads.slice(1).map((end, i) => {
    const start = beads[i] ?? end;
    const dx = end[0] - start[0];
    const dy = end[1] - start[1];
    return { x: start[0], y: start[1], r: start[2], dx, dy, dr: end[2] - start[2], square: dx * dx + dy * dy || 1 };
  });
  return {
    box: boxAround(
      beads.map(([x, y]) => [x, y] as const),
      widest,
    ),
    distance: (x, y) => {
      let nearest = Infinity;
      for (const piece of pieces) {
        const px = x - piece.x;
        const py = y - piece.y;
        const along = clamp((px * piece.dx + py * piece.dy) / piece.square);
        const ex = px - piece.dx * along;
        const ey = py - piece.dy * along;
        nearest = Math.min(nearest, Math.sqrt(ex * ex + ey * ey) - piece.r - piece.dr * along);
      }
      return nearest;
    },
  };
};

const spline = (a: number, b: number, c: number, d: number, t: number): number =>
  0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);

/** A brush stroke along a smooth curve through the beads (Catmull-Rom). */
export const curve = (beads: readonly Bead[], parts = 6): Shape => {
  const smooth: Bead[] = [];
  beads.forEach((bead, i) => {
    const next = beads[i + 1];
    if (next === undefined) {
      smooth.push(bead);
      return;
    }
    const before = beads[i - 1] ?? bead;
    const after = beads[i + 2] ?? next;
    for (let k = 0; k < parts; k += 1) {
      const t = k / parts;
      smooth.push([
        spline(before[0], bead[0], next[0], after[0], t),
        spline(before[1], bead[1], next[1], after[1], t),
        bead[2] + (next[2] - bead[2]) * t,
      ]);
    }
  });
  return stroke(smooth);
};

/** A polygon with corners rounded by `rounding`. */
export const polygon = (points: readonly Point[], rounding = 0): Shape => {
  const edges = points.map((point, i) => {
    const before = points[(i + points.length - 1) % points.length] ?? point;
    const dx = before[0] - point[0];
    const dy = before[1] - point[1];
    return { x: point[0], y: point[1], yBefore: before[1], dx, dy, square: dx * dx + dy * dy || 1 };
  });
  return {
    box: boxAround(points, rounding),
    distance: (x, y) => {
      let nearest = Infinity;
      let inside = false;
      for (const edge of edges) {
        const px = x - edge.x;
        const py = y - edge.y;
        const along = clamp((px * edge.dx + py * edge.dy) / edge.square);
        const ex = px - edge.dx * along;
        const ey = py - edge.dy * along;
        nearest = Math.min(nearest, ex * ex + ey * ey);
        const crosses = edge.y > y !== edge.yBefore > y;
        if (crosses && px < (edge.dx * py) / edge.dy) inside = !inside;
      }
      const distance = Math.sqrt(nearest);
      return (inside ? -distance : distance) - rounding;
    },
  };
};

/** A closed smooth outline through the points. */
export const blob = (points: readonly Point[], parts = 5): Shape => {
  const count = points.length;
  const smooth: Point[] = [];
  points.forEach((point, i) => {
    const before = points[(i + count - 1) % count] ?? point;
    const next = points[(i + 1) % count] ?? point;
    const after = points[(i + 2) % count] ?? point;
    for (let k = 0; k < parts; k += 1) {
      const t = k / parts;
      smooth.push([spline(before[0], point[0], next[0], after[0], t), spline(before[1], point[1], next[1], after[1], t)]);
    }
  });
  return polygon(smooth);
};

/** Shapes melted together; `softness` is how far the joint reaches. */
export const blend = (softness: number, ...shapes: Shape[]): Shape => ({
  box: joinBoxes(
    shapes.map((shape) => shape.box),
    softness / 4,
  ),
  distance: (x, y) => {
    let joined = Infinity;
    for (const shape of shapes) {
      const next = shape.distance(x, y);
      if (joined === Infinity) {
        joined = next;
        continue;
      }
      const overlap = Math.max(softness - Math.abs(joined - next), 0) / softness;
      joined = Math.min(joined, next) - overlap * overlap * softness * 0.25;
    }
    return joined;
  },
});

export const intersect = (a: Shape, b: Shape): Shape => ({
  box: a.box,
  distance: (x, y) => Math.max(a.distance(x, y), b.distance(x, y)),
});

export const grow = (shape: Shape, by: number): Shape => ({
  box: joinBoxes([shape.box], by),
  distance: (x, y) => shape.distance(x, y) - by,
});

/** A tufted edge: `amount` is the height of a tuft. */
export const ruffle = (shape: Shape, amount: number, perUnit: number, seed: number): Shape =>
  amount === 0
    ? shape
    : {
        box: joinBoxes([shape.box], amount),
        distance: (x, y) => {
          const plain = shape.distance(x, y);
          // far from the edge, outline included, tufts cannot be seen
          if (plain > 0.25 || plain < -0.25) return plain;
          return plain + amount * (2 * noise(x * perUnit, y * perUnit, seed) - 1);
        },
      };
