import { describeError } from '../../domain/errors';
import type { ComputeStatus, DeviceProgress, RunEvent } from '../../domain/events';
import type { KeptHead } from '../../protocol/compute-api';
import type { OpenTraining } from '../proved-compute';
import type { RunOrigin, RunState } from './run-state';

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

/** Says first of all whose weights a run begins with, where it has no new head. */
export function tellBeginning(
  state: Pick<RunState, 'continues' | 'log'>,
  kept: Pick<KeptHead, 'run'> | null,
  onEvent: (event: RunEvent) => void,
): void {
  if (state.continues === null) return;
  const { imported } = kept?.run ?? {};
  const origin = imported === undefined ? '' : `, which came in as ${imported.fileName}`;
  const line = `Goes on from the weights of run ${String(state.continues.number)}${origin}; the optimizer begins anew.`;
  state.log.push(line);
  onEvent({ kind: 'log', line });
}

/** Says where a run goes on with what may give other last digits than what it began with. */
export function tellOrigin(state: RunState, origin: RunOrigin, status: ComputeStatus, onEvent: (event: RunEvent) => void): void {
  const before = state.origin;
  state.origin = origin;
  if (before === null || before.text === origin.text || state.steps.length === 0) return;
  const reason =
    before.label === origin.label
      ? describeError('run-renewed')
      : describeError('run-moved', { before: before.label, now: origin.label });
  onEvent({ kind: 'resumed', reason, status });
  state.log.push(reason.message);
  onEvent({ kind: 'log', line: reason.message });
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
