import { dot } from '../../domain/evaluation/likeness';

export interface NearestRows {
  /** Of the other rows, the nearest first. */
  readonly indices: number[][];
  /** Euclidean. */
  readonly distances: number[][];
}

/**
 * The exact nearest of `[m, width]` to each of `[n, width]`, row-major, `width` a multiple of 4, `count` at most m. Given as their own
 * `others`, each row is its own first. Equals stand in the order of the rows.
 */
export function nearestRows(
  rows: Float32Array,
  others: Float32Array,
  width: number,
  count: number,
  onShare: (share: number) => void = () => undefined,
): NearestRows {
  const n = rows.length / width;
  const m = others.length / width;
  const isOwn = rows === others;
  const lengths = squaredLengths(others, width);
  const own = isOwn ? lengths : squaredLengths(rows, width);
  const indices: number[][] = [];
  const distances: number[][] = [];
  const nearest = new Int32Array(count);
  const squares = new Float64Array(count);
  for (let row = 0; row < n; row += 1) {
    nearest.fill(-1);
    squares.fill(Infinity);
    for (let other = 0; other < m; other += 1) {
      const square =
        isOwn && row === other
          ? -1
          : Math.max(0, (own[row] ?? 0) + (lengths[other] ?? 0) - 2 * dot(rows, row * width, others, other * width, width));
      if (square >= (squares[count - 1] ?? 0)) continue;
      let place = count - 1;
      for (; place > 0 && (squares[place - 1] ?? 0) > square; place -= 1) {
        squares[place] = squares[place - 1] ?? 0;
        nearest[place] = nearest[place - 1] ?? -1;
      }
      squares[place] = square;
      nearest[place] = other;
    }
    indices.push([...nearest]);
    distances.push(Array.from(squares, (square) => Math.sqrt(Math.max(0, square))));
    if (row % 64 === 0) onShare(row / n);
  }
  return { indices, distances };
}

function squaredLengths(rows: Float32Array, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, row) => dot(rows, row * width, rows, row * width, width));
}
