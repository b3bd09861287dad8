import * as v from 'valibot';
import { datasetOrigins, plainSample, type DatasetOrigin, type Sample, type SkippedFile } from './dataset';
import { HeadstartError, isErrorCode, type ErrorCode } from './errors';
import type { RunRecord, RunStart } from './history';
import { backboneIdentitySchema, modelFileFormats, type BackboneIdentity } from './model-import';
import { isConsistent } from './project-checks';
import { settingsBeforeFineTuning, type RunConfig, type Unfreeze } from './run-config';
import { runDataSchema, type RunData } from './run-data';
import { plainSplitRules, splitRulesSchema, type SplitRules } from './split-rules';

/** Raised with every change of the document's shape; older documents are migrated, newer ones refused. */
export const projectVersion = 1;

/** What the person says of a run. */
export interface RunNote {
  /** Empty: it is called by its number. */
  readonly name: string;
  readonly note: string;
  readonly starred: boolean;
}

export const plainNote: RunNote = { name: '', note: '', starred: false };

/** Everything that a project is, as plain JSON. It changes only by commands (see commands.ts). */
export interface ProjectDocument {
  readonly version: typeof projectVersion;
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly origin: DatasetOrigin | null;
  /** Sorted by code point, as PyTorch's ImageFolder does: the position is the class index. A class made by hand may be empty. */
  readonly classNames: readonly string[];
  /** Position in the palette of each class, so that a colour stays when classes come and go. */
  readonly classColours: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[];
  readonly splitRules: SplitRules;
  readonly skipped: readonly SkippedFile[];
  readonly settings: RunConfig;
  /** The convolutions that it stands on; null: those that come with the page. */
  readonly backbone: BackboneIdentity | null;
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** By the run's id; absent where nothing was said. */
  readonly runNotes: Readonly<Record<string, RunNote>>;
  /** By the run's id; absent of runs that an earlier version made. */
  readonly runData: Readonly<Record<string, RunData>>;
}

/** What a project is called until it has a name. */
export const untitledName = 'Untitled project';

export function createProject(id: string, createdAt: string, settings: RunConfig): ProjectDocument {
  return {
    version: projectVersion,
    id,
    name: untitledName,
    createdAt,
    origin: null,
    classNames: [],
    classColours: {},
    samples: [],
    splitRules: plainSplitRules,
    skipped: [],
    settings,
    backbone: null,
    runs: [],
    runNotes: {},
    runData: {},
  };
}

const number = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A loss or a rate may be NaN in memory; JSON keeps it as null. */
const measured = v.union([
  v.number(),
  v.pipe(
    v.null(),
    v.transform(() => Number.NaN),
  ),
]);
const split = v.picklist(['train', 'val', 'test']);
const errorCode = v.custom<ErrorCode>(isErrorCode);

/** Absent in a document saved before the setting was. */
const before = settingsBeforeFineTuning;

const augmentation = v.object({ flip: v.boolean(), crop: number, colour: number, rotation: number, erase: number });

const unfreeze: v.GenericSchema<unknown, Unfreeze> = v.union([v.picklist(['none', 'block5', 'all']), count]);

const runConfig = v.object({
  preset: v.picklist(['note', 'recommended', 'custom']),
  way: v.picklist(['features', 'frozen', 'fine-tune']),
  fit: v.picklist(['crop', 'squash', 'pad']),
  featureNorm: v.nullable(number),
  optimizer: v.picklist(['adam', 'adamw', 'sgd']),
  learningRate: number,
  weightDecay: number,
  momentum: number,
  batchSize: count,
  epochs: count,
  seed: count,
  valFraction: number,
  limitPerClass: v.nullable(count),
  logEvery: count,
  unfreeze: v.optional(unfreeze, before.unfreeze),
  backboneLearningRate: v.optional(number, before.backboneLearningRate),
  headWarmupEpochs: v.optional(count, before.headWarmupEpochs),
  gradientClip: v.optional(v.nullable(number), before.gradientClip),
  accumulate: v.optional(count, before.accumulate),
  schedule: v.optional(v.picklist(['constant', 'cosine']), before.schedule),
  earlyStopping: v.optional(v.nullable(count), before.earlyStopping),
  labelSmoothing: v.optional(number, before.labelSmoothing),
  classWeights: v.optional(v.picklist(['none', 'balanced']), before.classWeights),
  augmentation: v.optional(v.nullable(augmentation), before.augmentation),
}) satisfies v.GenericSchema<unknown, RunConfig>;

const sample = v.object({
  id: v.string(),
  name: v.string(),
  path: v.string(),
  className: v.nullable(v.string()),
  folderSplit: v.nullable(split),
  pinnedSplit: v.optional(v.nullable(split), plainSample.pinnedSplit),
  contentHash: v.optional(v.nullable(v.string()), plainSample.contentHash),
  perceptualHash: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/))), plainSample.perceptualHash),
  takenAt: v.optional(v.nullable(v.string()), plainSample.takenAt),
  recording: v.optional(v.nullable(v.string()), plainSample.recording),
  format: v.optional(v.nullable(v.string()), plainSample.format),
  width: count,
  height: count,
  bytes: count,
});

const step = v.object({
  epoch: count,
  step: count,
  batchSize: count,
  trainLoss: measured,
  trainAccuracy: measured,
  noteLoss: measured,
  noteAccuracy: measured,
});

const epoch = v.object({
  epoch: count,
  trainLoss: measured,
  trainAccuracy: measured,
  valLoss: measured,
  valAccuracy: measured,
  noteValLoss: measured,
  seconds: number,
});

export const runStartSchema = v.object({
  runId: v.string(),
  number: count,
  fingerprint: v.string(),
}) satisfies v.GenericSchema<unknown, RunStart>;

export const runRecordSchema = v.object({
  id: v.string(),
  number: count,
  startedAt: v.string(),
  config: runConfig,
  classNames: v.array(v.string()),
  counts: v.object({ train: count, val: count, test: count }),
  device: v.picklist(['webgpu', 'cpu']),
  adapter: v.nullable(v.string()),
  threads: count,
  computePlan: v.string(),
  history: v.object({ steps: v.array(step), epochs: v.array(epoch) }),
  log: v.array(v.string()),
  seconds: v.object({ weights: number, features: number, train: number, total: number }),
  stoppedEarly: v.boolean(),
  testAccuracy: v.nullable(number),
  chosenBy: v.optional(v.nullable(v.literal('validation')), null),
  bestEpoch: v.optional(v.nullable(count), null),
  weightsHash: v.optional(v.nullable(v.string()), null),
  backbone: v.exactOptional(v.string()),
  imported: v.exactOptional(
    v.object({
      fileName: v.string(),
      format: v.picklist(modelFileFormats),
      trainedBy: v.nullable(v.picklist(['headstart', 'pytorch'])),
      at: v.string(),
    }),
  ),
  continues: v.exactOptional(runStartSchema),
}) satisfies v.GenericSchema<unknown, RunRecord>;

const projectSchema = v.object({
  version: v.literal(projectVersion),
  id: v.string(),
  name: v.pipe(v.string(), v.maxLength(200)),
  createdAt: v.string(),
  origin: v.nullable(v.picklist(datasetOrigins)),
  classNames: v.array(v.string()),
  classColours: v.record(v.string(), count),
  samples: v.array(sample),
  splitRules: v.optional(splitRulesSchema, plainSplitRules),
  skipped: v.array(
    v.object({ path: v.string(), reason: v.object({ code: errorCode, message: v.string(), remedy: v.string() }) }),
  ),
  settings: runConfig,
  backbone: v.optional(v.nullable(backboneIdentitySchema), null),
  runs: v.array(runRecordSchema),
  runNotes: v.optional(v.record(v.string(), v.object({ name: v.string(), note: v.string(), starred: v.boolean() })), {}),
  runData: v.optional(v.record(v.string(), runDataSchema), {}),
}) satisfies v.GenericSchema<unknown, ProjectDocument>;

/**
 * A stored document, checked. Throws `project-newer` for a version this build does not know (it must be left as it is)
 * and `project-invalid` for anything else that does not fit.
 */
export function parseProject(stored: unknown): ProjectDocument {
  const head = v.safeParse(v.object({ version: count }), stored);
  if (!head.success) throw new HeadstartError('project-invalid');
  if (head.output.version > projectVersion) throw new HeadstartError('project-newer');
  const parsed = v.safeParse(projectSchema, stored);
  if (!parsed.success) throw new HeadstartError('project-invalid', {}, { cause: new v.ValiError(parsed.issues) });
  if (!isConsistent(parsed.output)) throw new HeadstartError('project-invalid');
  return parsed.output;
}
