import { featureCount } from '../../domain/vgg16';

function l2Norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

function rowsOf(values: Float32Array): Float32Array[] {
  return Array.from({ length: values.length / featureCount }, (_, row) =>
    values.subarray(row * featureCount, (row + 1) * featureCount),
  );
}

/** Each row of `[n, 25088]` scaled to an L2 norm; rows that are all zero stay so. */
export function scaleToNorm(features: Float32Array, norm: number | null): Float32Array {
  if (norm === null) return features;
  const out = features.slice();
  for (const row of rowsOf(out)) {
    const length = l2Norm(row);
    if (length === 0) continue;
    const scale = norm / length;
    row.forEach((value, at) => {
      row[at] = value * scale;
    });
  }
  return out;
}

/**
 * The gradient by features from that by the rows of `scaleToNorm`: of x = norm * f / |f| it is norm / |f| * (g - u (u . g)) with
 * u = f / |f|. Rows that are all zero have none.
 */
export function gradientBeforeNorm(gradient: Float32Array, features: Float32Array, norm: number | null): Float32Array {
  if (norm === null) return gradient;
  const out = new Float32Array(gradient.length);
  const [gradients, results] = [rowsOf(gradient), rowsOf(out)];
  rowsOf(features).forEach((row, index) => {
    const [own, result] = [gradients[index], results[index]];
    const length = l2Norm(row);
    if (length === 0 || own === undefined || result === undefined) return;
    let along = 0;
    row.forEach((value, at) => {
      along += (value / length) * (own[at] ?? NaN);
    });
    const scale = norm / length;
    row.forEach((value, at) => {
      result[at] = scale * ((own[at] ?? NaN) - (value / length) * along);
    });
  });
  return out;
}
