import type { Fit, Sample, SkippedFile, Split } from './dataset';
import { headlineOf, type Headline } from './headline';
import type { ImportedRun, RunRecord, RunStart, SamplePrediction, StageSeconds } from './history';
import { shippedBackboneId, shippedTitle } from './model-import';
import type { Optimizer, Preset, RunConfig, Way } from './run-config';

/** Numbers that are not finite become null: JSON has no word for them. */
type Measured = number | null;

/** A run as plain JSON: what the page saves and the demo prints. Fields are only ever added. */
export interface RunExport {
  readonly format: 'headstart-run';
  readonly version: 1;
  readonly run: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly device: 'webgpu' | 'cpu';
  readonly adapter: string | null;
  readonly threads: number;
  readonly computePlan: string;
  readonly way: Way;
  readonly preset: Preset;
  readonly fit: Fit;
  readonly seed: number;
  readonly optimizer: Optimizer;
  /** Every setting, the ones above included. */
  readonly config: RunConfig;
  /** By class index. */
  readonly classes: readonly string[];
  readonly counts: Readonly<Record<Split, number>>;
  readonly skipped: readonly { readonly file: string; readonly code: string; readonly reason: string }[];
  readonly steps: readonly {
    readonly epoch: number;
    readonly step: number;
    readonly batchSize: number;
    readonly trainLoss: Measured;
    readonly trainAccuracy: Measured;
  }[];
  readonly epochs: readonly {
    readonly epoch: number;
    readonly trainLoss: Measured;
    readonly trainAccuracy: Measured;
    readonly valLoss: Measured;
    readonly valAccuracy: Measured;
    readonly seconds: Measured;
  }[];
  /** The accuracy to know the run by; null before an epoch ended. */
  readonly headline: Headline | null;
  readonly testAccuracy: number | null;
  /** `validation` where it chose the epoch whose weights are kept: then its accuracy there is a chosen one. */
  readonly chosenBy: 'validation' | null;
  /** 0-based. */
  readonly bestEpoch: number | null;
  readonly stoppedEarly: boolean;
  /** SHA-256 of the head and the trained tensors; null where it was not known yet. */
  readonly weightsHash: string | null;
  readonly predictions: readonly {
    /** Path as it was dropped; the sample's id when the picture is gone. */
    readonly file: string;
    readonly split: Split;
    readonly labelIndex: number;
    readonly classIndex: number;
    readonly className: string;
    readonly logits: readonly Measured[];
    readonly probabilities: readonly Measured[];
  }[];
  readonly seconds: StageSeconds;
  readonly log: readonly string[];
  /** The convolutions that it stands on: `shipped`, or their digest. `title` is null where it is not known any more. */
  readonly weights: { readonly id: string; readonly title: string | null };
  /** The model whose weights it began with; null for a new head. */
  readonly startedFrom: RunStart | null;
  /** Of a head that came in with a file: nothing of it was trained here. */
  readonly imported: ImportedRun | null;
}

/** What the record of a run does not hold. */
export interface RunExportContext {
  readonly samples?: readonly Pick<Sample, 'id' | 'path'>[];
  readonly predictions?: readonly SamplePrediction[];
  readonly skipped?: readonly SkippedFile[];
  /** The convolutions in force: their title, where the run stands on them. */
  readonly weights?: { readonly id: string; readonly title: string } | null;
}

function weightsOf({ backbone: id = shippedBackboneId }: RunRecord, known: RunExportContext['weights']): RunExport['weights'] {
  if (id === shippedBackboneId) return { id, title: shippedTitle };
  return { id, title: known?.id === id ? known.title : null };
}

function measured(value: number): Measured {
  return Number.isFinite(value) ? value : null;
}

export function createRunExport(run: RunRecord, context: RunExportContext = {}): RunExport {
  const paths = new Map((context.samples ?? []).map(({ id, path }) => [id, path]));
  return {
    format: 'headstart-run',
    version: 1,
    run: run.number,
    startedAt: run.startedAt,
    device: run.device,
    adapter: run.adapter,
    threads: run.threads,
    computePlan: run.computePlan,
    way: run.config.way,
    preset: run.config.preset,
    fit: run.config.fit,
    seed: run.config.seed,
    optimizer: run.config.optimizer,
    config: run.config,
    classes: run.classNames,
    counts: run.counts,
    skipped: (context.skipped ?? []).map(({ path, reason }) => ({ file: path, code: reason.code, reason: reason.message })),
    steps: run.history.steps.map(({ epoch, step, batchSize, trainLoss, trainAccuracy }) => ({
      epoch,
      step,
      batchSize,
      trainLoss: measured(trainLoss),
      trainAccuracy: measured(trainAccuracy),
    })),
    epochs: run.history.epochs.map(({ epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, seconds }) => ({
      epoch,
      trainLoss: measured(trainLoss),
      trainAccuracy: measured(trainAccuracy),
      valLoss: measured(valLoss),
      valAccuracy: measured(valAccuracy),
      seconds: measured(seconds),
    })),
    headline: headlineOf(run),
    testAccuracy: run.testAccuracy,
    chosenBy: run.chosenBy,
    bestEpoch: run.bestEpoch,
    stoppedEarly: run.stoppedEarly,
    weightsHash: run.weightsHash,
    predictions: (context.predictions ?? []).map(
      ({ sampleId, split, labelIndex, classIndex, className, logits, probabilities }) => ({
        file: paths.get(sampleId) ?? sampleId,
        split,
        labelIndex,
        classIndex,
        className,
        logits: logits.map(measured),
        probabilities: probabilities.map(measured),
      }),
    ),
    seconds: run.seconds,
    log: run.log,
    weights: weightsOf(run, context.weights),
    startedFrom: run.continues ?? null,
    imported: run.imported ?? null,
  };
}
