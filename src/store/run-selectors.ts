import { describeError, type ErrorRecord } from '../domain/errors';
import { selectSampleIndex } from './selectors';
import type { PageState } from './state';

/** Names that a sentence holds. */
const mostNamed = 3;

/** Of the run that begins or comes in next: above every one that the project or the page knows. */
export function selectNextRunNumber({ headRun, project }: Pick<PageState, 'headRun' | 'project'>): number {
  return Math.max(0, headRun?.number ?? 0, ...project.document.runs.map(({ number }) => number)) + 1;
}

/** What keeps a paused run from going on: pictures that it was given and that are not here. Null where all are. */
export function selectMissingPictures(state: PageState): ErrorRecord | null {
  const { samples, interrupted } = state.run;
  const present = selectSampleIndex(state);
  const missing = samples.filter(({ id }) => !present.has(id));
  if (missing.length === 0) return null;
  const known = missing.flatMap(({ id }) => interrupted?.names.get(id) ?? []);
  const named = known.slice(0, mostNamed);
  const more = missing.length - named.length;
  const names = named.length === 0 ? '' : `: ${[...named, ...(more > 0 ? [`${String(more)} more`] : [])].join(', ')}`;
  return describeError('run-pictures-missing', { count: missing.length, total: samples.length, names });
}
