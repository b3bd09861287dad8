import type { Fit, Sample } from '../domain/dataset';
import { estimateTraining, findSmallerRun } from '../domain/estimate';
import { runConfigProblems } from '../domain/run-config';
import { countFolders, orderForLimits, type FolderCounts } from '../domain/split';
import { selectSampleIndex, selectSplits } from './selectors';
import type { FeatureProgress, FeaturesState, PageState, TrainEstimate, WantedFeatures } from './state';

/** By the samples themselves: what was made of them goes when they go. */
const wantedOf = new WeakMap<
  readonly Sample[],
  { seed: number; limitPerClass: number | null; fit: Fit; wanted: WantedFeatures }
>();

/** The pictures of the splits in force; null without pictures or with settings that cannot train. The same object until they change. */
export function selectWantedFeatures(state: PageState): WantedFeatures | null {
  const { samples, settings } = state.project.document;
  const { seed, limitPerClass, fit } = settings;
  if (samples.length === 0 || runConfigProblems(settings).length > 0) return null;
  const known = wantedOf.get(samples);
  if (known?.seed === seed && known.limitPerClass === limitPerClass && known.fit === fit) return known.wanted;
  const { assignments } = selectSplits(state);
  const wanted = { sampleIds: orderForLimits(samples, seed).filter((id) => assignments.has(id)), fit };
  wantedOf.set(samples, { seed, limitPerClass, fit, wanted });
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

const foldersOf = new WeakMap<readonly Sample[], FolderCounts>();

function selectFolders({ project }: PageState): FolderCounts {
  const { samples } = project.document;
  const folders = foldersOf.get(samples) ?? countFolders(samples);
  foldersOf.set(samples, folders);
  return folders;
}

function dependencies(state: PageState): readonly unknown[] {
  return [selectWantedFeatures(state), state.project.document.settings, state.features, state.compute.status];
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

/** Null while nothing was measured on this device, and where no pictures are wanted. */
export const selectEstimate = remember(dependencies, (state): TrainEstimate | null => {
  const wanted = selectWantedFeatures(state);
  const pace = secondsPerPicture(state);
  const secondsPerStep = state.compute.status?.selfTest?.secondsPerStep;
  if (wanted === null || pace === null || secondsPerStep === undefined) return null;
  const { settings } = state.project.document;
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
  return { total, missing, seconds, smaller };
});
