type Bytes = Uint8Array<ArrayBuffer>;

export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}

export const integer = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
export const message = (field: number, content: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];
export const text = (field: number, content: string): number[] => message(field, [...new TextEncoder().encode(content)]);

/** TensorProto; `values` are fields of it, such as raw_data. */
export function tensor(name: string, shape: readonly number[], type = 1, values: readonly number[] = []): number[] {
  return [...shape.flatMap((side) => integer(1, side)), ...integer(2, type), ...text(8, name), ...values];
}

export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

export function node(type: string, inputs: readonly string[], output: string, attributes: Attributes = {}): number[] {
  const written = Object.entries(attributes).flatMap(([name, value]) => {
    if (typeof value === 'number') return message(5, [...text(1, name), ...integer(3, value)]);
    if ('float' in value) {
      const bytes = new Uint8Array(Float32Array.of(value.float).buffer);
      return message(5, [...text(1, name), 2 * 8 + 5, ...bytes]);
    }
    return message(5, [...text(1, name), ...value.flatMap((one) => integer(8, one))]);
  });
  return [...inputs.flatMap((input) => text(1, input)), ...text(2, output), ...text(4, type), ...written];
}

export interface WrittenGraph {
  readonly nodes: readonly (readonly number[])[];
  readonly tensors: readonly (readonly number[])[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** ModelProto of IR version 8. */
export function writeOnnx({ nodes, tensors, metadata = {} }: WrittenGraph): Bytes {
  const graph = [...nodes.flatMap((one) => message(1, one)), ...text(2, 'graph'), ...tensors.flatMap((one) => message(5, one))];
  const entries = Object.entries(metadata).flatMap(([key, value]) => message(14, [...text(1, key), ...text(2, value)]));
  return Uint8Array.from([
    ...integer(1, 8),
    ...text(2, 'a test'),
    ...message(7, graph),
    ...message(8, integer(2, 17)),
    ...entries,
  ]);
}

const plan = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0] as const;

/** VGG-16's layers with tensors of its shapes and no values, under names that say nothing. `change` makes it another network. */
export function vgg16Graph(change: (layers: { type: string; attributes: Attributes }[]) => void = () => undefined): {
  readonly nodes: number[][];
  readonly tensors: number[][];
  /** Of the last layer. */
  readonly output: string;
} {
  const layers = plan.flatMap((channels): { type: string; attributes: Attributes; channels: number }[] =>
    channels === 0
      ? [{ type: 'MaxPool', attributes: { kernel_shape: [2, 2], strides: [2, 2] }, channels }]
      : [
          { type: 'Conv', attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, channels },
          { type: 'Relu', attributes: {}, channels },
        ],
  );
  change(layers);
  const [nodes, tensors]: [number[][], number[][]] = [[], []];
  let [from, channels] = ['picture', 3];
  for (const [at, layer] of layers.entries()) {
    const output = `v${String(at)}`;
    if (layer.type === 'Conv') {
      tensors.push(tensor(`w${String(at)}`, [layer.channels, channels, 3, 3]), tensor(`b${String(at)}`, [layer.channels]));
      ({ channels } = layer);
    }
    const constants = layer.type === 'Conv' ? [`w${String(at)}`, `b${String(at)}`] : [];
    nodes.push(node(layer.type, [from, ...constants], output, layer.attributes));
    from = output;
  }
  return { nodes, tensors, output: from };
}
