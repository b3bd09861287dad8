import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { attributionOf, createModelConfig } from '../model-config';
import { createNetwork, type Network } from './network';
import {
  constantField,
  headerBytes,
  modelHead,
  nodeMessage,
  outsideConstantField,
  valueMessage,
  type ModelHead,
} from './onnx-messages';
import { bytesField, encodeVarint, lengthOf, textField, type Piece } from './protobuf-writer';

export const opset = 17;

/** Fields of GraphProto and ModelProto. */
const graphFields = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const graphInModel = 7;

function describe(model: ExportedModel, precision: ExportPrecision): ModelHead {
  const { classNames, fit, scaling, featureNorm, fingerprint, projectName } = model;
  return {
    producer: 'Headstart',
    opset,
    description: `${projectName}: a classifier of pictures, VGG-16 with a classifier of its own. ${attributionOf(model)}`,
    metadata: {
      classes: JSON.stringify(classNames),
      fit,
      mean: JSON.stringify(scaling.mean),
      std: JSON.stringify(scaling.std),
      featureNorm: JSON.stringify(featureNorm),
      fingerprint,
      headstart: JSON.stringify(createModelConfig(model, precision)),
    },
  };
}

function graphWithoutConstants({ operations, input, outputs }: Network): Piece[] {
  return [
    ...operations.flatMap((operation) => bytesField(graphFields.node, nodeMessage(operation))),
    ...textField(graphFields.name, 'headstart'),
    ...bytesField(graphFields.input, valueMessage(input)),
    ...outputs.flatMap((output) => bytesField(graphFields.output, valueMessage(output))),
  ];
}

/** An ONNX file, and where in it the values of each constant begin. */
export interface OnnxFile {
  readonly pieces: readonly Piece[];
  readonly valuesAt: ReadonlyMap<string, number>;
}

/** The whole model: takes bytes, holds its weights. */
export function layOutModel(model: ExportedModel, precision: ExportPrecision): OnnxFile {
  const network = createNetwork(model, precision, false);
  const head = modelHead(describe(model, precision));
  const graph = graphWithoutConstants(network);
  // The graph's length stands before it, and how many bytes that takes moves all that follows: guessed, and made true.
  let lengthBytes = encodeVarint(lengthOf(graph) + network.constants.reduce((sum, { byteLength }) => sum + byteLength, 0)).length;
  for (;;) {
    const valuesAt = new Map<string, number>();
    const constants: Piece[] = [];
    let at = lengthOf(head) + 1 + lengthBytes + lengthOf(graph);
    for (const constant of network.constants) {
      const placed = constantField(graphFields.initializer, constant, at);
      valuesAt.set(constant.name, placed.valuesAt);
      constants.push(...placed.pieces);
      at += lengthOf(placed.pieces);
    }
    const whole = [...graph, ...constants];
    if (headerBytes(lengthOf(whole)) === 1 + lengthBytes)
      return { pieces: [...head, ...bytesField(graphInModel, whole)], valuesAt };
    lengthBytes += 1;
  }
}

/** The same without preprocessing: some kilobytes, whose weights are those that lie in the file `location` beside it. */
export function layOutPreparedModel(
  model: ExportedModel,
  precision: ExportPrecision,
  location: string,
  { valuesAt }: OnnxFile,
): Piece[] {
  const network = createNetwork(model, precision, true);
  const constants = network.constants.flatMap((constant) =>
    outsideConstantField(graphFields.initializer, constant, location, valuesAt.get(constant.name) ?? 0),
  );
  return [
    ...modelHead(describe(model, precision)),
    ...bytesField(graphInModel, [...graphWithoutConstants(network), ...constants]),
  ];
}
