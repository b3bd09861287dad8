/** So many bars are shown before `Show all`. */
export const shownAtFirst = 5;

/**
 * Class indices in the order of their bars. Few classes keep their places from picture to picture; of many, the likeliest come first,
 * equal ones by index.
 */
export function orderClasses(probabilities: readonly number[]): number[] {
  const indices = probabilities.map((_, classIndex) => classIndex);
  if (indices.length <= shownAtFirst) return indices;
  const weight = (classIndex: number) => {
    const probability = probabilities[classIndex] ?? Number.NaN;
    return Number.isNaN(probability) ? -1 : probability;
  };
  return indices.sort((a, b) => weight(b) - weight(a) || a - b);
}
