import { convLayers, vggLayers } from '../../../domain/vgg16';
import type { OnnxGraph, OnnxNode, OnnxTensor } from './onnx-messages';

/** A constant where a layer takes it; `isTransposed`: the file has its sides the other way round than PyTorch. */
export interface UsedTensor {
  /** As torchvision calls it. */
  readonly name: string;
  readonly tensor: OnnxTensor;
  readonly isTransposed: boolean;
}

export interface OnnxNetwork {
  readonly used: readonly UsedTensor[];
  /** What its first layers subtract from pictures and divide them by; null where pictures come in scaled. */
  readonly scaling: { readonly range: OnnxTensor | null; readonly mean: OnnxTensor; readonly std: OnnxTensor } | null;
  /** Why its classifier cannot be a head here; null where it can, or where there is none. */
  readonly headProblem: string | null;
}

/** That a graph is no VGG-16: the end of the sentence. */
export class OtherNetwork extends Error {
  override readonly name = 'OtherNetwork';
}

/** Layers that change nothing where a trained network is used. */
const without = new Set(['Identity', 'Dropout', 'Cast', 'Flatten', 'Reshape', 'Squeeze']);
/** Steps after which values are where they were. */
const longestPath = 200;
const sameNumbers = (found: readonly number[] | undefined, wanted: readonly number[]): boolean =>
  found === undefined || found.length === 0 || found.join() === wanted.join();

class Graph {
  readonly #madeBy = new Map<string, OnnxNode>();
  readonly #takenBy = new Map<string, OnnxNode>();
  readonly #addedBy = new Map<string, OnnxNode>();

  constructor(readonly graph: OnnxGraph) {
    for (const node of graph.nodes) {
      for (const output of node.outputs) if (output !== '') this.#madeBy.set(output, node);
      const [first, second] = node.inputs;
      if (first !== undefined && !this.#takenBy.has(first)) this.#takenBy.set(first, node);
      if (node.type === 'Add') for (const input of [first, second]) if (input !== undefined) this.#addedBy.set(input, node);
    }
  }

  /** The first layer that takes this as its input; of a sum either side. */
  takerOf(name: string | undefined): OnnxNode | undefined {
    return name === undefined ? undefined : this.#takenBy.get(name);
  }

  sumOf(name: string | undefined): OnnxNode | undefined {
    return name === undefined ? undefined : this.#addedBy.get(name);
  }

  makerOf(name: string | undefined): OnnxNode | undefined {
    return name === undefined ? undefined : this.#madeBy.get(name);
  }

  /** The constant that comes in under this name, through casts and copies; a transposed one is told so. */
  constant(name: string | undefined): { readonly tensor: OnnxTensor; readonly isTransposed: boolean } | null {
    let [at, isTransposed] = [name, false];
    for (let step = 0; step < longestPath && at !== undefined; step += 1) {
      const tensor = this.graph.tensors.get(at);
      if (tensor !== undefined) return { tensor, isTransposed };
      const maker = this.makerOf(at);
      if (maker?.type === 'Transpose' && sameNumbers(maker.attributes.get('perm')?.integers, [1, 0]))
        isTransposed = !isTransposed;
      else if (maker?.type !== 'Identity' && maker?.type !== 'Cast') return null;
      at = maker.inputs[0];
    }
    return null;
  }

  /** What comes before, up to the network's input: the layers that values pass, the last first. */
  pathTo(name: string | undefined): readonly OnnxNode[] {
    const path: OnnxNode[] = [];
    let maker = this.makerOf(name);
    while (maker !== undefined && path.length < longestPath) {
      path.push(maker);
      maker = this.makerOf(maker.inputs[0]);
    }
    return path;
  }
}

const integersOf = (node: OnnxNode, name: string): readonly number[] | undefined => node.attributes.get(name)?.integers;

function isVggConv(node: OnnxNode): boolean {
  const padding = node.attributes.get('auto_pad')?.text ?? 'NOTSET';
  const isPadded = padding === 'NOTSET' ? integersOf(node, 'pads')?.join() === '1,1,1,1' : /^SAME_(UPPER|LOWER)$/.test(padding);
  return (
    isPadded &&
    sameNumbers(integersOf(node, 'kernel_shape'), [3, 3]) &&
    sameNumbers(integersOf(node, 'strides'), [1, 1]) &&
    sameNumbers(integersOf(node, 'dilations'), [1, 1]) &&
    (integersOf(node, 'group')?.[0] ?? 1) === 1
  );
}

function isVggPool(node: OnnxNode): boolean {
  return (
    integersOf(node, 'kernel_shape')?.join() === '2,2' &&
    integersOf(node, 'strides')?.join() === '2,2' &&
    sameNumbers(integersOf(node, 'pads'), [0, 0, 0, 0]) &&
    sameNumbers(integersOf(node, 'dilations'), [1, 1]) &&
    (integersOf(node, 'ceil_mode')?.[0] ?? 0) === 0
  );
}

const others: Readonly<Record<number, string>> = { 8: 'VGG-11', 10: 'VGG-13', 16: 'VGG-19' };
const kinds = { conv: 'Conv', relu: 'Relu', pool: 'MaxPool' } as const;

/** Layers before the first convolution that leave a picture's values as they are. */
const withoutValues = new Set([...without, 'Transpose', 'Unsqueeze']);

/** `(x / 255 - mean) / std` before the first convolution, or its last two steps, or nothing. @throws OtherNetwork */
function scalingOf(graph: Graph, first: OnnxNode | undefined): OnnxNetwork['scaling'] {
  const steps = graph.pathTo(first?.inputs[0]).filter(({ type }) => !withoutValues.has(type));
  const [last, before, range, ...others] = steps;
  if (last === undefined) return null;
  const [std, mean] = [graph.constant(last.inputs[1]), graph.constant(before?.inputs[1])];
  const isScaling =
    last.type === 'Div' && before?.type === 'Sub' && (range === undefined || range.type === 'Div') && others.length === 0;
  if (!isScaling || std === null || mean === null) throw new OtherNetwork(`before its first convolution there is ${last.type}`);
  return { range: graph.constant(range?.inputs[1])?.tensor ?? null, mean: mean.tensor, std: std.tensor };
}

/** The layers from the first convolution to the last pooling, checked one by one. @throws OtherNetwork */
function checkLayers(graph: Graph): readonly OnnxNode[] {
  const convs = graph.graph.nodes.filter(({ type }) => type === 'Conv');
  if (convs.length !== convLayers.length) {
    const network = others[convs.length];
    const like = network !== undefined && convs.every(isVggConv) ? `, as ${network} has` : '';
    throw new OtherNetwork(
      convs.length === 0 ? 'it has no convolutions' : `it has ${String(convs.length)} convolutions${like}, and VGG-16 has 13`,
    );
  }
  const last = convs.at(-1);
  // Back from the last convolution; what follows it is looked for by its name.
  const before = [...graph.pathTo(last?.outputs[0])].reverse();
  const from = before.findIndex(({ type }) => type === 'Conv');
  const layers = [...before.slice(Math.max(0, from)), ...follow(graph, last, 2)].filter(({ type }) => !without.has(type));
  for (const [at, layer] of vggLayers.entries()) {
    const node = layers[at];
    const place = `features.${String(at)}`;
    if (node?.type !== kinds[layer.kind])
      throw new OtherNetwork(`${place} is ${node?.type ?? 'not there'}, not ${kinds[layer.kind]}`);
    if (layer.kind === 'conv' && !isVggConv(node)) throw new OtherNetwork(`${place} is no 3 x 3 convolution with a margin of 1`);
    if (layer.kind === 'pool' && !isVggPool(node)) throw new OtherNetwork(`${place} does not pool 2 x 2`);
  }
  return layers.slice(0, vggLayers.length);
}

/** So many layers after this one, those that change nothing besides. */
function follow(graph: Graph, node: OnnxNode | undefined, count: number): readonly OnnxNode[] {
  const found: OnnxNode[] = [];
  let output = node?.outputs[0];
  for (let left = count; left > 0 && output !== undefined;) {
    const next = graph.takerOf(output);
    if (next === undefined) break;
    found.push(next);
    if (!without.has(next.type)) left -= 1;
    output = next.outputs[0];
    if (found.length > longestPath) break;
  }
  return found;
}

interface Linear {
  readonly node: OnnxNode;
  readonly weight: UsedTensor;
  readonly bias: UsedTensor | null;
}

/** A fully connected layer: Gemm, or MatMul with an Add behind it. Null where it takes no constant. */
function linearOf(graph: Graph, node: OnnxNode): Linear | null {
  const weight = graph.constant(node.inputs[1]);
  if (weight === null || weight.tensor.shape.length !== 2) return null;
  // PyTorch has [outputs, inputs]; a plain product has them the other way round.
  const isTurned = node.type === 'MatMul' || (integersOf(node, 'transB')?.[0] ?? 0) === 0;
  const isTransposed = weight.isTransposed !== isTurned;
  const added = node.type === 'MatMul' ? graph.sumOf(node.outputs[0]) : undefined;
  const biasName = node.type === 'Gemm' ? node.inputs[2] : added?.inputs.find((input) => input !== node.outputs[0]);
  const bias = graph.constant(biasName);
  return {
    node,
    weight: { name: 'weight', tensor: weight.tensor, isTransposed },
    bias: bias === null ? null : { name: 'bias', tensor: bias.tensor, isTransposed: false },
  };
}

function isPlainGemm(node: OnnxNode): boolean {
  const one = (name: string) => (node.attributes.get(name)?.float ?? 1) === 1;
  return node.type === 'MatMul' || (one('alpha') && one('beta') && (integersOf(node, 'transA')?.[0] ?? 0) === 0);
}

/** What may lie between the last pooling and the classifier; `Div` and `Mul` scale the features, as this app's files say that they do. */
function pathProblem(graph: Graph, { node }: Linear, lastPool: OnnxNode, isNormed: boolean): string | null {
  const path = graph.pathTo(node.inputs[0]);
  const at = path.indexOf(lastPool);
  if (at < 0) return 'it does not take the features of the last pooling';
  for (const { type, attributes } of path.slice(0, at)) {
    if (without.has(type) || (isNormed && (type === 'Div' || type === 'Mul'))) continue;
    // torchvision's adaptive pooling to 7 x 7 leaves 7 x 7 as it is.
    if (type === 'AveragePool' && sameNumbers(attributes.get('kernel_shape')?.integers, [1, 1])) continue;
    return `between the features and the classifier there is ${type}`;
  }
  return null;
}

/**
 * VGG-16 in a graph, by its layers and not by names, which exporters change: thirteen convolutions in a row with what is between them, and the
 * fully connected layers behind. `isNormed`: the file says that features are scaled to a norm.
 * @throws OtherNetwork
 */
export function findVgg16(onnx: OnnxGraph, isNormed: boolean): OnnxNetwork {
  const graph = new Graph(onnx);
  const layers = checkLayers(graph);
  const scaling = scalingOf(graph, layers[0]);
  const used: UsedTensor[] = [];
  for (const { index } of convLayers) {
    const [, weight, bias] = layers[index]?.inputs ?? [];
    for (const [part, name] of [
      ['weight', weight],
      ['bias', bias],
    ] as const) {
      const constant = graph.constant(name);
      if (constant === null) continue;
      if (constant.isTransposed) throw new OtherNetwork(`features.${String(index)}.${part} is transposed`);
      used.push({ name: `features.${String(index)}.${part}`, tensor: constant.tensor, isTransposed: false });
    }
  }
  const linears = onnx.nodes
    .filter(({ type }) => type === 'Gemm' || type === 'MatMul')
    .map((node) => linearOf(graph, node))
    .filter((linear) => linear !== null);
  const lastPool = layers.at(-1);
  const [first] = linears;
  if (first === undefined || lastPool === undefined) return { used, scaling, headProblem: null };
  const isImageNet = linears.length === 3;
  for (const [at, { weight, bias }] of linears.entries()) {
    const stem = linears.length === 1 ? 'classifier' : `classifier.${String(isImageNet ? at * 3 : at)}`;
    used.push({ ...weight, name: `${stem}.weight` });
    if (bias !== null) used.push({ ...bias, name: `${stem}.bias` });
  }
  if (linears.length > 1) return { used, scaling, headProblem: null };
  const problem = isPlainGemm(first.node) ? pathProblem(graph, first, lastPool, isNormed) : 'it scales what it adds up';
  return { used, scaling, headProblem: problem };
}
