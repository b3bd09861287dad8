export interface McNemar {
  /** Pictures that only the first run has right. */
  readonly onlyFirst: number;
  /** Pictures that only the second run has right. */
  readonly onlySecond: number;
  /**
   * How likely so uneven a share of the disagreements is, or a more uneven one, were both runs equally good: the exact two-sided
   * binomial test (McNemar 1947). 1 where they never disagree.
   */
  readonly pValue: number;
}

/** Two runs on the same pictures, in the same order. Throws RangeError for unequal lengths. */
export function mcnemar(firstRight: readonly boolean[], secondRight: readonly boolean[]): McNemar {
  if (firstRight.length !== secondRight.length) throw new RangeError('both runs must have judged the same pictures');
  let onlyFirst = 0;
  let onlySecond = 0;
  firstRight.forEach((first, at) => {
    if (first && secondRight[at] === false) onlyFirst += 1;
    if (!first && secondRight[at] === true) onlySecond += 1;
  });
  return { onlyFirst, onlySecond, pValue: binomialTwoSided(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond) };
}

/** `min(1, 2 P(X <= k))` for X of `n` fair coins, `k <= n / 2`. */
function binomialTwoSided(k: number, n: number): number {
  // In logarithms: 2^-n is no number from n = 1075 on.
  let logTerm = -n * Math.LN2;
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(n - i) - Math.log(i + 1);
  }
  return Math.min(1, 2 * sum);
}
