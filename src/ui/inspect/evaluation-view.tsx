import { useEffect, useMemo, useRef, useState } from 'react';
import type { Split } from '../../domain/dataset';
import { evaluatePredictions } from '../../domain/evaluation/evaluation';
import type { SamplePrediction } from '../../domain/history';
import {
  selectFoldPredictions,
  selectRunSamples,
  selectSplitPredictions,
  selectWantsFolds,
} from '../../store/inspection-selectors';
import type { PageState } from '../../store/state';
import { formatCount, formatCounted } from '../charts/format';
import { Button, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Segments } from '../try/segments';
import { CalibrationChart, ThresholdCharts } from './charts';
import { ClassTable } from './class-table';
import { ConfusionTable, type ConfusionCell } from './confusion-table';
import styles from './evaluation-view.module.css';
import { Headline } from './headline';
import { JudgedPictures } from './judged-pictures';
import { TaskProgress } from './task-progress';

/** What the numbers are of: a split, or every training and validation picture by a head that did not see it. */
type Scope = Split | 'folds';

const scopeNames: Readonly<Record<Scope, string>> = { val: 'Validation', test: 'Test', train: 'Training', folds: '5 folds' };
const noClasses: readonly string[] = [];
const noPredictions: readonly SamplePrediction[] = [];

function selectClassNames({ headRun }: PageState): readonly string[] {
  return headRun?.classNames ?? noClasses;
}

function usePredictions(scope: Scope): readonly SamplePrediction[] {
  return usePage(scope === 'folds' ? selectFoldPredictions : selectSplitPredictions[scope]) ?? noPredictions;
}

/** Asks once a visit to the view: not again after a failure, nor once it was cancelled. */
function useFoldsWhereWanted(): void {
  const isMissing = usePage(
    (state) =>
      selectWantsFolds(state) &&
      selectFoldPredictions(state) === null &&
      selectRunSamples(state).length > 0 &&
      state.inspection.task === null &&
      state.inspection.error === null &&
      state.run.phase !== 'running' &&
      state.run.phase !== 'stopping',
  );
  const { crossValidate } = useActions();
  const asked = useRef(false);
  useEffect(() => {
    if (!isMissing || asked.current) return;
    asked.current = true;
    void crossValidate();
  }, [isMissing, crossValidate]);
}

/** What stands where a scope has not been predicted yet. */
function Missing({ scope, count }: { readonly scope: Scope; readonly count: number }) {
  const { predictSplit, crossValidate } = useActions();
  const isBusy = usePage(({ inspection }) => inspection.task !== null);
  const isTuned = usePage(({ headRun }) => headRun?.config.way === 'fine-tune');
  if (count === 0)
    return <p className={styles['missing']}>There are no such pictures here. Add the pictures of this run again.</p>;
  if (scope === 'folds' && isTuned)
    return (
      <p className={styles['missing']}>
        Cross-validation is not offered for a fine-tuned run: each of the five folds would take as long as the run did.
      </p>
    );
  return (
    <div className={styles['missing']}>
      <p>
        {scope === 'folds'
          ? 'Five heads are trained, each on four fifths of the pictures; from held features this takes seconds.'
          : 'The head has not been asked for these pictures yet.'}
      </p>
      <Button isDisabled={isBusy} onPress={() => void (scope === 'folds' ? crossValidate() : predictSplit(scope))}>
        {scope === 'folds' ? 'Cross-validate' : `Predict ${formatCounted(count, 'picture')}`}
      </Button>
    </div>
  );
}

/** How good the head is, on any split: numbers, charts with their tables, and the pictures behind them. */
export function EvaluationView({ onClose }: { readonly onClose: () => void }) {
  const classNames = usePage(selectClassNames);
  const samples = usePage(selectRunSamples);
  const wantsFolds = usePage(selectWantsFolds);
  const error = usePage(({ inspection }) => inspection.error);
  const [scope, setScope] = useState<Scope>('val');
  const [cell, setCell] = useState<ConfusionCell | null>(null);
  useFoldsWhereWanted();
  const predictions = usePredictions(scope);
  const folds = usePage(selectFoldPredictions);
  const evaluation = useMemo(() => evaluatePredictions(predictions, classNames.length), [predictions, classNames]);
  const foldsEvaluation = useMemo(
    () => (folds === null ? null : evaluatePredictions(folds, classNames.length)),
    [folds, classNames],
  );
  const countOf = (one: Scope) => samples.filter(({ split }) => (one === 'folds' ? split !== 'test' : split === one)).length;
  const scopes = (['val', 'test', 'train', 'folds'] as const).filter((one) => one !== 'test' || countOf('test') > 0);
  const name = scopeNames[scope];
  return (
    <div className={styles['view']}>
      <Segments
        label="Pictures"
        value={scope}
        onChange={(next) => {
          setScope(next);
          setCell(null);
        }}
        options={scopes.map((value) => ({ value, text: `${scopeNames[value]} ${formatCount(countOf(value))}` }))}
      />
      <TaskProgress />
      {error === null ? null : <ErrorNote record={error} />}
      {wantsFolds && foldsEvaluation !== null && scope === 'val' ? (
        <Headline
          evaluation={foldsEvaluation}
          term="5-fold accuracy"
          note={`One split of ${formatCounted(evaluation.count, 'picture')} says little, so this counts every training and validation picture once.`}
        />
      ) : null}
      {predictions.length === 0 ? (
        <Missing scope={scope} count={countOf(scope)} />
      ) : (
        <>
          <Headline evaluation={evaluation} term="accuracy" name={name} isSmall={wantsFolds && scope === 'val'} note={null} />
          <div className={styles['parts']}>
            <div className={styles['charts']}>
              <ConfusionTable matrix={evaluation.matrix} classNames={classNames} cell={cell} onCell={setCell} />
              <ClassTable rates={evaluation.rates} classNames={classNames} />
              <CalibrationChart evaluation={evaluation} />
              {evaluation.curves === null ? null : <ThresholdCharts curves={evaluation.curves} className={classNames[1] ?? ''} />}
            </div>
            <JudgedPictures
              key={scope}
              predictions={predictions}
              classNames={classNames}
              cell={cell}
              onCell={setCell}
              onClose={onClose}
            />
          </div>
        </>
      )}
    </div>
  );
}
