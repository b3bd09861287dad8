import type { ExportedModel, ExportedTensor, ExportPrecision } from '../../domain/model-export';
import { featureCount, featureMapShape, inputSize, vggLayers } from '../../domain/vgg16';
import { encodeValues } from '../safetensors-writer';

/** A node of a TensorFlow graph as TensorFlow.js reads it from `model.json`: protobuf's JSON, where bytes are base64 and int64 are texts. */
interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, object>>;
}

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization?: { readonly dtype: 'float16'; readonly original_dtype: 'float32' };
}

/** A constant: how it stands in the manifest, and its values. */
export interface Weight {
  readonly entry: ManifestEntry;
  readonly make: () => Uint8Array<ArrayBuffer>;
}

const float = { type: 'DT_FLOAT' };
const text = (value: string) => ({ s: btoa(value) });
const integers = (values: readonly number[]) => ({ list: { i: values.map(String) } });
const shapeOf = (shape: readonly number[]) => ({ dim: shape.map((size) => ({ size: String(size) })) });

/** OIHW -> HWIO. */
export function turnKernel({ shape, values }: ExportedTensor): Float32Array {
  const [outChannels = 0, inChannels = 0] = shape;
  const out = new Float32Array(values.length);
  for (let o = 0; o < outChannels; o += 1)
    for (let i = 0; i < inChannels; i += 1)
      for (let place = 0; place < 9; place += 1)
        out[(place * inChannels + i) * outChannels + o] = values[(o * inChannels + i) * 9 + place] ?? 0;
  return out;
}

/** `[classes, features in CHW order]` -> `[features in HWC order, classes]`: maps lie channel by channel there. */
export function turnClassifier({ shape, values }: ExportedTensor): Float32Array {
  const [classes = 0] = shape;
  const [height, width, channels] = featureMapShape;
  const out = new Float32Array(values.length);
  for (let place = 0; place < height * width; place += 1)
    for (let channel = 0; channel < channels; channel += 1)
      for (let one = 0; one < classes; one += 1)
        out[(place * channels + channel) * classes + one] = values[one * featureCount + channel * height * width + place] ?? 0;
  return out;
}

function weightOf(tensor: ExportedTensor, precision: ExportPrecision): Weight {
  const { name, shape, values } = tensor;
  const quantization = precision === 'float16' ? { quantization: { dtype: 'float16', original_dtype: 'float32' } as const } : {};
  const [first = 0, second = 0] = shape;
  const turned =
    shape.length === 4
      ? { shape: [3, 3, second, first], turn: () => turnKernel(tensor) }
      : shape.length === 2
        ? { shape: [second, first], turn: () => turnClassifier(tensor) }
        : { shape, turn: () => values };
  return {
    entry: { name, shape: turned.shape, dtype: 'float32', ...quantization },
    make: () => encodeValues(turned.turn(), precision),
  };
}

function constant(name: string, values: readonly number[], shape: readonly number[], dtype: 'float32' | 'int32'): Weight {
  const array = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  return { entry: { name, shape, dtype }, make: () => new Uint8Array(array.buffer) };
}

function constantNode({ entry: { name, shape, dtype } }: Weight): GraphNode {
  const type = dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
  const tensor = { dtype: type, tensorShape: shapeOf(shape) };
  return { name, op: 'Const', input: [], attr: { dtype: { type }, value: { tensor } } };
}

function binary(name: string, op: string, ...input: readonly string[]): GraphNode {
  return { name, op, input, attr: { T: float } };
}

const bytesShape = [-1, inputSize, inputSize, 3];

function backbone(): GraphNode[] {
  const nodes: GraphNode[] = [];
  let from = 'input';
  for (const layer of vggLayers) {
    const name = `features.${layer.index}`;
    if (layer.kind === 'conv')
      nodes.push({
        name,
        op: '_FusedConv2D',
        input: [from, `${name}.weight`, `${name}.bias`],
        attr: {
          T: float,
          strides: integers([1, 1, 1, 1]),
          dilations: integers([1, 1, 1, 1]),
          padding: text('SAME'),
          data_format: text('NHWC'),
          explicit_paddings: { list: {} },
          fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu')] } },
          num_args: { i: '1' },
          epsilon: { f: 0 },
        },
      });
    else if (layer.kind === 'pool') {
      const window = integers([1, 2, 2, 1]);
      const attr = { T: float, ksize: window, strides: window, padding: text('VALID'), data_format: text('NHWC') };
      nodes.push({ name, op: 'MaxPool', input: [from], attr });
    } else continue;
    from = name;
  }
  return nodes;
}

/** To an L2 norm. What is all zero stays so: its length is raised to `norm.least`, which no other length is below. */
const norm: readonly GraphNode[] = [
  binary('norm.squares', 'Mul', 'features', 'features'),
  {
    name: 'norm.sum',
    op: 'Sum',
    input: ['norm.squares', 'norm.axis'],
    attr: { T: float, Tidx: { type: 'DT_INT32' }, keep_dims: { b: true } },
  },
  { name: 'norm.length', op: 'Sqrt', input: ['norm.sum'], attr: { T: float } },
  binary('norm.divisor', 'Maximum', 'norm.length', 'norm.least'),
  binary('norm.unit', 'RealDiv', 'features', 'norm.divisor'),
  binary('norm.features', 'Mul', 'norm.unit', 'norm.target'),
];

/** The model as a TensorFlow graph: nodes, and the constants in the order in which their values lie. */
export function createGraph(model: ExportedModel, precision: ExportPrecision) {
  const { tensors, scaling, featureNorm, classNames } = model;
  const constants = [
    constant('input.255', [255], [], 'float32'),
    constant('input.mean', scaling.mean, [3], 'float32'),
    constant('input.std', scaling.std, [3], 'float32'),
    constant('features.shape', [-1, featureCount], [2], 'int32'),
    ...(featureNorm === null
      ? []
      : [
          constant('norm.axis', [1], [1], 'int32'),
          constant('norm.least', [1e-30], [], 'float32'),
          constant('norm.target', [featureNorm], [], 'float32'),
        ]),
  ];
  const weights = tensors.map((tensor) => weightOf(tensor, precision));
  const nodes: GraphNode[] = [
    {
      name: 'pixels',
      op: 'Placeholder',
      input: [],
      attr: { dtype: { type: 'DT_INT32' }, shape: { shape: shapeOf(bytesShape) } },
    },
    ...[...constants, ...weights].map(constantNode),
    { name: 'pixels.float32', op: 'Cast', input: ['pixels'], attr: { SrcT: { type: 'DT_INT32' }, DstT: float } },
    binary('pixels.unit', 'RealDiv', 'pixels.float32', 'input.255'),
    binary('pixels.centred', 'Sub', 'pixels.unit', 'input.mean'),
    binary('input', 'RealDiv', 'pixels.centred', 'input.std'),
    ...backbone(),
    {
      name: 'features',
      op: 'Reshape',
      input: [`features.${vggLayers.length - 1}`, 'features.shape'],
      attr: { T: float, Tshape: { type: 'DT_INT32' } },
    },
    ...(featureNorm === null ? [] : norm),
    {
      name: 'classifier',
      op: 'MatMul',
      input: [featureNorm === null ? 'features' : 'norm.features', 'classifier.weight'],
      attr: { T: float, transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'logits', op: 'BiasAdd', input: ['classifier', 'classifier.bias'], attr: { T: float, data_format: text('NHWC') } },
    { name: 'probabilities', op: 'Softmax', input: ['logits'], attr: { T: float } },
  ];
  const output = (name: string) => ({ name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: shapeOf([-1, classNames.length]) });
  return {
    constants,
    weights,
    topology: { node: nodes, library: {}, versions: { producer: 1882 } },
    signature: {
      inputs: { pixels: { name: 'pixels:0', dtype: 'DT_INT32', tensorShape: shapeOf(bytesShape) } },
      outputs: { logits: output('logits'), probabilities: output('probabilities') },
    },
  };
}
