import type { SamplePrediction } from '../history';
import { mcnemar, type McNemar } from './compare-runs';

/** Two runs judged on the pictures that both were measured on. */
export interface RunVerdict extends McNemar {
  /** Pictures of the same label that both predicted, neither having learnt from them. */
  readonly count: number;
  /** Of those, what the second run said where the two disagree. */
  readonly disagreements: readonly SamplePrediction[];
  /** In plain words. */
  readonly words: string;
}

/** Below this a difference so large or larger would come about by chance in less than one of twenty cases. */
const significant = 0.05;

function isHeldOut({ split }: SamplePrediction): boolean {
  return split !== 'train';
}

/** Null where the two have no held-out picture in common. */
export function compareRuns(
  first: readonly SamplePrediction[],
  second: readonly SamplePrediction[],
  names: readonly [string, string],
): RunVerdict | null {
  const known = new Map(first.filter(isHeldOut).map((prediction) => [prediction.sampleId, prediction]));
  const pairs = second.filter(isHeldOut).flatMap((b) => {
    const a = known.get(b.sampleId);
    return a === undefined || a.labelIndex !== b.labelIndex ? [] : [{ a, b }];
  });
  if (pairs.length === 0) return null;
  const isRight = ({ classIndex, labelIndex }: SamplePrediction) => classIndex === labelIndex;
  const test = mcnemar(
    pairs.map(({ a }) => isRight(a)),
    pairs.map(({ b }) => isRight(b)),
  );
  const disagreements = pairs.filter(({ a, b }) => a.classIndex !== b.classIndex).map(({ b }) => b);
  return { ...test, count: pairs.length, disagreements, words: inWords(test, names) };
}

function inWords({ onlyFirst, onlySecond, pValue }: McNemar, [first, second]: readonly [string, string]): string {
  if (onlyFirst + onlySecond === 0) return 'Both are right on the same pictures: there is no difference to explain.';
  const counts = `${first} alone is right on ${String(onlyFirst)}, ${second} alone on ${String(onlySecond)}.`;
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
  if (pValue >= significant) return `${counts} That may well be chance (McNemar’s exact test, ${p}).`;
  return `${counts} That is more than chance (McNemar’s exact test, ${p}): ${onlyFirst > onlySecond ? first : second} is better.`;
}
