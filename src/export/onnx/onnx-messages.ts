import { bytesField, encodeVarint, integerField, lengthOf, textField, type Piece } from './protobuf-writer';

/** The messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto that a network needs; numbers are those of its fields. */

export const elementTypes = { float32: 1, uint8: 2, float16: 10 } as const;
export type ElementType = keyof typeof elementTypes;

/** A whole number or a list of them, a decimal or the element type of a Cast. */
export type AttributeValue = number | readonly number[];

function attribute(name: string, value: AttributeValue): Piece[] {
  const [int, ints] = [2, 7];
  return typeof value === 'number'
    ? [...textField(1, name), ...integerField(3, value), ...integerField(20, int)]
    : [...textField(1, name), ...value.flatMap((one) => integerField(8, one)), ...integerField(20, ints)];
}

/** An operation of the default set; it is named as its output. */
export interface Operation {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export function nodeMessage({ type, inputs, output, attributes = {} }: Operation): Piece[] {
  return [
    ...inputs.flatMap((input) => textField(1, input)),
    ...textField(2, output),
    ...textField(3, output),
    ...textField(4, type),
    ...Object.entries(attributes).flatMap(([name, value]) => bytesField(5, attribute(name, value))),
  ];
}

/** What goes in or comes out; a word as a dimension means any size. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  readonly description: string;
}

export function valueMessage({ name, type, shape, description }: ValueInfo): Piece[] {
  const dimensions = shape.flatMap((size) =>
    bytesField(1, typeof size === 'number' ? integerField(1, size) : textField(2, size)),
  );
  const tensor = [...integerField(1, elementTypes[type]), ...bytesField(2, dimensions)];
  return [...textField(1, name), ...bytesField(2, bytesField(1, tensor)), ...textField(3, description)];
}

/** A constant of the network. */
export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  /** Its values, little-endian. */
  readonly make: () => Uint8Array<ArrayBuffer>;
}

function describeConstant({ name, type, shape }: Constant): Piece[] {
  return [...shape.flatMap((size) => integerField(1, size)), ...integerField(2, elementTypes[type]), ...textField(8, name)];
}

/** Values begin at a multiple of this many bytes in the file, so that a program may use them where they lie. */
export const alignment = 64;

/**
 * A constant with its values inside, for a message that begins `start` bytes into the file (its own tag and length included).
 * `valuesAt`: where the values begin. A description of spaces (`doc_string`) shifts them to a multiple of `alignment`.
 */
export function constantField(
  field: number,
  constant: Constant,
  start: number,
): { readonly pieces: Piece[]; readonly valuesAt: number } {
  const { byteLength, make } = constant;
  for (let spaces = 0; spaces < alignment; spaces += 1) {
    const message = [
      ...describeConstant(constant),
      ...textField(12, ' '.repeat(spaces)),
      ...bytesField(9, [{ length: byteLength, make }]),
    ];
    const pieces = bytesField(field, message);
    const valuesAt = start + lengthOf(pieces) - byteLength;
    if (valuesAt % alignment === 0) return { pieces, valuesAt };
  }
  throw new RangeError(`${constant.name} cannot be aligned`);
}

/** A constant whose values lie in another file beside this one. */
export function outsideConstantField(field: number, constant: Constant, location: string, offset: number): Piece[] {
  const outside = Object.entries({ location, offset: String(offset), length: String(constant.byteLength) });
  const entries = outside.flatMap((entry) => bytesField(13, entryMessage(...entry)));
  return bytesField(field, [...describeConstant(constant), ...entries, ...integerField(14, 1)]);
}

export function entryMessage(key: string, value: string): Piece[] {
  return [...textField(1, key), ...textField(2, value)];
}

/** What a model says of itself. */
export interface ModelHead {
  readonly producer: string;
  readonly opset: number;
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** IR version 8 came with operation set 17. */
const irVersion = 8;

export function modelHead({ producer, opset, description, metadata }: ModelHead): Piece[] {
  return [
    ...integerField(1, irVersion),
    ...textField(2, producer),
    ...textField(6, description),
    ...bytesField(8, [...textField(1, ''), ...integerField(2, opset)]),
    ...Object.entries(metadata).flatMap((entry) => bytesField(14, entryMessage(...entry))),
  ];
}

/** Bytes that the tag and the length of a message of `length` bytes take, for fields up to 15. */
export function headerBytes(length: number): number {
  return 1 + encodeVarint(length).length;
}
