import type { RunEvent, StageName } from '../domain/events';
import type { EpochRecord, SamplePrediction, StepRecord } from '../domain/history';
import type { RunState, StageState } from './state';

function withStage(stages: readonly StageState[], event: Extract<RunEvent, { kind: 'stage' }>): readonly StageState[] {
  const at = stages.findIndex(({ stage }) => stage === event.stage);
  return stages.map((stage, index) => {
    // A stage that begins ends those before it, whether or not they said so.
    if (index < at) return stage.status === 'running' ? { ...stage, status: 'done', secondsLeft: null } : stage;
    if (index > at) return stage;
    const { done, total, secondsLeft, note } = event;
    return {
      stage: event.stage,
      status: total > 0 && done >= total ? 'done' : 'running',
      done,
      total,
      secondsLeft,
      note: note ?? stage.note,
    };
  });
}

/** The run after one frame's events. Each list grows once a frame, however many events there were. */
export function applyRunEvents(run: RunState, events: readonly RunEvent[]): RunState {
  const steps: StepRecord[] = [];
  const epochs: EpochRecord[] = [];
  const lines: string[] = [];
  const predictions: SamplePrediction[] = [];
  let { stages, firstBatch, resumed, kept } = run;
  for (const event of events) {
    switch (event.kind) {
      case 'stage':
        stages = withStage(stages, event);
        break;
      case 'first-batch':
        firstBatch = { sampleIds: event.sampleIds, labels: event.labels };
        break;
      case 'step':
        steps.push(event.record);
        break;
      case 'epoch':
        epochs.push(event.record);
        break;
      case 'log':
        lines.push(event.line);
        break;
      case 'resumed':
        resumed = event.reason;
        break;
      case 'kept':
        kept = event.report;
        break;
      case 'status':
        break; // of what computes, not of the run
      case 'predictions':
        for (const prediction of event.predictions) predictions.push(prediction);
        break;
    }
  }
  const grew = steps.length > 0 || epochs.length > 0;
  return {
    ...run,
    stages,
    firstBatch,
    resumed,
    kept,
    history: grew ? { steps: [...run.history.steps, ...steps], epochs: [...run.history.epochs, ...epochs] } : run.history,
    log: lines.length > 0 ? [...run.log, ...lines] : run.log,
    predictions: predictions.length > 0 ? [...run.predictions, ...predictions] : run.predictions,
  };
}

/** A stage as it stands, without waiting for the worker to say so. */
export function setStage(stages: readonly StageState[], name: StageName, change: Partial<StageState>): readonly StageState[] {
  return stages.map((stage) => (stage.stage === name ? { ...stage, ...change } : stage));
}
