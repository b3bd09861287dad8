import * as v from 'valibot';
import { fits, type Fit } from '../../domain/dataset';
import { HeadstartError } from '../../domain/errors';
import type { ExportedScaling } from '../../domain/model-export';
import { mostHeadClasses } from '../../domain/model-import';
import { runConfigProblems, validateRunConfig, type RunConfig } from '../../domain/run-config';
import { pageResampling, type ToldResize } from './preprocessing-differences';

/** What a file tells of itself beside its tensors; null where it does not say. */
export interface ToldConfig {
  /** By class index. */
  readonly classNames: readonly string[] | null;
  readonly featureNorm: number | null;
  readonly fit: Fit | null;
  readonly settings: RunConfig | null;
  readonly trainedBy: 'headstart' | 'pytorch' | null;
  readonly scaling: ExportedScaling | null;
  readonly resize: ToldResize | null;
}

export const nothingTold: ToldConfig = {
  classNames: null,
  featureNorm: null,
  fit: null,
  settings: null,
  trainedBy: null,
  scaling: null,
  resize: null,
};

const finite = v.pipe(v.number(), v.finite());
const positive = v.pipe(finite, v.minValue(1e-6));
const mean = v.tuple([finite, finite, finite]);
const std = v.tuple([positive, positive, positive]);
const classNames = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(1000))),
  v.minLength(1),
  v.maxLength(mostHeadClasses),
  v.check((names) => new Set(names).size === names.length, 'two classes have one name'),
);

/** What is used of `ModelConfig` (src/export/model-config.ts); other fields may come and go. */
const headstartSchema = v.object({
  classes: classNames,
  head: v.object({ featureNorm: v.nullable(v.pipe(finite, v.gtValue(0), v.maxValue(10_000))) }),
  input: v.object({ mean, std, fit: v.picklist(fits), resize: v.optional(v.string()) }),
  settings: v.optional(v.unknown()),
  run: v.object({ device: v.string() }),
});

/** `config.json` of timm's repositories on the Hub. */
const timmSchema = v.object({
  pretrained_cfg: v.object({
    mean,
    std,
    interpolation: v.optional(v.string()),
    crop_mode: v.optional(v.string()),
  }),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function settingsOf(settings: unknown): RunConfig | null {
  return runConfigProblems(settings).length === 0 ? validateRunConfig(settings) : null;
}

function placeOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const path = issues[0]?.path?.map(({ key }) => String(key)).join('.') ?? '';
  return path === '' ? 'its beginning' : path;
}

/**
 * What this app and its train.py write beside tensors (`headstart` in a safetensors file's or an ONNX file's metadata, `config.json`).
 * @throws HeadstartError `model-file-damaged` where it is not as it was written
 */
export function readHeadstartConfig(text: string, file: string): ToldConfig {
  const parsed = v.safeParse(headstartSchema, parseJson(text));
  if (!parsed.success)
    throw new HeadstartError(
      'model-file-damaged',
      { name: file, detail: `what it says of itself makes no sense at ${placeOf(parsed.issues)}` },
      { cause: new v.ValiError(parsed.issues) },
    );
  const { classes, head, input, settings, run } = parsed.output;
  const { resize = pageResampling } = input;
  return {
    classNames: classes,
    featureNorm: head.featureNorm,
    fit: input.fit,
    settings: settingsOf(settings),
    trainedBy: run.device === 'pytorch' ? 'pytorch' : 'headstart',
    scaling: { mean: input.mean, std: input.std },
    resize: { fit: input.fit, resampling: resize.includes(pageResampling) ? pageResampling : resize },
  };
}

/**
 * A `config.json` beside the tensors: this app's, or timm's, which tells the scaling. Another program's tells nothing.
 * @throws HeadstartError `model-file-damaged`
 */
export function readConfigFile(text: string, file: string): ToldConfig {
  const json = parseJson(text);
  if (v.is(v.object({ format: v.literal('headstart-model') }), json)) return readHeadstartConfig(text, file);
  const timm = v.safeParse(timmSchema, json);
  if (!timm.success) return nothingTold;
  const { interpolation = 'bilinear', crop_mode = 'center', ...scaling } = timm.output.pretrained_cfg;
  const fit = crop_mode === 'squash' ? 'squash' : crop_mode === 'border' ? 'pad' : 'crop';
  const resampling = interpolation === 'bilinear' ? pageResampling : interpolation.slice(0, 40);
  return { ...nothingTold, scaling: { mean: scaling.mean, std: scaling.std }, resize: { fit, resampling } };
}

/** Of the metadata of a safetensors or an ONNX file. `classes` alone is what this app keeps heads with. @throws `model-file-damaged` */
export function readMetadata(metadata: ReadonlyMap<string, string>, file: string): ToldConfig | null {
  const config = metadata.get('headstart');
  if (config !== undefined) return readHeadstartConfig(config, file);
  const names = v.safeParse(classNames, parseJson(metadata.get('classes') ?? ''));
  return names.success ? { ...nothingTold, classNames: names.output, trainedBy: 'headstart' } : null;
}
