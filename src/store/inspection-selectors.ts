import type { FoldPrediction } from '../domain/evaluation/inspection';
import type { LikenessReference } from '../domain/evaluation/likeness';
import type { SamplePrediction } from '../domain/history';
import type { Split } from '../domain/dataset';
import { unpackAnswers } from '../domain/run-data';
import { assignSplits } from '../domain/split';
import type { RunSample } from '../protocol/engine-api';
import { remember } from './remember';
import { selectSampleIndex, selectSplitCandidates } from './selectors';
import type { PageState } from './state';

/** With fewer validation pictures than this, one split says little: the folds' accuracy is the headline. */
export const foldsBelow = 100;
export const foldCount = 5;

/** Pictures of the run whose head predicts that are still here, by id; by its settings, pins and rules where the run's own list is not known any more. */
const selectRunSplits = remember(
  (state) => [
    selectSplitCandidates(state),
    state.project.document.splitRules,
    state.headRun,
    state.run.result,
    state.run.samples,
  ],
  (state): ReadonlyMap<string, { readonly split: Split; readonly labelIndex: number | null }> => {
    const { headRun, run, project } = state;
    if (headRun === null) return new Map();
    if (run.samples.length > 0 && run.result?.id === headRun.id)
      return new Map(run.samples.map(({ id, split, labelIndex }) => [id, { split, labelIndex }]));
    const { seed, valFraction, limitPerClass } = headRun.config;
    const { testFraction } = project.document.splitRules;
    const { candidates } = selectSplitCandidates(state);
    const { assignments } = assignSplits(candidates, { seed, valFraction, limitPerClass, testFraction });
    return new Map([...assignments].map(([id, split]) => [id, { split, labelIndex: null }]));
  },
);

/**
 * The pictures of the run whose head predicts, as they are labelled now; a class that the head does not know by its name leaves the label
 * that the run had. Empty without a head.
 */
export const selectRunSamples = remember(
  (state) => [selectRunSplits(state), selectSampleIndex(state), selectSplitCandidates(state), state.headRun],
  (state): readonly RunSample[] => {
    const classes = new Map(state.headRun?.classNames.map((className, index) => [className, index]));
    const samples = selectSampleIndex(state);
    const groups = new Map(selectSplitCandidates(state).candidates.map(({ id, group }) => [id, group]));
    return [...selectRunSplits(state)].flatMap(([id, { split, labelIndex: former }]) => {
      const className = samples.get(id)?.className;
      // Removed since, or without a label now.
      if (className === undefined || className === null) return [];
      const labelIndex = classes.get(className) ?? former;
      if (labelIndex === null) return [];
      const group = groups.get(id) ?? null;
      return [{ id, split, labelIndex, ...(group === null ? {} : { group }) }];
    });
  },
);

/** The pictures that the present head learnt from and that are still here, each as the worker compares others with it. */
export const selectLikenessReference = remember(
  (state) => [selectRunSamples(state), state.headRun],
  (state): LikenessReference | null => {
    // A head that came in learnt from pictures that nobody here knows.
    if (state.headRun === null || state.headRun.imported !== undefined) return null;
    const samples = selectRunSamples(state).flatMap(({ id, split, group }) =>
      split === 'train' ? [{ id, ...(group === undefined ? {} : { group }) }] : [],
    );
    return samples.length === 0 ? null : { samples, fit: state.headRun.config.fit };
  },
);

/** What is known of each picture by a head that did not learn from it: held out from the run, or out of fold. By sample id. */
export const selectJudgements = remember(
  (state) => [
    selectSplitPredictions.val(state),
    selectSplitPredictions.test(state),
    selectFoldPredictions(state),
    selectSampleIndex(state),
    state.headRun,
  ],
  (state): ReadonlyMap<string, { readonly className: string; readonly isWrong: boolean }> => {
    const samples = selectSampleIndex(state);
    const held = [...selectSplitPredictions.val(state), ...selectSplitPredictions.test(state)];
    // Held-out predictions are the run's own, so they stand over those of the folds.
    const all = [...(selectFoldPredictions(state) ?? []), ...held];
    return new Map(
      all.map(({ sampleId, className }) => [sampleId, { className, isWrong: samples.get(sampleId)?.className !== className }]),
    );
  },
);

const noPredictions: readonly SamplePrediction[] = [];

/** What the present head said of a split's pictures: by its run, or asked for since. Without those that were removed. */
export const selectSplitPredictions: Readonly<Record<Split, (state: PageState) => readonly SamplePrediction[]>> = {
  train: predictionsOf('train'),
  val: predictionsOf('val'),
  test: predictionsOf('test'),
};

function predictionsOf(split: Split) {
  return remember(
    (state) => [selectSampleIndex(state), state.headRun, state.run.result, state.run.predictions, state.inspection.predictions],
    (state): readonly SamplePrediction[] => {
      const { headRun, run, inspection } = state;
      if (headRun === null) return noPredictions;
      const samples = selectSampleIndex(state);
      const asked = inspection.predictions?.runId === headRun.id ? inspection.predictions.of[split] : undefined;
      const told = run.result?.id === headRun.id ? run.predictions.filter((prediction) => prediction.split === split) : [];
      return (asked ?? told).filter(({ sampleId }) => samples.has(sampleId));
    },
  );
}

/** What each run said of its held-out pictures, by the run's id: as told on this visit, else as it is kept. */
export const selectHeldOut = remember(
  ({ inspection, project }) => [inspection.heldOut, project.document.runData, project.document.runs],
  ({ inspection, project }): ReadonlyMap<string, readonly SamplePrediction[]> => {
    const { runs, runData } = project.document;
    return new Map(
      runs.flatMap((run): [string, readonly SamplePrediction[]][] => {
        const told = inspection.heldOut.get(run.id);
        if (told !== undefined) return [[run.id, told]];
        const answers = runData[run.id]?.answers ?? null;
        return answers === null ? [] : [[run.id, unpackAnswers(answers, run)]];
      }),
    );
  },
);

/** Out-of-fold predictions for the present head's run, without pictures that were removed; null before they were asked for. */
export const selectFoldPredictions = remember(
  (state) => [selectSampleIndex(state), state.headRun, state.inspection.folds],
  (state): readonly FoldPrediction[] | null => {
    const { headRun, inspection } = state;
    if (headRun === null || inspection.folds?.runId !== headRun.id) return null;
    const samples = selectSampleIndex(state);
    return inspection.folds.result.predictions.filter(({ sampleId }) => samples.has(sampleId));
  },
);

/** Whether the folds' accuracy is the one to tell: few validation pictures, and a head that can be trained again in seconds. */
export function selectWantsFolds({ headRun }: PageState): boolean {
  // A head that came in was trained on other pictures.
  return (
    headRun?.imported === undefined && headRun !== null && headRun.config.way !== 'fine-tune' && headRun.counts.val < foldsBelow
  );
}
