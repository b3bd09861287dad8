/** From this ratio of the largest class to the smallest on, classes count as uneven. */
export const unevenFrom = 2;

export interface UnevenClasses {
  readonly largest: string;
  readonly smallest: string;
  /** Pictures of the largest for one of the smallest. */
  readonly ratio: number;
}

/** The largest and the smallest class where they differ by a factor of two or more; null where they do not. Empty classes do not count. */
export function findUneven(counts: ReadonlyMap<string | null, number>): UnevenClasses | null {
  const classes = [...counts].filter((entry): entry is [string, number] => entry[0] !== null && entry[1] > 0);
  const [first] = classes;
  if (first === undefined) return null;
  let [largest, smallest] = [first, first];
  for (const entry of classes) {
    if (entry[1] > largest[1]) largest = entry;
    if (entry[1] < smallest[1]) smallest = entry;
  }
  const ratio = largest[1] / smallest[1];
  return ratio >= unevenFrom ? { largest: largest[0], smallest: smallest[0], ratio } : null;
}
