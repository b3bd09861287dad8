import { createFeatureEstimate, estimateTraining, findSmallerRun, sumCounts } from '../domain/estimate';
import type { ErrorCode } from '../domain/errors';
import { estimateFineTuneBytes, estimateMovingRun } from '../domain/fine-tune-estimate';
import { changeWay } from '../domain/presets';
import { augmentationOf, runConfigProblems, type RunConfig } from '../domain/run-config';
import { countFolders, orderForLimits, type FolderCounts, type SplitCandidate, type SplitCounts } from '../domain/split';
import { remember } from './remember';
import { selectHeadRun, selectSampleIndex, selectSplitCandidates, selectSplits } from './selectors';
import type { FeatureProgress, FeaturesState, PageState, TrainEstimate, WantedFeatures } from './state';

/** By the samples themselves: what was made of them goes when they go. */
const wantedOf = new WeakMap<readonly SplitCandidate[], { keys: readonly unknown[]; wanted: WantedFeatures }>();

/** Reasons in a status after which what computes the rest does not train convolutions. */
const trainedElsewhere: ReadonlySet<string> = new Set<ErrorCode>(['training-test-failed', 'training-path-failed']);

/** Whether training pictures pass through convolutions in every epoch, instead of once. */
function isMoving(settings: RunConfig): boolean {
  return settings.way === 'fine-tune' || augmentationOf(settings) !== null;
}

/**
 * The pictures whose features a run would need: those of the splits in force, without the training pictures where chance changes them.
 * Null without pictures, with settings that cannot train, and where features move. The same object until they change.
 */
export function selectWantedFeatures(state: PageState): WantedFeatures | null {
  const { samples, settings } = state.project.document;
  const { seed, limitPerClass, fit, valFraction, way } = settings;
  if (samples.length === 0 || way === 'fine-tune' || runConfigProblems(settings).length > 0) return null;
  const heldOutOnly = isMoving(settings);
  // Which pictures train matters only where they are left out.
  const keys = [seed, limitPerClass, fit, heldOutOnly, heldOutOnly ? valFraction : null];
  const { candidates } = selectSplitCandidates(state);
  const known = wantedOf.get(candidates);
  if (known?.keys.every((key, index) => key === keys[index]) === true) return known.wanted;
  const { assignments } = selectSplits(state);
  const isWanted = (id: string) => assignments.has(id) && !(heldOutOnly && assignments.get(id) === 'train');
  const wanted = { sampleIds: orderForLimits(candidates, seed).filter(isWanted), fit };
  wantedOf.set(candidates, { keys, wanted });
  return wanted;
}

/**
 * Of the pictures wanted now, those whose features are held. The device says how many of the list that it was given; they are the
 * first of it, unless pictures came in between: then it is a guess until the device has the new list.
 */
function listHeld(wanted: WantedFeatures, features: FeaturesState): string[] {
  if (features.wanted === wanted) return wanted.sampleIds.slice(0, features.done);
  if (features.wanted?.fit !== wanted.fit) return [];
  const first = new Set(features.wanted.sampleIds.slice(0, features.done));
  return wanted.sampleIds.filter((id) => first.has(id));
}

function secondsPerPicture({ features, compute }: PageState): number | null {
  return features.secondsPerPicture ?? compute.status?.selfTest?.secondsPerPicture ?? null;
}

const foldersOf = new WeakMap<readonly SplitCandidate[], FolderCounts>();

function selectFolders(state: PageState): FolderCounts {
  const { candidates } = selectSplitCandidates(state);
  const folders = foldersOf.get(candidates) ?? countFolders(candidates);
  foldersOf.set(candidates, folders);
  return folders;
}

function dependencies(state: PageState): readonly unknown[] {
  const { samples, settings } = state.project.document;
  return [
    selectWantedFeatures(state),
    samples,
    state.project.document.splitRules,
    settings,
    state.features,
    state.compute.status,
  ];
}

/** Null where no pictures are wanted. */
export const selectFeatureProgress = remember(dependencies, (state): FeatureProgress | null => {
  const wanted = selectWantedFeatures(state);
  if (wanted === null) return null;
  const total = wanted.sampleIds.length;
  const done = listHeld(wanted, state.features).length;
  const pace = secondsPerPicture(state);
  return { done, total, secondsLeft: pace === null ? null : (total - done) * pace };
});

function estimateRun(state: PageState): TrainEstimate | null {
  const secondsEach = secondsPerPicture(state);
  const secondsPerStep = state.compute.status?.selfTest?.secondsPerStep;
  if (secondsEach === null || secondsPerStep === undefined) return null;
  const pace = { secondsPerPicture: secondsEach, secondsPerStep };
  const { settings, samples: pictures } = state.project.document;
  // Then other kernels train, whose pace nobody has measured.
  if (settings.way === 'fine-tune' && trainedElsewhere.has(state.compute.status?.reason?.code ?? '')) return null;
  const wanted = selectWantedFeatures(state);
  const heldIds = wanted === null ? [] : listHeld(wanted, state.features);
  if (pictures.length > 0 && isMoving(settings) && runConfigProblems(settings).length === 0) {
    const { counts } = selectSplits(state);
    const total = counts.train + counts.val + counts.test;
    const seconds = estimateMovingRun(counts, settings, pace, heldIds.length);
    const bytes = settings.way === 'fine-tune' ? estimateFineTuneBytes(total, settings) : null;
    // As if nothing were held: fewer pictures then never seem to take longer than more.
    const secondsWith = (classes: ReadonlyMap<string, SplitCounts>) =>
      estimateMovingRun(sumCounts(classes.values()), settings, pace);
    const smaller = findSmallerRun({ folders: selectFolders(state), settings, secondsWith, seconds });
    return { moving: { bytes }, total, missing: total, seconds, smaller };
  }
  if (wanted === null) return null;
  const total = wanted.sampleIds.length;
  const missing = total - heldIds.length;
  const seconds = missing * secondsEach + estimateTraining(selectSplits(state).counts, settings, secondsPerStep);
  const held = new Map<string, number>();
  const samples = selectSampleIndex(state);
  for (const id of heldIds) {
    const className = samples.get(id)?.className ?? '';
    held.set(className, (held.get(className) ?? 0) + 1);
  }
  const secondsWith = createFeatureEstimate(settings, held, pace);
  const smaller = findSmallerRun({ folders: selectFolders(state), settings, secondsWith, seconds });
  return { moving: null, total, missing, seconds, smaller };
}

/** Null while nothing was measured on this device, and where nothing could train. */
export const selectEstimate = remember(dependencies, estimateRun);

/** From here on, seconds, fine-tuning is worth a look at the head alone first. */
const worthTheHeadFirst = 30;
/** The head alone is offered where it takes at most this share of the wait. */
const largestHeadShare = 1 / 2;

/**
 * Before a long fine-tuning of pictures on which no head alone was trained yet: the seconds that one takes. Null where it is no offer.
 * What a head reaches says whether the longer wait is worth it.
 */
export function selectHeadFirst(state: PageState): number | null {
  const { document } = state.project;
  const estimate = selectEstimate(state);
  if (document.settings.way !== 'fine-tune' || estimate === null || estimate.seconds < worthTheHeadFirst) return null;
  if (selectHeadRun(state) !== null) return null;
  const settings = changeWay(document.settings, 'features');
  const { kept } = state.features;
  const features = kept === null ? state.features : { ...state.features, ...kept };
  const head = estimateRun({ ...state, features, project: { ...state.project, document: { ...document, settings } } });
  return head !== null && head.seconds <= estimate.seconds * largestHeadShare ? head.seconds : null;
}
