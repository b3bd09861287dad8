import type { MapPoints } from './map-points';

/** Where the plane stands on the canvas: pixels are `left + x * scale` and `top - y * scale`. */
export interface MapView {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

type Places = Pick<MapPoints, 'xs' | 'ys'>;

/** Between the outermost points and the edge of the canvas, pixels. */
const margin = 40;
/** A step sideways counts as two ahead: walking keeps its direction. */
const sidewaysCost = 2;
/** How far one can zoom in beyond the whole. */
export const mostZoom = 400;

/** The view in which all points are seen. Points that are all at one place stand in the middle. */
export function fitView({ xs, ys }: Places, width: number, height: number): MapView {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  xs.forEach((x, at) => {
    const y = ys[at] ?? 0;
    [left, right, bottom, top] = [Math.min(left, x), Math.max(right, x), Math.min(bottom, y), Math.max(top, y)];
  });
  if (xs.length === 0) [left, right, bottom, top] = [0, 0, 0, 0];
  const room = (size: number) => Math.max(1, size - 2 * margin);
  const perUnit = Math.min(room(width) / (right - left), room(height) / (top - bottom));
  const scale = Number.isFinite(perUnit) ? perUnit : 1;
  return { scale, left: width / 2 - (scale * (left + right)) / 2, top: height / 2 + (scale * (bottom + top)) / 2 };
}

/** Zooms so that what lies under the spot stays there. */
export function zoomAt({ scale, left, top }: MapView, factor: number, { x, y }: Spot): MapView {
  return { scale: scale * factor, left: x - (x - left) * factor, top: y - (y - top) * factor };
}

/** Moves a view so that the point lies on the canvas, `margin` from its edge; the same one where it does already. */
export function showPoint(view: MapView, { xs, ys }: Places, at: number, width: number, height: number): MapView {
  const x = view.left + (xs[at] ?? 0) * view.scale;
  const y = view.top - (ys[at] ?? 0) * view.scale;
  const by = (value: number, size: number) => Math.max(margin - value, 0) + Math.min(size - margin - value, 0);
  const [right, down] = [by(x, width), by(y, height)];
  return right === 0 && down === 0 ? view : { ...view, left: view.left + right, top: view.top + down };
}

/** The nearest point within so many pixels; null where there is none. */
export function findPoint({ xs, ys }: Places, view: MapView, { x, y }: Spot, radius: number): number | null {
  let best: number | null = null;
  let least = radius * radius;
  for (let at = 0; at < xs.length; at += 1) {
    const right = view.left + (xs[at] ?? 0) * view.scale - x;
    const down = view.top - (ys[at] ?? 0) * view.scale - y;
    const square = right * right + down * down;
    if (square > least) continue;
    least = square;
    best = at;
  }
  return best;
}

/** The point next in a direction, within 45 degrees of it; null at the edge. Points at the very same place follow each other. */
export function nextInDirection({ xs, ys }: Places, from: number, direction: Direction): number | null {
  const [x, y] = [xs[from] ?? 0, ys[from] ?? 0];
  const isForward = direction === 'right' || direction === 'down';
  let best: number | null = null;
  let least = Infinity;
  for (let at = 0; at < xs.length; at += 1) {
    if (at === from) continue;
    const [right, up] = [(xs[at] ?? 0) - x, (ys[at] ?? 0) - y];
    if (right === 0 && up === 0 && at > from === isForward) return at;
    const ahead = { left: -right, right, up, down: -up }[direction];
    const aside = Math.abs(direction === 'left' || direction === 'right' ? up : right);
    const cost = ahead + sidewaysCost * aside;
    if (ahead <= 0 || aside > ahead || cost >= least) continue;
    least = cost;
    best = at;
  }
  return best;
}

/** The points inside an outline on the canvas (even-odd). */
export function pointsInside({ xs, ys }: Places, view: MapView, outline: readonly Spot[]): number[] {
  const found: number[] = [];
  for (let at = 0; at < xs.length; at += 1) {
    const spot = { x: view.left + (xs[at] ?? 0) * view.scale, y: view.top - (ys[at] ?? 0) * view.scale };
    if (isInside(spot, outline)) found.push(at);
  }
  return found;
}

function isInside({ x, y }: Spot, outline: readonly Spot[]): boolean {
  let inside = false;
  outline.forEach((corner, at) => {
    const former = outline.at(at - 1) ?? corner;
    const crosses = corner.y > y !== former.y > y;
    if (crosses && x < ((former.x - corner.x) * (y - corner.y)) / (former.y - corner.y) + corner.x) inside = !inside;
  });
  return inside;
}

/** The corners of a box between two spots. */
export function boxOutline(a: Spot, b: Spot): readonly Spot[] {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}
