import { deriveRng } from '../rng';

/**
 * The fold of each sample, 0 to `folds - 1`: stratified, so that each class is spread evenly, and seeded. A class smaller than the number
 * of folds is in as many of them as it has samples. Which fold gets a class's odd ones goes round, so folds differ by one at most.
 */
export function stratifiedFolds(labels: readonly number[], folds: number, seed: number): number[] {
  if (!Number.isSafeInteger(folds) || folds < 2) throw new RangeError(`${folds} folds: at least 2 are needed`);
  const assigned = new Array<number>(labels.length).fill(0);
  const byLabel = new Map<number, number[]>();
  labels.forEach((label, at) => {
    const members = byLabel.get(label);
    if (members === undefined) byLabel.set(label, [at]);
    else members.push(at);
  });
  let next = 0;
  for (const label of [...byLabel.keys()].sort((a, b) => a - b)) {
    for (const at of deriveRng(seed, `folds of ${label}`).shuffle(byLabel.get(label) ?? [])) {
      assigned[at] = next % folds;
      next += 1;
    }
  }
  return assigned;
}
