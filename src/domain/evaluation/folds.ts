import { deriveRng } from '../rng';

/** What the folds need to know of a sample. */
export interface FoldCandidate {
  readonly labelIndex: number;
  /** Samples of the same group, such as a burst, never lie in two folds: one would teach what the other is measured on. */
  readonly group?: string;
}

/** Position and label of each sample of a group, or of a sample alone. */
type Unit = readonly { readonly at: number; readonly label: number }[];

/** Groups whole, samples without one alone, by the label of the first of each. */
function unitsByLabel(samples: readonly FoldCandidate[]): Map<number, Unit[]> {
  const groups = new Map<string, { at: number; label: number }[]>();
  const byLabel = new Map<number, Unit[]>();
  samples.forEach(({ labelIndex: label, group }, at) => {
    const known = group === undefined ? undefined : groups.get(group);
    if (known !== undefined) {
      known.push({ at, label });
      return;
    }
    const unit = [{ at, label }];
    if (group !== undefined) groups.set(group, unit);
    const units = byLabel.get(label);
    if (units === undefined) byLabel.set(label, [unit]);
    else units.push(unit);
  });
  return byLabel;
}

/**
 * The fold of each sample, 0 to `folds - 1`: stratified, so that each class is spread evenly, and seeded. A class smaller than the number
 * of folds is in as many of them as it has samples. Each unit goes where its class has least so far, the smallest such fold first: without
 * groups, folds differ by one sample at most. Groups stay whole; the largest are dealt first, so that the small ones level them out.
 */
export function stratifiedFolds(samples: readonly FoldCandidate[], folds: number, seed: number): number[] {
  if (!Number.isSafeInteger(folds) || folds < 2) throw new RangeError(`${folds} folds: at least 2 are needed`);
  const assigned = new Array<number>(samples.length).fill(0);
  const totals = new Array<number>(folds).fill(0);
  const countsByLabel = new Map<number, number[]>();
  const countsOf = (label: number): number[] => {
    const counts = countsByLabel.get(label) ?? new Array<number>(folds).fill(0);
    countsByLabel.set(label, counts);
    return counts;
  };
  const emptiest = (counts: readonly number[]): number => {
    let best = 0;
    for (let fold = 1; fold < folds; fold++) {
      const less = (counts[fold] ?? 0) - (counts[best] ?? 0) || (totals[fold] ?? 0) - (totals[best] ?? 0);
      if (less < 0) best = fold;
    }
    return best;
  };
  for (const [label, units] of [...unitsByLabel(samples)].sort(([a], [b]) => a - b)) {
    const dealt = deriveRng(seed, `folds of ${label}`).shuffle(units);
    for (const unit of dealt.sort((a, b) => b.length - a.length)) {
      const fold = emptiest(countsOf(label));
      for (const { at, label: own } of unit) {
        assigned[at] = fold;
        const counts = countsOf(own);
        counts[fold] = (counts[fold] ?? 0) + 1;
        totals[fold] = (totals[fold] ?? 0) + 1;
      }
    }
  }
  return assigned;
}
