import { useMemo } from 'react';
import { describeError } from '../../domain/errors';
import { selectNextRunNumber } from '../../store/run-selectors';
import type { PageState } from '../../store/state';
import { formatCount, formatCounted } from '../charts/format';
import { useChartSource } from '../charts/history-source';
import { LineChart } from '../charts/line-chart';
import { Button, ErrorNote, Panel } from '../primitives';
import { useActions, usePage } from '../store-context';
import { FirstPictures } from './first-pictures';
import { ModelCard } from './model-card';
import { RunLog } from './run-log';
import { RunResult } from './run-result';
import { Settings } from './settings';
import { StartChoice } from './start-choice';
import { Stages } from './stages';
import { TrainControls } from './train-controls';
import styles from './train-panel.module.css';
import { NotKeptNote, UnfinishedRun } from './unfinished-run';
import { useSettingDrafts } from './use-setting-drafts';
import { WayGroup } from './way-group';
import { WeightsGone } from './weights-gone';

function selectIsTraining({ run }: PageState): boolean {
  return run.phase === 'running' || run.phase === 'stopping' || run.phase === 'paused';
}

/** `Run 3 · seed 0`, of the run that is shown; nothing before the first. */
function selectRunTitle({ run, headRun, project }: PageState): string {
  const { settings } = project.document;
  if (run.phase === 'done' && run.result !== null) {
    const { number, imported, config } = run.result;
    return `Run ${formatCount(number)} · ${imported === undefined ? `seed ${String(config.seed)}` : 'brought in'}`;
  }
  if (run.phase === 'idle') return '';
  const number = run.interrupted?.number ?? selectNextRunNumber({ headRun, project });
  return `Run ${formatCount(number)} · seed ${String((run.config ?? settings).seed)}`;
}

/** Whether the run that is shown came in with a file. */
function selectIsBroughtIn({ run, headRun }: PageState): boolean {
  return (run.phase === 'idle' ? headRun : run.result)?.imported !== undefined;
}

function WeightsProblem() {
  const weights = usePage((state) => state.weights);
  const { retryWeights } = useActions();
  if (weights.phase !== 'failed') return null;
  return (
    <ErrorNote
      record={weights.error ?? describeError('unexpected', { detail: 'the weights did not load' })}
      action={
        <Button small onPress={() => void retryWeights()}>
          Try again
        </Button>
      }
    />
  );
}

function FeaturesProblem() {
  const error = usePage(({ features }) => features.error);
  const isTraining = usePage(selectIsTraining);
  const { goOnWithFeatures } = useActions();
  if (error === null || isTraining) return null;
  return (
    <ErrorNote
      record={error}
      action={
        <Button small onPress={() => void goOnWithFeatures()}>
          Try again
        </Button>
      }
    />
  );
}

function selectKeptWords({ run, headRun }: PageState): string {
  const steps = run.history.steps.length;
  const drawn = steps > 0 ? `The ${formatCounted(steps, 'step')} above stay to be read. ` : '';
  if (run.phase === 'paused') return `${drawn}Continue goes on from there.`;
  return headRun === null
    ? `${drawn}Pictures and settings are as they were.`
    : `${drawn}The head of run ${formatCount(headRun.number)} still predicts.`;
}

function RunProblem() {
  const error = usePage(({ run, weights }) => (run.error !== null && run.error.code === weights.error?.code ? null : run.error));
  const kept = usePage(selectKeptWords);
  const failed = usePage(({ run }) => run.phase === 'failed' || run.phase === 'paused');
  if (error === null) return null;
  return (
    <>
      <ErrorNote record={error} />
      {failed && error.code !== 'run-pictures-missing' ? <p className={styles['kept']}>{kept}</p> : null}
    </>
  );
}

/** A device that was lost on the way: nothing to do, but worth knowing. */
function ResumedNote() {
  const resumed = usePage(({ run }) => (run.error === null ? run.resumed : null));
  if (resumed === null) return null;
  return (
    <p className={styles['kept']} role="status">
      {resumed.message}
      {resumed.code === 'run-moved' || resumed.code === 'run-renewed'
        ? ''
        : ' The run went on by itself from its last checkpoint.'}
    </p>
  );
}

/** The Train column: model, way, settings, one button, and what the run says while it goes. */
export function TrainPanel() {
  const isTraining = usePage(selectIsTraining);
  const title = usePage(selectRunTitle);
  const drafts = useSettingDrafts();
  const source = useChartSource();
  const isBroughtIn = usePage(selectIsBroughtIn);
  const fieldProblem = isTraining ? null : drafts.firstProblem;
  const charts = useMemo(
    () => (
      <div className={styles['charts']}>
        <LineChart
          metric="loss"
          heading="Loss"
          source={source}
          emptyText={
            isBroughtIn ? 'A file holds no history: how it learnt was seen elsewhere.' : 'The loss is drawn here, step by step.'
          }
        />
        <LineChart
          metric="accuracy"
          heading="Accuracy"
          source={source}
          emptyText={
            isBroughtIn
              ? 'Train on, or press Evaluation under Try, to measure it here.'
              : 'The accuracy is drawn here, step by step.'
          }
        />
      </div>
    ),
    [source, isBroughtIn],
  );
  return (
    <Panel step={2} heading="Train" aside={title}>
      <ModelCard />
      <WayGroup
        isReadOnly={isTraining}
        onChoose={() => {
          drafts.clear();
        }}
      />
      <StartChoice isReadOnly={isTraining} />
      <WeightsGone />
      <Settings drafts={drafts} isReadOnly={isTraining} controls={<TrainControls fieldProblem={fieldProblem} />} />
      <WeightsProblem />
      <FeaturesProblem />
      <UnfinishedRun />
      <RunProblem />
      <NotKeptNote />
      <ResumedNote />
      <Stages />
      <RunResult />
      <FirstPictures />
      {charts}
      <RunLog />
    </Panel>
  );
}
