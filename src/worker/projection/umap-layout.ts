import { UMAP } from 'umap-js';
import { mostLaidOut, umapNeighbours } from '../../domain/evaluation/projection';
import { deriveRng } from '../../domain/rng';
import { nearestRows } from './nearest-rows';

/** The width of the first layout, as UMAP's authors have it: strong enough to keep the large order, weak enough to move. */
const firstWidth = 20;
/** A picture that was not laid out stands among so many of those that were. */
const amongNearest = 3;

export interface UmapRows {
  /** `[n, width]`, row-major, the two strongest components first; `width` is a multiple of 4. */
  readonly rows: Float32Array;
  readonly width: number;
}

export type OnShare = (stage: 'neighbours' | 'layout', share: number) => void;

/**
 * UMAP of rows (McInnes, Healy, Melville 2018, by umap-js), from their two strongest components on: the same rows and seed give the same
 * layout, `[n, 2]`. Neighbours are exact. Of more than `mostLaidOut` rows a seeded choice is laid out, and each other one stands among its
 * nearest of those: the library's memory and time would grow beyond a browser's.
 */
export function umapLayout(
  { rows, width }: UmapRows,
  seed: number,
  onShare: OnShare = () => undefined,
  most: number = mostLaidOut,
): Float32Array {
  const n = rows.length / width;
  if (n <= most) return layOut({ rows, width }, seed, onShare);
  const all = Array.from({ length: n }, (_, at) => at);
  const chosen = deriveRng(seed, 'umap choice')
    .shuffle(all)
    .slice(0, most)
    .sort((a, b) => a - b);
  const few = new Float32Array(most * width);
  chosen.forEach((row, at) => {
    few.set(rows.subarray(row * width, (row + 1) * width), at * width);
  });
  const layout = layOut({ rows: few, width }, seed, onShare);
  const { indices, distances } = nearestRows(rows, few, width, amongNearest, (share) => {
    onShare('neighbours', share);
  });
  return Float32Array.from({ length: n * 2 }, (_, at) => {
    const row = Math.floor(at / 2);
    const [own, far] = [indices[row] ?? [], distances[row] ?? []];
    // One that was laid out is its own nearest, at no distance, and stays where it is.
    const shares = far.map((distance) => 1 / Math.max(distance, 1e-9) ** 2);
    const total = shares.reduce((sum, share) => sum + share, 0);
    return own.reduce((sum, other, of) => sum + ((shares[of] ?? 0) / total) * (layout[other * 2 + (at % 2)] ?? 0), 0);
  });
}

function layOut({ rows, width }: UmapRows, seed: number, onShare: OnShare): Float32Array {
  const n = rows.length / width;
  const nNeighbors = Math.min(umapNeighbours, n - 1);
  const graph = nearestRows(rows, rows, width, nNeighbors, (share) => {
    onShare('neighbours', share);
  });
  onShare('neighbours', 1);
  const rng = deriveRng(seed, 'umap');
  const umap = new UMAP({ nNeighbors, random: () => rng.uniform() });
  umap.setPrecomputedKNN(graph.indices, graph.distances);
  // With the neighbours given, the library asks of the rows only how many there are.
  const epochs = umap.initializeFit(Array.from({ length: n }, () => []));
  placeFirst(umap.getEmbedding(), rows, width);
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    umap.step();
    onShare('layout', epoch / epochs);
  }
  return Float32Array.from(umap.getEmbedding().flatMap(([x = 0, y = 0]) => [x, y]));
}

/** The library begins with chance; from the components the layout keeps the large order, and lies like that of PCA. In place. */
function placeFirst(layout: number[][], rows: Float32Array, width: number): void {
  let largest = 0;
  for (let row = 0; row < layout.length; row += 1)
    largest = Math.max(largest, Math.abs(rows[row * width] ?? 0), Math.abs(rows[row * width + 1] ?? 0));
  const scale = largest > 0 ? firstWidth / 2 / largest : 0;
  layout.forEach((point, row) => {
    // A little of the chance stays: pictures that are the same must be able to part.
    point[0] = (rows[row * width] ?? 0) * scale + (point[0] ?? 0) * 1e-4;
    point[1] = (rows[row * width + 1] ?? 0) * scale + (point[1] ?? 0) * 1e-4;
  });
}
