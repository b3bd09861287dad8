import { compareCodePoints } from '../../../domain/commands';
import type { MapPoints } from './map-points';

/** Orders of the map's table. */
export const pointOrders = ['class', 'errors', 'across', 'up'] as const;
export type PointOrder = (typeof pointOrders)[number];

/** The points in an order; equals stay as they came. */
export function orderPoints({ samples, xs, ys, wrong }: MapPoints, order: PointOrder): number[] {
  const all = samples.map((_, at) => at);
  const byClass = (a: number, b: number) => {
    const [first, second] = [samples[a]?.className ?? null, samples[b]?.className ?? null];
    if (first === second) return 0;
    // Those without a label stand last.
    if (first === null || second === null) return first === null ? 1 : -1;
    return compareCodePoints(first, second);
  };
  const compare: Readonly<Record<PointOrder, (a: number, b: number) => number>> = {
    class: byClass,
    errors: (a, b) => (wrong[b] ?? 0) - (wrong[a] ?? 0) || byClass(a, b),
    across: (a, b) => (xs[a] ?? 0) - (xs[b] ?? 0),
    up: (a, b) => (ys[b] ?? 0) - (ys[a] ?? 0),
  };
  return all.sort(compare[order]);
}
