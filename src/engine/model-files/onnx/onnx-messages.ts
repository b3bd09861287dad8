import type { ProtobufField, ProtobufReader } from './protobuf-reader';

/** Messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, as far as they are read; numbers are those of its fields. */

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of TensorProto.DataType. */
  readonly type: number;
  /** Where its values lie in the file, in one of four forms; `outside` by its entries. */
  readonly values:
    | { readonly kind: 'raw' | 'floats' | 'integers'; readonly parts: readonly Pick<ProtobufField, 'begin' | 'end'>[] }
    | { readonly kind: 'outside'; readonly entries: ReadonlyMap<string, string> }
    | { readonly kind: 'none' };
}

export interface OnnxAttribute {
  readonly integers: readonly number[];
  readonly float: number | null;
  readonly text: string | null;
  readonly tensor: OnnxTensor | null;
}

export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

async function readEntry(reader: ProtobufReader, { begin, end }: ProtobufField): Promise<[string, string]> {
  let [key, value] = ['', ''];
  for await (const field of reader.fields(begin, end)) {
    if (field.number === 1) key = await reader.text(field);
    if (field.number === 2) value = await reader.text(field);
  }
  return [key, value];
}

const mostSides = 16;
/** Bytes of an attribute that some layer of VGG-16 may have; what is longer belongs to other networks. */
const longestAttribute = 10_000;

async function readTensor(reader: ProtobufReader, { begin, end }: ProtobufField): Promise<OnnxTensor> {
  const shape: number[] = [];
  const entries = new Map<string, string>();
  const parts = { raw: [] as ProtobufField[], floats: [] as ProtobufField[], integers: [] as ProtobufField[] };
  let [name, type, isOutside] = ['', 0, false];
  for await (const field of reader.fields(begin, end)) {
    switch (field.number) {
      case 1:
        for (const side of await reader.integers(field)) shape.push(side);
        if (shape.length > mostSides) throw reader.damaged();
        break;
      case 2:
        type = field.value;
        break;
      case 4:
        parts.floats.push(field);
        break;
      case 5:
        parts.integers.push(field);
        break;
      case 8:
        name = await reader.text(field);
        break;
      case 9:
        parts.raw.push(field);
        break;
      case 13:
        entries.set(...(await readEntry(reader, field)));
        break;
      case 14:
        isOutside = field.value === 1;
        break;
    }
  }
  if (shape.some((side) => !Number.isSafeInteger(side) || side < 0)) throw reader.damaged();
  const kind = (['raw', 'floats', 'integers'] as const).find((one) => parts[one].length > 0);
  if (isOutside) return { name, shape, type, values: { kind: 'outside', entries } };
  return { name, shape, type, values: kind === undefined ? { kind: 'none' } : { kind, parts: parts[kind] } };
}

async function readAttribute(reader: ProtobufReader, { begin, end }: ProtobufField): Promise<[string, OnnxAttribute]> {
  const integers: number[] = [];
  let [name, float, text, tensor]: [string, number | null, string | null, OnnxTensor | null] = ['', null, null, null];
  for await (const field of reader.fields(begin, end)) {
    if (field.number === 5) tensor = await readTensor(reader, field);
    if (field.end - field.begin > longestAttribute || integers.length > longestAttribute) continue;
    if (field.number === 1) name = await reader.text(field);
    if (field.number === 2) float = await reader.float(field);
    if (field.number === 3 || field.number === 8) for (const one of await reader.integers(field)) integers.push(one);
    if (field.number === 4) text = await reader.text(field);
  }
  return [name, { integers, float, text, tensor }];
}

async function readNode(reader: ProtobufReader, { begin, end }: ProtobufField): Promise<OnnxNode> {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, OnnxAttribute>();
  let type = '';
  for await (const field of reader.fields(begin, end)) {
    if (field.number === 1) inputs.push(await reader.text(field));
    if (field.number === 2) outputs.push(await reader.text(field));
    if (field.number === 4) type = await reader.text(field);
    if (field.number === 5) attributes.set(...(await readAttribute(reader, field)));
  }
  return { type, inputs, outputs, attributes };
}

/** ModelProto with its GraphProto; values are not read. @throws HeadstartError `model-file-damaged`, `model-file-truncated` */
export async function readOnnxGraph(reader: ProtobufReader, size: number): Promise<OnnxGraph> {
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  const metadata = new Map<string, string>();
  for await (const field of reader.fields(0, size)) {
    if (field.number === 14) metadata.set(...(await readEntry(reader, field)));
    if (field.number !== 7 || field.wire !== 'length') continue;
    for await (const part of reader.fields(field.begin, field.end)) {
      if (part.wire !== 'length') continue;
      if (part.number === 1) nodes.push(await readNode(reader, part));
      if (part.number === 5) {
        const tensor = await readTensor(reader, part);
        tensors.set(tensor.name, tensor);
      }
    }
  }
  // A Constant is as good as an initializer.
  for (const { type, outputs, attributes } of nodes) {
    const tensor = attributes.get('value')?.tensor ?? null;
    const [output] = outputs;
    if (type === 'Constant' && tensor !== null && output !== undefined) tensors.set(output, tensor);
  }
  return { nodes, tensors, metadata };
}
