import { selectWantedFeatures } from '../../store/feature-selectors';
import { remember } from '../../store/remember';
import type { PageState } from '../../store/state';
import type { Taking } from './offer-words';

/** What of the page decides what taking a model changes. The same object until that changes. */
export const selectTaking = remember(
  (state) => [
    state.project.document.backbone,
    state.project.document.runs,
    state.headRun,
    selectWantedFeatures(state),
    state.features.secondsPerPicture,
  ],
  (state): Omit<Taking, 'offer' | 'withHead'> => ({
    inForce: state.project.document.backbone?.title ?? null,
    headNumber: state.headRun?.number ?? null,
    nextNumber: nextNumberOf(state),
    pictures: selectWantedFeatures(state)?.sampleIds.length ?? 0,
    secondsPerPicture: state.features.secondsPerPicture ?? state.compute.status?.selfTest?.secondsPerPicture ?? null,
  }),
);

function nextNumberOf({ headRun, project }: PageState): number {
  return Math.max(0, headRun?.number ?? 0, ...project.document.runs.map(({ number }) => number)) + 1;
}
