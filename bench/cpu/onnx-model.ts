import { convLayers, inputSize, vggLayers, type ConvLayer } from '../../src/domain/vgg16';

/** Just enough of protobuf to write an ONNX file: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
type Part = Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

function join(parts: readonly Part[]): Part {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const whole = (field: number, value: number): Part => Uint8Array.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, value: Part): Part =>
  join([Uint8Array.from([...varint(field * 8 + 2), ...varint(value.length)]), value]);
const text = (field: number, value: string): Part => bytes(field, new TextEncoder().encode(value));
const message = (field: number, ...parts: readonly Part[]): Part => bytes(field, join(parts));

const float = 1;

function tensor(name: string, dims: readonly number[], values: Float32Array): Part {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(5, ...dims.map((dim) => whole(1, dim)), whole(2, float), text(8, name), bytes(9, raw));
}

/** AttributeProto of whole numbers. */
function ints(name: string, values: readonly number[]): Part {
  return message(5, text(1, name), ...values.map((value) => whole(8, value)), whole(20, 7));
}

function node(type: string, inputs: readonly string[], output: string, ...attributes: readonly Part[]): Part {
  return message(1, ...inputs.map((input) => text(1, input)), text(2, output), text(3, output), text(4, type), ...attributes);
}

/** ValueInfoProto of float32; a name as a side is free. */
function valueOf(field: number, name: string, shape: readonly (number | string)[]): Part {
  const sides = shape.map((side) => message(1, typeof side === 'number' ? whole(1, side) : text(2, side)));
  return message(field, text(1, name), message(2, message(1, whole(1, float), message(2, ...sides))));
}

/** VGG-16's feature part as an ONNX model: input `x` [n, 3, 224, 224] already scaled, output `features` [n, 25088]. */
export function createOnnxModel(read: (layer: ConvLayer) => { kernelOihw: Float32Array; bias: Float32Array }): Uint8Array {
  const initializers = convLayers.flatMap((layer) => {
    const { kernelOihw, bias } = read(layer);
    const name = `features.${String(layer.index)}`;
    return [
      tensor(`${name}.weight`, [layer.outChannels, layer.inChannels, 3, 3], kernelOihw),
      tensor(`${name}.bias`, [layer.outChannels], bias),
    ];
  });
  let last = 'x';
  const nodes = vggLayers.map((layer) => {
    const [input, output, name] = [last, `out.${String(layer.index)}`, `features.${String(layer.index)}`];
    last = output;
    if (layer.kind === 'conv')
      return node(
        'Conv',
        [input, `${name}.weight`, `${name}.bias`],
        output,
        ints('kernel_shape', [3, 3]),
        ints('pads', [1, 1, 1, 1]),
      );
    if (layer.kind === 'relu') return node('Relu', [input], output);
    return node('MaxPool', [input], output, ints('kernel_shape', [2, 2]), ints('strides', [2, 2]));
  });
  const graph = message(
    7,
    ...nodes,
    node('Flatten', [last], 'features'),
    text(2, 'vgg16'),
    ...initializers,
    valueOf(11, 'x', ['n', 3, inputSize, inputSize]),
    valueOf(12, 'features', ['n', 25_088]),
  );
  return join([whole(1, 8), graph, message(8, text(1, ''), whole(2, 13))]);
}
