import type { Fit } from '../dataset';
import type { Work } from '../in-pieces';
import { createRng } from '../rng';

/** Pictures are compared by the mean of each of VGG-16's 512 last channels over its 7 x 7 cells. */
export const pooledLength = 512;
/** A picture is judged by its third nearest: one odd training picture beside it does not make it usual. */
export const judgedBy = 3;
/** Of pictures of the same kind so many are told to be unlike everything, at most. */
const alarmShare = 0.03;
/** With fewer training pictures even the least alike of them says too little. */
const fewestToJudge = 20;
/** So many training pictures say what is usual among them, at most. */
const mostProbes = 600;
/** So many multiplications between two places to leave at: some milliseconds. */
const multipliedAtOnce = 8e6;

/** The pictures that others are compared with: those that the head learnt from. */
export interface LikenessReference {
  readonly samples: readonly {
    readonly id: string;
    /** Pictures of one group, such as a burst, say nothing of how alike others are; absent for a picture alone. */
    readonly group?: string;
  }[];
  readonly fit: Fit;
}

/** What came of making them ready. */
export interface LikenessReport {
  /** Pictures that others are compared with now; 0 where nothing is. */
  readonly pictures: number;
  /** Pictures whose features are not held, and were not asked to be computed. */
  readonly missing: number;
  /** The least similarity that is usual; null where there are too few pictures to say. */
  readonly limit: number | null;
}

export interface Neighbour {
  readonly sampleId: string;
  /** Cosine of the pooled features, 0 to 1. */
  readonly similarity: number;
}

/** How one picture stands to those that the head learnt from. */
export interface Likeness {
  /** The most alike first, without the picture itself. */
  readonly nearest: readonly Neighbour[];
  /** To the third nearest; it is what is judged. */
  readonly similarity: number;
  /** Below it a picture is unlike them all; null where there are too few of them to say. */
  readonly limit: number | null;
}

/** Whether a picture is unlike everything that the head learnt from. */
export function isUnlike({ similarity, limit }: Likeness): boolean {
  return limit !== null && similarity < limit;
}

/** A row scaled to length 1, in place; one that is all zero stays so. */
export function toUnit(row: Float32Array): Float32Array {
  let sum = 0;
  for (const value of row) sum += value * value;
  const length = Math.sqrt(sum);
  if (length > 0) for (let at = 0; at < row.length; at += 1) row[at] = (row[at] ?? 0) / length;
  return row;
}

/** The dot product of two rows of that width, a multiple of 4, which begin at `fromA` and `fromB`. */
export function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, width: number): number {
  // Four sums side by side: one would wait for itself at every step.
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let at = 0; at < width; at += 4) {
    first += (a[fromA + at] ?? 0) * (b[fromB + at] ?? 0);
    second += (a[fromA + at + 1] ?? 0) * (b[fromB + at + 1] ?? 0);
    third += (a[fromA + at + 2] ?? 0) * (b[fromB + at + 2] ?? 0);
    fourth += (a[fromA + at + 3] ?? 0) * (b[fromB + at + 3] ?? 0);
  }
  return first + second + third + fourth;
}

interface Found {
  /** Of the row. */
  readonly at: number;
  readonly similarity: number;
}

/** The rows most alike a row, the best first; equals in the order of the rows. `vectors` are rows of length 1, row-major. */
function findNearest(
  query: Float32Array,
  vectors: Float32Array,
  count: number,
  isLeftOut: (at: number) => boolean,
  width: number,
): Found[] {
  const best: Found[] = [];
  for (let at = 0; at * width < vectors.length; at += 1) {
    const similarity = dot(query, 0, vectors, at * width, width);
    if (best.length === count && similarity <= (best[count - 1]?.similarity ?? 0)) continue;
    if (isLeftOut(at)) continue;
    const place = best.findIndex((other) => other.similarity < similarity);
    best.splice(place < 0 ? best.length : place, 0, { at, similarity });
    if (best.length > count) best.pop();
  }
  return best;
}

/**
 * The limit below which a picture counts as unlike, of how alike training pictures are to the others: of new pictures of the same kind
 * about three in a hundred fall below it (as in conformal prediction: the (share * (n + 1))-th least, and with fewer than 33 the least).
 * Null for fewer than 20.
 */
export function limitOf(similarities: readonly number[]): number | null {
  if (similarities.length < fewestToJudge) return null;
  const sorted = [...similarities].sort((a, b) => a - b);
  const rank = Math.max(1, Math.floor(alarmShare * (sorted.length + 1)));
  return sorted[rank - 1] ?? null;
}

/** Pictures that others can be compared with. */
export class LikenessIndex {
  readonly #samples: LikenessReference['samples'];
  readonly #vectors: Float32Array;
  readonly #places: ReadonlyMap<string, number>;
  readonly #width: number;
  #limit: number | null = null;

  /** `vectors`: a row of length 1 for each sample, row-major; the width is a multiple of 4. */
  constructor(samples: LikenessReference['samples'], vectors: Float32Array, width: number = pooledLength) {
    this.#samples = samples;
    this.#vectors = vectors;
    this.#width = width;
    this.#places = new Map(samples.map(({ id }, at) => [id, at]));
  }

  get limit(): number | null {
    return this.#limit;
  }

  /**
   * Learns what is usual: how alike the pictures are to each other, each without itself and its group. Of more than 600 a seeded choice
   * is asked. Yields the share that is done.
   */
  *learn(onShare: (share: number) => void = () => undefined): Work<void> {
    const all = this.#samples.map((_, at) => at);
    const probes = all.length > mostProbes ? createRng(0).shuffle(all).slice(0, mostProbes) : all;
    const together = Math.max(1, Math.floor(multipliedAtOnce / Math.max(1, this.#vectors.length)));
    const similarities: number[] = [];
    for (const [done, at] of probes.entries()) {
      const judged = this.#find(this.#vectors.subarray(at * this.#width, (at + 1) * this.#width), at, judgedBy).at(judgedBy - 1);
      // Where all others are of its group, nothing is known of how alike another picture would be.
      if (judged !== undefined) similarities.push(judged.similarity);
      if (done % together !== together - 1) continue;
      onShare((done + 1) / probes.length);
      yield;
    }
    this.#limit = limitOf(similarities);
  }

  /** How a picture stands to these; `sampleId` leaves it out where it is one of them, and its group where it is judged. Null when all is left out. */
  compare(vector: Float32Array, sampleId: string | null, count: number): Likeness | null {
    const at = sampleId === null ? undefined : this.#places.get(sampleId);
    const isSelf = (other: number) => other === at;
    const nearest = findNearest(vector, this.#vectors, count, isSelf, this.#width);
    const judged = (at === undefined ? nearest : this.#find(vector, at, judgedBy)).slice(0, judgedBy).at(-1);
    if (judged === undefined) return null;
    return {
      nearest: nearest.map(({ at: place, similarity }) => ({ sampleId: this.#samples[place]?.id ?? '', similarity })),
      similarity: judged.similarity,
      limit: this.#limit,
    };
  }

  #find(vector: Float32Array, at: number, count: number): Found[] {
    const group = this.#samples[at]?.group;
    const isLeftOut = (other: number) => other === at || (group !== undefined && this.#samples[other]?.group === group);
    return findNearest(vector, this.#vectors, count, isLeftOut, this.#width);
  }
}
