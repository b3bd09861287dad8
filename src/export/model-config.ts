import type { Fit } from '../domain/dataset';
import { headlineOf, type Headline } from '../domain/headline';
import type { RunRecord } from '../domain/history';
import type { ExportedModel, ExportedScaling, ExportPrecision } from '../domain/model-export';
import type { BackboneIdentity } from '../domain/model-import';
import type { RunConfig, Way } from '../domain/run-config';
import { featureCount, inputSize } from '../domain/vgg16';

/**
 * What a model needs besides its tensors, as plain JSON: `config.json` of every export, and the same text under `headstart` in a
 * safetensors file's metadata, so that such a file alone is enough. Fields are only ever added.
 */
export interface ModelConfig {
  readonly format: 'headstart-model';
  readonly version: 1;
  readonly architecture: 'vgg16';
  readonly project: string;
  /** By class index. */
  readonly classes: readonly string[];
  readonly head: {
    readonly inputs: number;
    /** Features are scaled to this L2 norm before the classifier; null leaves them as they are. */
    readonly featureNorm: number | null;
  };
  /** Of the values in the file; they are computed with as float32. */
  readonly precision: ExportPrecision;
  readonly input: ExportedScaling & {
    readonly size: readonly [number, number];
    readonly channels: 'RGB';
    readonly range: readonly [0, 1];
    readonly fit: Fit;
    readonly resize: string;
  };
  readonly way: Way;
  readonly seed: number;
  /** Every setting of the run. */
  readonly settings: RunConfig;
  readonly run: {
    readonly id: string;
    readonly number: number;
    readonly startedAt: string;
    readonly device: 'webgpu' | 'cpu';
    readonly adapter: string | null;
    readonly computePlan: string;
    readonly counts: Readonly<Record<'train' | 'val' | 'test', number>>;
    readonly headline: Headline | null;
    readonly stoppedEarly: boolean;
    readonly bestEpoch: number | null;
    /** Fingerprint of the model that it began with; null for a new head. */
    readonly continues: string | null;
    /** Where its head came in with a file: then nothing of `settings` and `counts` was done here. */
    readonly imported: RunRecord['imported'] | null;
  };
  /** The convolutions that it stands on; null: Headstart's own. */
  readonly backbone: Pick<BackboneIdentity, 'id' | 'title' | 'source'> | null;
  /** Of the float32 tensors: see `ModelParts`. */
  readonly fingerprint: string;
  readonly attribution: string;
}

const resizes: Readonly<Record<Fit, string>> = {
  crop: 'the shorter side to 256, the middle 224 x 224; antialiased bilinear, as Pillow',
  squash: 'to 224 x 224 whatever the shape; antialiased bilinear, as Pillow',
  pad: 'the longer side to 224, in the middle of the mean colour (124, 117, 104); antialiased bilinear, as Pillow',
};

const ownAttribution =
  'VGG-16 by Karen Simonyan and Andrew Zisserman, University of Oxford (2014), CC BY 4.0, as converted by Headstart: RGB order, ' +
  'torchvision’s input scaling, kernels rounded to float16; then trained further where the run fine-tuned.';

/** Whose weights these are, as far as it is known: for every README, and in the model itself. */
export function attributionOf({ backbone }: Pick<ExportedModel, 'backbone'>): string {
  if (backbone === null) return ownAttribution;
  const network = 'VGG-16, a network by Karen Simonyan and Andrew Zisserman, University of Oxford (2014)';
  const further = 'then trained further where the run fine-tuned.';
  const { source } = backbone;
  if (source.kind === 'hub')
    return (
      `${network}; its convolutions are torchvision’s, as ${source.repository} on Hugging Face has them at revision ${source.revision} ` +
      `(their licence stands there); ${further}`
    );
  return (
    `${network}; its convolutions came into Headstart with the file “${source.fileName}”: whoever made it says whose they are and under ` +
    `which licence. What of them goes back to Headstart’s own weights is Oxford’s, CC BY 4.0; ${further}`
  );
}

/** What is to be known of the input's mean: it is the first thing that goes wrong elsewhere. */
export function meanNote({ backbone }: Pick<ExportedModel, 'backbone'>): string {
  if (backbone === null) return '**not torchvision’s mean**: the weights are Oxford’s own';
  return backbone.source.kind === 'hub' ? 'torchvision’s, as its weights want it' : 'as the weights want it that came in';
}

/** What float16 costs, for READMEs: Headstart's own convolutions are float16 as they come. */
export function halfLoss({ backbone }: Pick<ExportedModel, 'backbone'>): string {
  return backbone === null
    ? 'The convolutions that were not trained lose\nnothing by it, the classifier is rounded.'
    : 'Convolutions and classifier are\nrounded by it.';
}

export function createModelConfig(model: ExportedModel, precision: ExportPrecision): ModelConfig {
  const { run, scaling, backbone, classNames, featureNorm, fit, fingerprint, projectName } = model;
  return {
    format: 'headstart-model',
    version: 1,
    architecture: 'vgg16',
    project: projectName,
    classes: classNames,
    head: { inputs: featureCount, featureNorm },
    precision,
    input: {
      size: [inputSize, inputSize],
      channels: 'RGB',
      range: [0, 1],
      mean: scaling.mean,
      std: scaling.std,
      fit,
      resize: resizes[fit],
    },
    way: run.config.way,
    seed: run.config.seed,
    settings: run.config,
    run: {
      id: run.id,
      number: run.number,
      startedAt: run.startedAt,
      device: run.device,
      adapter: run.adapter,
      computePlan: run.computePlan,
      counts: run.counts,
      headline: headlineOf(run),
      stoppedEarly: run.stoppedEarly,
      bestEpoch: run.bestEpoch,
      continues: run.continues?.fingerprint ?? null,
      imported: run.imported ?? null,
    },
    backbone: backbone === null ? null : { id: backbone.id, title: backbone.title, source: backbone.source },
    fingerprint,
    attribution: attributionOf(model),
  };
}

/** As text, for people too. */
export function formatConfig(config: object): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
