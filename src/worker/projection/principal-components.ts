import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { deriveRng } from '../../domain/rng';

export interface PrincipalComponents {
  /** `[n, count]`, row-major: each row less the mean, along each component, the strongest first. */
  readonly scores: Float32Array;
  /** Of the whole variance, the share along each component. */
  readonly explained: readonly number[];
}

/** Rows whose products are added together: the matrix is read once for them. */
const rowsTogether = 4;
/** Vectors iterated beside those that are wanted: these then settle sooner. */
const spareVectors = 8;
/** Iteration ends when no entry of a component moves by more, or after so many turns. */
const stillness = 1e-8;
const mostTurns = 300;

/**
 * The strongest principal components of rows `[n, width]`, row-major: eigenvectors of their covariance, by subspace iteration. Each one's
 * sign makes its entry of largest magnitude positive, as in scikit-learn, so the same rows always lie the same way. Components that the
 * rows do not have (fewer rows than components) are zero. `turns` bounds the work where exactness does not matter.
 */
export function principalComponents(
  rows: Float32Array,
  width: number,
  count: number,
  { turns = mostTurns, onShare = () => undefined }: { readonly turns?: number; readonly onShare?: (share: number) => void } = {},
): PrincipalComponents {
  const n = rows.length / width;
  const mean = new Float64Array(width);
  for (let row = 0; row < n; row += 1)
    for (let j = 0; j < width; j += 1) mean[j] = (mean[j] ?? 0) + (rows[row * width + j] ?? 0) / n;
  const covariance = covarianceOf(rows, mean, width, onShare);
  const total = covariance.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const { vectors, values } = strongest(covariance, Math.min(width, count), turns);
  const scores = new Float32Array(n * count);
  for (let row = 0; row < n; row += 1)
    vectors.forEach((component, at) => {
      let sum = 0;
      for (let j = 0; j < width; j += 1) sum += ((rows[row * width + j] ?? 0) - (mean[j] ?? 0)) * (component[j] ?? 0);
      scores[row * count + at] = sum;
    });
  return { scores, explained: values.map((value) => (total > 0 ? Math.max(0, value) / total : 0)) };
}

function covarianceOf(rows: Float32Array, mean: Float64Array, width: number, onShare: (share: number) => void): Float64Array[] {
  const n = rows.length / width;
  const sums = Array.from({ length: width }, () => new Float64Array(width));
  const centred = Array.from({ length: rowsTogether }, () => new Float64Array(width));
  for (let from = 0; from < n; from += rowsTogether) {
    centred.forEach((own, of) => {
      const row = from + of;
      for (let j = 0; j < width; j += 1) own[j] = row < n ? (rows[row * width + j] ?? 0) - (mean[j] ?? 0) : 0;
    });
    addProducts(sums, centred);
    if (from % 256 === 0) onShare(from / n);
  }
  sums.forEach((sum, i) => {
    for (let j = i; j < width; j += 1) {
      const value = (sum[j] ?? 0) / Math.max(1, n - 1);
      sum[j] = value;
      const mirrored = sums[j];
      if (mirrored !== undefined) mirrored[i] = value;
    }
  });
  return sums;
}

/** The upper half only. */
function addProducts(sums: readonly Float64Array[], [a, b, c, d]: readonly Float64Array[]): void {
  if (a === undefined || b === undefined || c === undefined || d === undefined) return;
  sums.forEach((sum, i) => {
    const [p, q, r, s] = [a[i] ?? 0, b[i] ?? 0, c[i] ?? 0, d[i] ?? 0];
    for (let j = i; j < sum.length; j += 1)
      sum[j] = (sum[j] ?? 0) + p * (a[j] ?? 0) + q * (b[j] ?? 0) + r * (c[j] ?? 0) + s * (d[j] ?? 0);
  });
}

interface Eigen {
  readonly vectors: readonly Float64Array[];
  readonly values: readonly number[];
}

/** The eigenvectors of the largest eigenvalues of a symmetric matrix without negative ones, largest first. */
function strongest(matrix: readonly Float64Array[], count: number, turns: number): Eigen {
  const width = matrix.length;
  const size = Math.min(width, count + spareVectors);
  const rng = deriveRng(0, 'principal components');
  let basis: readonly Float64Array[] = Array.from({ length: size }, () =>
    Float64Array.from({ length: width }, () => rng.uniform() - 0.5),
  );
  orthonormalise(basis);
  let values: readonly number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const former = basis;
    const images = basis.map((vector) => multiply(matrix, vector));
    // Within the span the eigenvectors are found at once (Rayleigh and Ritz).
    const products = basis.map((vector) => images.map((image) => dot(vector, image)));
    const small = new Matrix(products);
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small, { assumeSymmetric: true });
    const order = realEigenvalues.map((_, at) => at).sort((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
    values = order.map((at) => realEigenvalues[at] ?? 0);
    basis = order.map((column) => combine(images, eigenvectorMatrix.getColumn(column)));
    orthonormalise(basis);
    basis.forEach(fixSign);
    if (basis.slice(0, count).every((vector, at) => isStill(vector, former[at]))) break;
  }
  return { vectors: basis.slice(0, count), values: values.slice(0, count) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

function multiply(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}

function combine(vectors: readonly Float64Array[], shares: readonly number[]): Float64Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  vectors.forEach((vector, of) => {
    const share = shares[of] ?? 0;
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + share * (vector[at] ?? 0);
  });
  return sum;
}

/** By Gram and Schmidt, twice, in place; what lies in the span of those before it becomes zero. */
function orthonormalise(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, at) => {
    const length = Math.sqrt(dot(vector, vector));
    for (let time = 0; time < 2; time += 1)
      for (const other of vectors.slice(0, at)) {
        const share = dot(vector, other);
        for (let j = 0; j < vector.length; j += 1) vector[j] = (vector[j] ?? 0) - share * (other[j] ?? 0);
      }
    const left = Math.sqrt(dot(vector, vector));
    const scale = left > 1e-10 * length && left > 1e-150 ? 1 / left : 0;
    for (let j = 0; j < vector.length; j += 1) vector[j] = (vector[j] ?? 0) * scale;
  });
}

function fixSign(vector: Float64Array): void {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  if (largest < 0) vector.forEach((value, at) => (vector[at] = -value));
}

function isStill(vector: Float64Array, former: Float64Array | undefined): boolean {
  return former !== undefined && vector.every((value, at) => Math.abs(value - (former[at] ?? 0)) <= stillness);
}
