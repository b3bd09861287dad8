import type { Sample } from './dataset';

interface Checked {
  readonly samples: readonly Pick<Sample, 'id' | 'className'>[];
  readonly classNames: readonly string[];
  readonly runs: readonly { readonly id: string }[];
}

/**
 * What a schema cannot say of a project: pictures, runs and classes differ, and every label is one of the classes. The page counts on it,
 * and a file that breaks it was not written by this app.
 */
export function isConsistent({ samples, classNames, runs }: Checked): boolean {
  const classes = new Set(classNames);
  return (
    classes.size === classNames.length &&
    new Set(samples.map(({ id }) => id)).size === samples.length &&
    new Set(runs.map(({ id }) => id)).size === runs.length &&
    samples.every(({ className }) => className === null || classes.has(className))
  );
}
