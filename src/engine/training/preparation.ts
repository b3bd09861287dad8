import type { DeviceProgress, RunEvent } from '../../domain/events';
import type { OpenTraining } from '../proved-compute';
import type { RunState } from './run-state';

const sentences: Readonly<Record<DeviceProgress['stage'], string>> = {
  measuring: 'Trying kernels',
  compiling: 'Compiling the programs that train',
  weights: 'Arranging the weights',
  'self-test': 'Testing gradients on a drawing',
};

/** What is done before the first step, as a note of the training stage, where the run stands; null takes the note away. */
export function preparationStage({ plan, checkpoint, steps }: RunState, progress: DeviceProgress | null): RunEvent {
  const { epoch, step } = checkpoint.position;
  return {
    kind: 'stage',
    stage: 'training',
    done: Math.max(epoch * plan.stepsPerEpoch + step, steps.length),
    total: plan.config.epochs * plan.stepsPerEpoch,
    secondsLeft: null,
    note: progress === null ? '' : `${sentences[progress.stage]}: ${String(progress.done)} of ${String(progress.total)}`,
  };
}

/** Says once a run in its log that the convolutions are trained by other kernels than compute the rest, and why. */
export function tellElsewhere(
  state: RunState,
  { training, refusal }: Pick<OpenTraining, 'training' | 'refusal'>,
  onEvent: (event: RunEvent) => void,
): void {
  if (state.elsewhereTold) return;
  state.elsewhereTold = true;
  const reason = refusal?.message ?? 'What computes here cannot train convolutions.';
  const line = `${reason} The processor does (${training.computePlan}).`;
  state.log.push(line);
  onEvent({ kind: 'log', line });
}
