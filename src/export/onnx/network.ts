import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { featureCount, inputSize, vggLayers } from '../../domain/vgg16';
import { encodeValues } from '../safetensors-writer';
import { elementTypes, type Constant, type Operation, type ValueInfo } from './onnx-messages';

/** VGG-16 and its classifier as ONNX has it: operations in order, constants, what goes in and comes out. */
export interface Network {
  readonly operations: readonly Operation[];
  readonly constants: readonly Constant[];
  readonly input: ValueInfo;
  readonly outputs: readonly ValueInfo[];
}

const bytesPerValue = { float32: 4, float16: 2 } as const;

function numbers(name: string, shape: readonly number[], values: readonly number[]): Constant {
  return {
    name,
    type: 'float32',
    shape,
    byteLength: values.length * 4,
    make: () => encodeValues(Float32Array.from(values), 'float32'),
  };
}

/** `(x / 255 - mean) / std` of bytes as pictures lie in memory, each step rounded to float32 as in the page. */
const preparation: readonly Operation[] = [
  { type: 'Cast', inputs: ['pixels'], output: 'pixels.float32', attributes: { to: elementTypes.float32 } },
  { type: 'Transpose', inputs: ['pixels.float32'], output: 'pixels.nchw', attributes: { perm: [0, 3, 1, 2] } },
  { type: 'Div', inputs: ['pixels.nchw', 'input.255'], output: 'pixels.unit' },
  { type: 'Sub', inputs: ['pixels.unit', 'input.mean'], output: 'pixels.centred' },
  { type: 'Div', inputs: ['pixels.centred', 'input.std'], output: 'input' },
];

function backbone(): Operation[] {
  let from = 'input';
  return vggLayers.map((layer): Operation => {
    const name = `features.${layer.index}`;
    const inputs = [from];
    from = `${name}.output`;
    switch (layer.kind) {
      case 'conv':
        return {
          type: 'Conv',
          inputs: [...inputs, `${name}.weight`, `${name}.bias`],
          output: from,
          attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] },
        };
      case 'relu':
        return { type: 'Relu', inputs, output: from };
      case 'pool':
        return { type: 'MaxPool', inputs, output: from, attributes: { kernel_shape: [2, 2], strides: [2, 2] } };
    }
  });
}

/** To an L2 norm. What is all zero stays so: its length is raised to `norm.least`, which no other length is below. */
const norm: readonly Operation[] = [
  { type: 'ReduceL2', inputs: ['features'], output: 'norm.length', attributes: { axes: [1], keepdims: 1 } },
  { type: 'Max', inputs: ['norm.length', 'norm.least'], output: 'norm.divisor' },
  { type: 'Div', inputs: ['features', 'norm.divisor'], output: 'norm.unit' },
  { type: 'Mul', inputs: ['norm.unit', 'norm.target'], output: 'norm.features' },
];

/** `isPrepared`: takes what `(x / 255 - mean) / std` gives, as PyTorch's tensors lie; else takes bytes and does that itself. */
export function createNetwork(model: ExportedModel, precision: ExportPrecision, isPrepared: boolean): Network {
  const { tensors, scaling, featureNorm, classNames } = model;
  const isHalf = precision === 'float16';
  const stored = (name: string) => (isHalf ? `${name}.float16` : name);
  const weights = tensors.map(({ name, shape, values }): Constant => ({
    name: stored(name),
    type: precision,
    shape,
    byteLength: values.length * bytesPerValue[precision],
    make: () => encodeValues(values, precision),
  }));
  const casts = tensors.map(({ name }): Operation => ({
    type: 'Cast',
    inputs: [stored(name)],
    output: name,
    attributes: { to: elementTypes.float32 },
  }));
  const inputConstants = [
    numbers('input.255', [], [255]),
    numbers('input.mean', [1, 3, 1, 1], scaling.mean),
    numbers('input.std', [1, 3, 1, 1], scaling.std),
  ];
  const normConstants =
    featureNorm === null ? [] : [numbers('norm.least', [], [1e-30]), numbers('norm.target', [], [featureNorm])];
  const lastMap = `features.${vggLayers.length - 1}.output`;
  const classes = classNames.length;
  return {
    operations: [
      ...(isHalf ? casts : []),
      ...(isPrepared ? [] : preparation),
      ...backbone(),
      { type: 'Flatten', inputs: [lastMap], output: 'features', attributes: { axis: 1 } },
      ...(featureNorm === null ? [] : norm),
      {
        type: 'Gemm',
        inputs: [featureNorm === null ? 'features' : 'norm.features', 'classifier.weight', 'classifier.bias'],
        output: 'logits',
        attributes: { transB: 1 },
      },
      { type: 'Softmax', inputs: ['logits'], output: 'probabilities', attributes: { axis: 1 } },
    ],
    // Small ones first: they are before the values that another file may point to.
    constants: [...(isPrepared ? [] : inputConstants), ...normConstants, ...weights],
    input: isPrepared
      ? {
          name: 'input',
          type: 'float32',
          shape: ['n', 3, inputSize, inputSize],
          description: 'RGB pictures, (x / 255 - mean) / std with the mean and std of the metadata',
        }
      : {
          name: 'pixels',
          type: 'uint8',
          shape: ['n', inputSize, inputSize, 3],
          description: 'RGB pictures as they lie in memory, fitted to 224 x 224 as the metadata says',
        },
    outputs: [
      { name: 'logits', type: 'float32', shape: ['n', classes], description: `of ${featureCount} features` },
      { name: 'probabilities', type: 'float32', shape: ['n', classes], description: 'softmax of the logits' },
    ],
  };
}
