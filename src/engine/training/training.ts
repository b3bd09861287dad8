import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { RunEvent } from '../../domain/events';
import type { EpochRecord, StepRecord } from '../../domain/history';
import { formatEpochLine, formatStepLine } from '../../domain/note-log';
import type { RunSample } from '../../protocol/engine-api';
import { yieldToTasks } from '../yield';
import { weightOf, type LossOptions } from '../cross-entropy';
import { labelsOf } from './head-model';
import type { Measured } from './live-head';
import type { Model } from './model';
import { Pace, sumSeconds } from './pace';
import { lossOf, orderOfEpoch, updateAt } from './run-plan';
import type { RunKeeper } from './run-keeper';
import { emptySums, isTrained, weightsOnly, type EpochSums, type Position, type RunState } from './run-state';

/** What a stretch of a run (from start or continue to the next pause or the end) works with. */
export interface Session {
  readonly state: RunState;
  readonly model: Model;
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly now: () => number;
  /** Keeps the run on disk as it goes; null keeps it nowhere. */
  readonly keeper: Pick<RunKeeper, 'isDue' | 'keep'> | null;
}

export function idsOf(samples: readonly RunSample[]): string[] {
  return samples.map(({ id }) => id);
}

export function* batchesOf<T>(items: readonly T[], batchSize: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}

/** One loop for the three ways: what moves, and what pictures cost, is the model's matter. */
export class Training {
  readonly #stepPace = new Pace();
  readonly #validationPace = new Pace();
  readonly #loss: LossOptions;
  #position: Position;
  #sums: EpochSums;
  /** Set when the weights on the device are no longer worth keeping. */
  #isSpoilt = false;

  constructor(private readonly session: Session) {
    const { plan, checkpoint } = session.state;
    ({ position: this.#position, sums: this.#sums } = checkpoint);
    this.#loss = lossOf(plan);
  }

  /** Trains to the last epoch; `book` notes the time so far. Rejects with `cancelled` when paused, `not-finite`, or a failure; `park` then keeps what was done. */
  async run(book: () => void): Promise<void> {
    const { state } = this.session;
    if (state.deadEnd !== null) throw state.deadEnd;
    this.#tellStage(null);
    while (!isTrained(state)) await this.#runEpoch(book);
  }

  /** Copies weights, moments and place from the device to the run's state. Batches that wait for their update are done again. */
  async park(): Promise<void> {
    await this.#park(null);
  }

  async #runEpoch(book: () => void): Promise<void> {
    const { plan, checkpoint } = this.session.state;
    const { earlyStopping, batchSize, accumulate } = plan.config;
    const { epoch } = this.#position;
    const batches = [...batchesOf(orderOfEpoch(plan, epoch), batchSize)];
    for (const [index, group] of [...batchesOf(batches, accumulate)].entries()) {
      const step = index * accumulate;
      if (step < this.#position.step) continue;
      await this.#runUpdate(group, step);
      await this.#keepIfDue(book, () => this.#park(null));
    }
    const valLoss = await this.#validate();
    this.#position = { epoch: epoch + 1, step: 0 };
    this.#sums = emptySums;
    const isBest = earlyStopping !== null && valLoss < (checkpoint.best?.valLoss ?? Infinity);
    await this.#park(isBest ? { epoch, valLoss } : null);
    await this.#keepIfDue(book, () => Promise.resolve());
  }

  /** `park` brings the run's state up to date; where it is already there is nothing to read back. */
  async #keepIfDue(book: () => void, park: () => Promise<void>): Promise<void> {
    const { keeper, state, now } = this.session;
    if (keeper?.isDue() !== true) return;
    const started = now();
    await park();
    book();
    keeper.keep(state, now() - started);
  }

  async #park(best: { readonly epoch: number; readonly valLoss: number } | null): Promise<void> {
    const { state, model } = this.session;
    if (this.#isSpoilt) {
      state.checkpoint = state.fallback ?? state.checkpoint;
      state.fallback = null;
      return;
    }
    const saved = await model.save();
    const weights = { head: saved.head, tensors: saved.backbone?.tensors ?? [] };
    const isProved = this.#position.step === 0 || saved.backbone === null;
    state.fallback = isProved ? null : (state.fallback ?? weightsOnly(state.checkpoint));
    state.checkpoint = {
      ...saved,
      position: this.#position,
      sums: this.#sums,
      best: best === null ? state.checkpoint.best : { ...best, weights },
    };
  }

  /** The batches of one update. */
  async #runUpdate(group: readonly (readonly RunSample[])[], firstStep: number): Promise<void> {
    const { state, model } = this.session;
    const { epoch } = this.#position;
    const divisor = weightOf(labelsOf(group.flat()), this.#loss);
    let sums = this.#sums;
    model.forget();
    for (const [index, batch] of group.entries()) {
      const step = firstStep + index;
      const started = this.session.now();
      const picturesBefore = model.source.seconds;
      const measured = await this.#learn(batch, divisor);
      if (!Number.isFinite(measured.mean)) throw this.#stopAt(epoch, step, 'revert');
      const isLast = index === group.length - 1;
      if (isLast && !(await model.update(updateAt(state.plan, epoch, firstStep)))) throw this.#stopAt(epoch, step, 'keep');

      const seconds = (this.session.now() - started) / 1000;
      // Pictures that are held from now on cost nothing in later steps; they are estimated apart.
      const pictures = model.source.seconds - picturesBefore;
      this.#stepPace.add(model.repeats ? seconds : seconds - pictures);
      sums = {
        noteLoss: Math.fround(sums.noteLoss + measured.mean),
        loss: sums.loss + measured.losses.reduce((sum, loss) => sum + loss, 0),
        weight: sums.weight + measured.weight,
        right: sums.right + measured.right,
        seen: sums.seen + batch.length,
        seconds: sums.seconds + seconds,
      };
      this.#tellStep({
        epoch,
        step,
        batchSize: batch.length,
        trainLoss: measured.mean,
        trainAccuracy: measured.right / batch.length,
        noteLoss: sums.noteLoss / sums.seen,
        noteAccuracy: sums.right / sums.seen,
      });
      if (isLast) {
        this.#sums = sums;
        this.#position = { epoch, step: step + 1 };
      }
      this.#tellStage(null);
    }
  }

  async #learn(batch: readonly RunSample[], divisor: number): Promise<Measured> {
    const { model, signal } = this.session;
    await yieldToTasks();
    throwIfCancelled(signal);
    const lesson = { epoch: this.#position.epoch, loss: this.#loss, divisor };
    return model.learn(batch, lesson, {
      onPicture: (done) => {
        this.#tellStage(`Picture ${String(done)} of ${String(batch.length)} of this batch`);
      },
    });
  }

  /** The epoch's valLoss. */
  async #validate(): Promise<number> {
    const { state, model, signal, now } = this.session;
    const { config, samples } = state.plan;
    const { epoch, step } = this.#position;
    const started = now();
    let [noteLoss, loss, right] = [0, 0, 0];
    for (const batch of batchesOf(samples.val, config.batchSize)) {
      await yieldToTasks();
      throwIfCancelled(signal);
      const measured = await model.measure(batch, {
        onPicture: (done) => {
          this.#tellStage(`Validation, picture ${String(done)} of ${String(batch.length)} of this batch`);
        },
      });
      if (!Number.isFinite(measured.mean)) throw this.#stopAt(epoch, step - 1, 'revert');
      noteLoss = Math.fround(noteLoss + measured.mean);
      loss += measured.losses.reduce((sum, value) => sum + value, 0);
      right += measured.right;
    }
    const seconds = (now() - started) / 1000;
    this.#validationPace.add(seconds);
    const { val } = samples;
    this.#tellEpoch({
      epoch,
      trainLoss: this.#sums.loss / this.#sums.weight,
      trainAccuracy: this.#sums.right / this.#sums.seen,
      valLoss: loss / val.length,
      valAccuracy: right / val.length,
      noteValLoss: noteLoss / val.length,
      seconds: this.#sums.seconds + seconds,
    });
    return loss / val.length;
  }

  /**
   * The run can only be finished from here. Where the loss is no number the weights go back to the last ones that gave one: by one update,
   * or to the last checkpoint. Where only the gradient is none, nothing has moved.
   */
  #stopAt(epoch: number, step: number, weights: 'revert' | 'keep'): HeadstartError {
    if (weights === 'revert') this.#isSpoilt = !this.session.model.revert();
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
    const { state, model, onEvent } = this.session;
    const { source, repeats } = model;
    const { config, samples, stepsPerEpoch } = state.plan;
    const total = config.epochs * stepsPerEpoch;
    const done = Math.max(this.#position.epoch * stepsPerEpoch + this.#position.step, state.steps.length);
    const secondsLeft = sumSeconds(
      this.#stepPace.secondsFor(total - done),
      source.pace.secondsFor((repeats ? 0 : source.countMissing(samples.train)) + source.countMissing(samples.val)),
      this.#validationPace.secondsFor(config.epochs - this.#position.epoch) ?? 0,
    );
    onEvent({ kind: 'stage', stage: 'training', done, total, secondsLeft, note });
  }
}
