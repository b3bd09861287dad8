import { HeadstartError } from '../../../domain/errors';
import type { ExportedScaling } from '../../../domain/model-export';
import type { ByteSource } from '../byte-source';
import type { Companion } from '../model-place';
import { countOf, type FoundTensor } from '../tensor-values';
import type { ToldConfig } from '../told-config';
import { nothingTold, readMetadata } from '../told-config';
import { type OnnxTensor, readOnnxGraph } from './onnx-messages';
import { findVgg16, type OnnxNetwork, OtherNetwork } from './onnx-network';
import { foundOnnxTensor } from './onnx-tensor';
import { decodeVarint, ProtobufReader } from './protobuf-reader';

/** Fields of ModelProto with how they are written: 0 a number, 2 a text or a message. */
const modelFields: Readonly<Record<number, 0 | 2>> = { 1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2 };
const newestVersion = 100;
const leastDeviation = 1e-6;

/** Whether a file begins as ONNX files do: its version, then fields that a model has. */
export function isOnnx(first: Uint8Array): boolean {
  const version = first[0] === 0x08 ? decodeVarint(first, 1) : null;
  if (version === null || version.value < 1 || version.value > newestVersion) return false;
  let [at, count] = [version.end, 0];
  while (at < first.length) {
    const tag = decodeVarint(first, at);
    if (tag === null) break;
    const wire = modelFields[Math.floor(tag.value / 8)];
    if (wire === undefined || wire !== (tag.value & 7)) return false;
    count += 1;
    const value = decodeVarint(first, tag.end);
    if (value === null || value.value < 0) break;
    at = wire === 0 ? value.end : value.end + value.value;
  }
  return count > 0;
}

/** The names, without folders, of other files that an ONNX file's values lie in. */
export async function outsideFilesOf(source: ByteSource, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { tensors } = await readOnnxGraph(new ProtobufReader(source, signal), source.size);
  const names = new Set<string>();
  for (const { values } of tensors.values())
    if (values.kind === 'outside') names.add(values.entries.get('location')?.split(/[/\\]/).at(-1) ?? '');
  return names;
}

export interface OnnxFile {
  readonly tensors: readonly FoundTensor[];
  readonly told: ToldConfig;
  readonly headProblem: HeadstartError | null;
}

function networkOf(graph: Parameters<typeof findVgg16>[0], isNormed: boolean, name: string): OnnxNetwork {
  try {
    return findVgg16(graph, isNormed);
  } catch (thrown) {
    if (!(thrown instanceof OtherNetwork)) throw thrown;
    throw new HeadstartError('model-other-architecture', { name, detail: thrown.message });
  }
}

/** The shortest decimal that is this float32: `0.485`, not `0.48500001430511475`. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/**
 * The scaling as this page has it, of values from 0 to 1. A mean above 2 can only be meant for values up to 255.
 * @throws HeadstartError `model-other-architecture` where they are no numbers that can scale pictures
 */
async function readScaling(
  { range, mean, std }: NonNullable<OnnxNetwork['scaling']>,
  source: ByteSource,
): Promise<ExportedScaling> {
  const read = async (tensor: OnnxTensor, name: string, count: number): Promise<readonly number[]> =>
    countOf(tensor.shape) === count ? [...(await foundOnnxTensor(name, tensor, { source, beside: [] }).read())] : [];
  const [means, deviations] = [await read(mean, 'mean', 3), await read(std, 'std', 3)];
  const unit = range === null && means.some((value) => value > 2) ? 255 : 1;
  const three = (values: readonly number[]): [number, number, number] => {
    const [r = NaN, g = NaN, b = NaN] = values.map((value) => shortest(Math.fround(shortest(value) / unit)));
    return [r, g, b];
  };
  const scaling = { mean: three(means), std: three(deviations) };
  const isSound =
    scaling.mean.every(Number.isFinite) &&
    scaling.std.every((value) => Number.isFinite(value) && value >= leastDeviation) &&
    (range === null || (await read(range, 'range', 1))[0] === 255);
  if (isSound) return scaling;
  throw new HeadstartError('model-other-architecture', { name: source.name, detail: 'it scales pictures in a way of its own' });
}

/**
 * Finds VGG-16 in an ONNX file by its layers and names its tensors as torchvision does. Values that lie in another file are looked for among
 * those that came along.
 * @throws HeadstartError `model-other-architecture`, `model-file-damaged`, `model-file-truncated`, `cancelled`
 */
export async function openOnnx(source: ByteSource, beside: readonly Companion[], signal: AbortSignal): Promise<OnnxFile> {
  const { name } = source;
  const graph = await readOnnxGraph(new ProtobufReader(source, signal), source.size);
  const told = readMetadata(graph.metadata, name) ?? nothingTold;
  const { used, scaling, headProblem } = networkOf(graph, told.featureNorm !== null, name);
  // The layers are what is computed; what the metadata says should be the same, with more digits.
  const own = scaling === null || told.scaling !== null ? told.scaling : await readScaling(scaling, source);
  return {
    tensors: used.map(({ name: own, tensor, isTransposed }) => foundOnnxTensor(own, tensor, { source, beside, isTransposed })),
    told: { ...told, scaling: own },
    headProblem: headProblem === null ? null : new HeadstartError('model-head-unusable', { name, detail: headProblem }),
  };
}
