import * as v from 'valibot';
import { HeadstartError } from '../../domain/errors';
import { convLayers } from '../../domain/vgg16';

export const indexFile = 'model.safetensors.index.json';
export const configFile = 'config.json';

/** A plain file name: it is joined to the base URL, so no slash and no `..`. */
const fileName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_][\w.-]*$/));

const indexSchema = v.object({
  metadata: v.object({
    files: v.pipe(
      v.array(
        v.object({
          name: fileName,
          bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(8), v.maxValue(1_000_000_000)),
          sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
        }),
      ),
      v.minLength(1),
      v.maxLength(1000),
    ),
  }),
  weight_map: v.record(v.string(), fileName),
});

const finite = v.pipe(v.number(), v.finite());
const positive = v.pipe(finite, v.minValue(1e-6));

const configSchema = v.object({
  architecture: v.literal('vgg16'),
  layout: v.literal('OIHW'),
  input: v.object({
    channels: v.literal('RGB'),
    mean: v.tuple([finite, finite, finite]),
    std: v.tuple([positive, positive, positive]),
  }),
});

export interface Shard {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
}

export interface WeightsIndex {
  readonly shards: readonly Shard[];
  /** Tensor name -> shard name. */
  readonly fileOf: ReadonlyMap<string, string>;
}

/** How the network wants its input: `(x / 255 - mean) / std` for each of R, G, B. */
export interface InputScaling {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

function parse<Schema extends v.GenericSchema>(schema: Schema, bytes: Uint8Array, file: string): v.InferOutput<Schema> {
  try {
    return v.parse(schema, parseJson(bytes));
  } catch (error) {
    throw new HeadstartError('weights-index-invalid', { file }, { cause: error });
  }
}

/** Throws `weights-index-invalid`, also when a convolution's kernel or bias is in no listed file. */
export function parseIndex(bytes: Uint8Array): WeightsIndex {
  const { metadata, weight_map } = parse(indexSchema, bytes, indexFile);
  const names = new Set(metadata.files.map(({ name }) => name));
  const fileOf = new Map(Object.entries(weight_map));
  const complete = convLayers.every(({ index }) =>
    ['weight', 'bias'].every((part) => names.has(fileOf.get(`features.${String(index)}.${part}`) ?? '')),
  );
  if (!complete || names.size !== metadata.files.length) throw new HeadstartError('weights-index-invalid', { file: indexFile });
  return { shards: metadata.files, fileOf };
}

/** Throws `weights-index-invalid`. */
export function parseInputScaling(bytes: Uint8Array): InputScaling {
  return parse(configSchema, bytes, configFile).input;
}
