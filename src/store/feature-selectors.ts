import { estimateTraining, findSmallerRun } from '../domain/estimate';
import { estimateFineTuneBytes, estimateMovingRun } from '../domain/fine-tune-estimate';
import { augmentationOf, runConfigProblems, type RunConfig } from '../domain/run-config';
import { countFolders, orderForLimits, type FolderCounts, type SplitCandidate } from '../domain/split';
import { selectSampleIndex, selectSplitCandidates, selectSplits } from './selectors';
import type { FeatureProgress, FeaturesState, PageState, TrainEstimate, WantedFeatures } from './state';

/** By the samples themselves: what was made of them goes when they go. */
const wantedOf = new WeakMap<readonly SplitCandidate[], { keys: readonly unknown[]; wanted: WantedFeatures }>();

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

/** Remembers the last answer: the same object while everything that it depends on is the same. */
function remember<T>(keysOf: (state: PageState) => readonly unknown[], answer: (state: PageState) => T): (state: PageState) => T {
  let last: { readonly keys: readonly unknown[]; readonly value: T } | null = null;
  return (state) => {
    const keys = keysOf(state);
    if (last?.keys.every((key, index) => key === keys[index]) === true) return last.value;
    last = { keys, value: answer(state) };
    return last.value;
  };
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

/** Null while nothing was measured on this device, and where nothing could train. */
export const selectEstimate = remember(dependencies, (state): TrainEstimate | null => {
  const pace = secondsPerPicture(state);
  const secondsPerStep = state.compute.status?.selfTest?.secondsPerStep;
  if (pace === null || secondsPerStep === undefined) return null;
  const { settings, samples: pictures } = state.project.document;
  const wanted = selectWantedFeatures(state);
  if (pictures.length > 0 && isMoving(settings) && runConfigProblems(settings).length === 0) {
    const { counts } = selectSplits(state);
    const total = counts.train + counts.val + counts.test;
    const held = wanted === null ? 0 : listHeld(wanted, state.features).length;
    const seconds = estimateMovingRun(counts, settings, { secondsPerPicture: pace, secondsPerStep }, held);
    const bytes = settings.way === 'fine-tune' ? estimateFineTuneBytes(total, settings) : null;
    return { moving: { bytes }, total, missing: total, seconds, smaller: null };
  }
  if (wanted === null) return null;
  const heldIds = listHeld(wanted, state.features);
  const total = wanted.sampleIds.length;
  const missing = total - heldIds.length;
  const seconds = missing * pace + estimateTraining(selectSplits(state).counts, settings, secondsPerStep);
  const held = new Map<string, number>();
  const samples = selectSampleIndex(state);
  for (const id of heldIds) {
    const className = samples.get(id)?.className ?? '';
    held.set(className, (held.get(className) ?? 0) + 1);
  }
  const smaller = findSmallerRun({
    folders: selectFolders(state),
    settings,
    held,
    pace: { secondsPerPicture: pace, secondsPerStep },
    seconds,
  });
  return { moving: null, total, missing, seconds, smaller };
});
