import type { Sample } from '../domain/dataset';
import { orderForLimits } from '../domain/split';
import { selectSampleIndex, selectSplits } from './selectors';
import type { PageState, SplitOverview } from './state';

/** Enough to see what chance does, few enough to be drawn at once. */
const shownAtMost = 6;

let shownOf: { readonly splits: SplitOverview; readonly seed: number; readonly shown: readonly Sample[] } | null = null;

/** The training pictures that stand for all where augmentation is shown: one of each class in turn. The same list until they change. */
export function selectPreviewSamples(state: PageState): readonly Sample[] {
  const splits = selectSplits(state);
  const { samples, settings } = state.project.document;
  const { seed } = settings;
  if (shownOf?.splits === splits && shownOf.seed === seed) return shownOf.shown;
  const index = selectSampleIndex(state);
  const shown = orderForLimits(samples, seed)
    .filter((id) => splits.assignments.get(id) === 'train')
    .slice(0, shownAtMost)
    .flatMap((id) => index.get(id) ?? []);
  shownOf = { splits, seed, shown };
  return shown;
}
