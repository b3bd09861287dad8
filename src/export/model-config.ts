import type { Fit } from '../domain/dataset';
import { headlineOf, type Headline } from '../domain/headline';
import type { ExportedModel, ExportedScaling, ExportPrecision } from '../domain/model-export';
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
  };
  /** Of the float32 tensors: see `ModelParts`. */
  readonly fingerprint: string;
  readonly attribution: string;
}

const resizes: Readonly<Record<Fit, string>> = {
  crop: 'the shorter side to 256, the middle 224 x 224; antialiased bilinear, as Pillow',
  squash: 'to 224 x 224 whatever the shape; antialiased bilinear, as Pillow',
  pad: 'the longer side to 224, in the middle of the mean colour (124, 117, 104); antialiased bilinear, as Pillow',
};

export const attribution =
  'VGG-16 by Karen Simonyan and Andrew Zisserman, University of Oxford (2014), CC BY 4.0, as converted by Headstart: RGB order, ' +
  'torchvision’s input scaling, kernels rounded to float16; then trained further where the run fine-tuned.';

export function createModelConfig(model: ExportedModel, precision: ExportPrecision): ModelConfig {
  const { run, scaling, classNames, featureNorm, fit, fingerprint, projectName } = model;
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
    },
    fingerprint,
    attribution,
  };
}

/** As text, for people too. */
export function formatConfig(config: object): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}
