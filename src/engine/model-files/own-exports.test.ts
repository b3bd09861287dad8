import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { widenFloat16 } from '../../domain/float16';
import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { onnxFormat } from '../../export/onnx/onnx-format';
import type { ExportFormat } from '../../export/export-format';
import { encodeValues } from '../../export/safetensors-writer';
import { pytorchFormat } from '../../export/pytorch/pytorch-format';
import { createSmallModel } from '../../export/testing/small-model';
import { writeExport } from '../../export/write-export';
import { blobSource } from './byte-source';
import { readModelFile } from './model-file';

let model: ExportedModel;

const hash = (values: Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
/** As a float16 file has them. */
const halved = (values: Float32Array) => widenFloat16(new Uint16Array(encodeValues(values, 'float16').buffer));

/** The ZIP that a person downloads. */
async function exportZip(format: ExportFormat, precision: ExportPrecision): Promise<Blob> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const writable = {
    write: (piece: Uint8Array<ArrayBuffer>) => (pieces.push(piece), Promise.resolve()),
    close: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
  const target = { createWritable: () => Promise.resolve(new WritableStream(writable)) } as unknown as FileSystemFileHandle;
  await writeExport(format, model, precision, { target, onProgress: () => undefined, signal: new AbortController().signal });
  return new Blob(pieces);
}

beforeAll(() => {
  model = createSmallModel();
});

describe('the app’s own exports', () => {
  it.each([
    ['PyTorch', 'float32', 'safetensors', pytorchFormat],
    ['ONNX', 'float16', 'onnx', onnxFormat],
  ] as const)('come back whole: %s in %s', async (_, precision, kind, format) => {
    const zip = blobSource(await exportZip(format, precision), 'cats.zip');
    const read = await readModelFile([zip], () => undefined, new AbortController().signal);
    expect(read).toMatchObject({
      fileName: 'cats.zip',
      format: kind,
      headProblem: null,
      scaling: model.scaling,
      resize: { fit: 'crop' },
      ignored: [],
      precision: [precision],
    });
    expect(read.head).toMatchObject({
      classNames: model.classNames,
      featureNorm: 10,
      fit: 'crop',
      settings: model.run.config,
      trainedBy: 'headstart',
    });
    const found = new Map([...(read.conv ?? []), ['classifier.weight', read.head?.weight], ['classifier.bias', read.head?.bias]]);
    expect([...found.keys()]).toEqual(model.tensors.map(({ name }) => name));
    for (const { name, values } of model.tensors) {
      const own = found.get(name) ?? new Float32Array(0);
      expect(hash(own), name).toBe(hash(precision === 'float32' ? values : halved(values)));
    }
  });
});
