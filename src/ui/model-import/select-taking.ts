import { selectWantedFeatures } from '../../store/feature-selectors';
import { remember } from '../../store/remember';
import { selectNextRunNumber } from '../../store/run-selectors';
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
    nextNumber: selectNextRunNumber(state),
    pictures: selectWantedFeatures(state)?.sampleIds.length ?? 0,
    secondsPerPicture: state.features.secondsPerPicture ?? state.compute.status?.selfTest?.secondsPerPicture ?? null,
  }),
);
