import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { EpochRecord, StepRecord } from '../../domain/history';
import { formatEpochLine, formatStepLine } from '../../domain/note-log';
import type { RunSample } from '../../protocol/engine-api';
import { yieldToTasks } from '../yield';
import type { FeatureSource } from './feature-source';
import type { LiveHead } from './live-head';
import { Pace, sumSeconds } from './pace';
import { orderOfEpoch } from './run-plan';
import { emptySums, type EpochSums, type Position, type RunState } from './run-state';

/** What a stretch of a run (from start or continue to the next pause or the end) works with. */
export interface Session {
  readonly state: RunState;
  readonly source: FeatureSource;
  readonly head: LiveHead;
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
}

export function idsOf(samples: readonly RunSample[]): string[] {
  return samples.map(({ id }) => id);
}

export function labelsOf(samples: readonly RunSample[]): number[] {
  return samples.map(({ labelIndex }) => labelIndex);
}

export function* batchesOf(samples: readonly RunSample[], batchSize: number): Generator<readonly RunSample[]> {
  for (let start = 0; start < samples.length; start += batchSize) yield samples.slice(start, start + batchSize);
}

/** One loop for both ways with frozen features. It differs only in when pictures meet the backbone: before, or batch by batch. */
export class Training {
  readonly #stepPace = new Pace();
  readonly #validationPace = new Pace();
  #position: Position;
  #sums: EpochSums;

  constructor(private readonly session: Session) {
    ({ position: this.#position, sums: this.#sums } = session.state.checkpoint);
  }

  /** Trains to the last epoch. Rejects with `cancelled` when paused, `not-finite`, or a failure; `park` then keeps what was done. */
  async run(): Promise<void> {
    const { state } = this.session;
    if (state.deadEnd !== null) throw state.deadEnd;
    const { epochs } = state.plan.config;
    this.#tellStage(null);
    while (this.#position.epoch < epochs) {
      await this.#runEpoch();
      if (this.#position.epoch < epochs) await this.park();
    }
  }

  /** Copies head, moments and place from the device to the run's state. */
  async park(): Promise<void> {
    this.session.state.checkpoint = { position: this.#position, sums: this.#sums, ...(await this.session.head.save()) };
  }

  async #runEpoch(): Promise<void> {
    const { plan } = this.session.state;
    const { epoch } = this.#position;
    const batches = [...batchesOf(orderOfEpoch(plan, epoch), plan.config.batchSize)];
    for (const [step, batch] of batches.entries()) {
      if (step >= this.#position.step) await this.#runStep(batch);
    }
    await this.#validate();
    this.#position = { epoch: epoch + 1, step: 0 };
    this.#sums = emptySums;
  }

  async #runStep(batch: readonly RunSample[]): Promise<void> {
    const { state, source, head, signal, now } = this.session;
    const { config } = state.plan;
    const { epoch, step } = this.#position;
    await yieldToTasks();
    throwIfCancelled(signal);
    const started = now();
    const features = await source.readBatch(idsOf(batch), config.featureNorm, (done) => {
      this.#tellStage(`Picture ${String(done)} of ${String(batch.length)} of this batch`);
    });
    const read = now();
    const measured = await head.fitBatch(features, labelsOf(batch));
    if (!Number.isFinite(measured.mean)) throw this.#stopAt(epoch, step);

    const ended = now();
    this.#stepPace.add((ended - read) / 1000);
    const before = this.#sums;
    this.#sums = {
      noteLoss: Math.fround(before.noteLoss + measured.mean),
      loss: before.loss + measured.losses.reduce((sum, loss) => sum + loss, 0),
      right: before.right + measured.right,
      seen: before.seen + batch.length,
      seconds: before.seconds + (ended - started) / 1000,
    };
    this.#tellStep({
      epoch,
      step,
      batchSize: batch.length,
      trainLoss: measured.mean,
      trainAccuracy: measured.right / batch.length,
      noteLoss: this.#sums.noteLoss / this.#sums.seen,
      noteAccuracy: this.#sums.right / this.#sums.seen,
    });
    this.#position = { epoch, step: step + 1 };
    this.#tellStage(null);
  }

  async #validate(): Promise<void> {
    const { state, source, head, signal, now } = this.session;
    const { config, samples } = state.plan;
    const { epoch, step } = this.#position;
    const started = now();
    let [noteLoss, loss, right] = [0, 0, 0];
    for (const batch of batchesOf(samples.val, config.batchSize)) {
      await yieldToTasks();
      throwIfCancelled(signal);
      const features = await source.readBatch(idsOf(batch), config.featureNorm, (done) => {
        this.#tellStage(`Validation, picture ${String(done)} of ${String(batch.length)} of this batch`);
      });
      const measured = await head.measure(features, labelsOf(batch));
      if (!Number.isFinite(measured.mean)) throw this.#stopAt(epoch, step - 1);
      noteLoss = Math.fround(noteLoss + measured.mean);
      loss += measured.losses.reduce((sum, value) => sum + value, 0);
      right += measured.right;
    }
    const seconds = (now() - started) / 1000;
    this.#validationPace.add(seconds);
    const { val } = samples;
    this.#tellEpoch({
      epoch,
      trainLoss: this.#sums.loss / this.#sums.seen,
      trainAccuracy: this.#sums.right / this.#sums.seen,
      valLoss: loss / val.length,
      valAccuracy: right / val.length,
      noteValLoss: noteLoss / val.length,
      seconds: this.#sums.seconds + seconds,
    });
  }

  /** The weights go back to the last ones that gave a number; the run can only be finished from here. */
  #stopAt(epoch: number, step: number): HeadstartError {
    this.session.head.revert();
    const error = new HeadstartError('not-finite', { epoch, step });
    this.session.state.deadEnd = error;
    return error;
  }

  #tellStep(record: StepRecord): void {
    const { steps, plan } = this.session.state;
    // Done again after a lost device: it was told before.
    if (record.epoch * plan.stepsPerEpoch + record.step < steps.length) return;
    steps.push(record);
    this.session.onEvent({ kind: 'step', record });
    if (record.step % plan.config.logEvery === 0) this.#tellLine(formatStepLine(record));
  }

  #tellEpoch(record: EpochRecord): void {
    const { epochs } = this.session.state;
    if (record.epoch < epochs.length) return;
    epochs.push(record);
    this.session.onEvent({ kind: 'epoch', record });
    this.#tellLine(formatEpochLine(record));
  }

  #tellLine(line: string): void {
    this.session.state.log.push(line);
    this.session.onEvent({ kind: 'log', line });
  }

  #tellStage(note: string | null): void {
    const { state, source, onEvent } = this.session;
    const { config, samples, stepsPerEpoch } = state.plan;
    const total = config.epochs * stepsPerEpoch;
    const done = Math.max(this.#position.epoch * stepsPerEpoch + this.#position.step, state.steps.length);
    const secondsLeft = sumSeconds(
      this.#stepPace.secondsFor(total - done),
      source.pace.secondsFor(source.countMissing(samples.train) + source.countMissing(samples.val)),
      this.#validationPace.secondsFor(config.epochs - this.#position.epoch) ?? 0,
    );
    onEvent({ kind: 'stage', stage: 'training', done, total, secondsLeft, note });
  }
}
