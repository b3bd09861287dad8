import classifyJs from '../../exported-page/onnx.ts?module';
import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { certificateFiles } from '../certificate-files';
import type { ExportFile, ExportFormat } from '../export-format';
import { writeServedPage } from '../html/page-shell';
import { createModelConfig, formatConfig } from '../model-config';
import picturePy from '../python/picture.py?raw';
import checkPy from './check.py?raw';
import { layOutModel, layOutPreparedModel } from './onnx-writer';
import predictPy from './predict.py?raw';
import { writePieces } from './protobuf-writer';
import { writeReadme } from './readme';
import requirements from './requirements.txt?raw';
import sessionPy from './session.py?raw';

/** Scripts, certificate, texts and the graph. */
const bytesBeside = 100_000;

/** ONNX Runtime 1.32's time over this page's on the same two cores, one picture: 152 against 109 ms. */
const timesOnProcessor = 1.4;
/** Seconds there, where this page computed on a graphics card and says nothing of the processor. */
const onTwoCores = { milliseconds: 152, where: 'ONNX Runtime on two cores of a server, measured' };

const modelFile = 'model.onnx';

async function* files(model: ExportedModel, precision: ExportPrecision): AsyncGenerator<ExportFile> {
  const whole = layOutModel(model, precision);
  yield { path: 'README.md', bytes: writeReadme(model, precision) };
  yield { path: 'config.json', bytes: formatConfig(createModelConfig(model, precision)) };
  yield { path: 'labels.txt', bytes: model.classNames.map((name) => `${name.replace(/\s+/g, ' ')}\n`).join('') };
  yield { path: 'requirements.txt', bytes: requirements };
  yield { path: 'session.py', bytes: sessionPy };
  yield { path: 'picture.py', bytes: picturePy };
  yield { path: 'predict.py', bytes: predictPy };
  yield { path: 'index.html', bytes: writeServedPage(model, precision, { file: 'ort.min.js', evaluates: false }) };
  yield { path: 'classify.js', bytes: classifyJs };
  yield { path: 'check.py', bytes: checkPy };
  yield* certificateFiles(model.certificate, precision);
  const prepared = layOutPreparedModel(model, precision, modelFile, whole);
  yield { path: 'model-without-preprocessing.onnx', bytes: writePieces(prepared) };
  yield { path: modelFile, bytes: writePieces(whole.pieces) };
}

export const onnxFormat: ExportFormat = {
  id: 'onnx',
  title: 'ONNX',
  description:
    'One file that takes pictures’ bytes and gives logits and probabilities, for ONNX Runtime and what else reads ONNX: servers, phones, ' +
    'C++, C#, Java. A second, small file takes pictures that are scaled already.',
  packaging: 'zip',
  precisions: ['float32', 'float16'],
  estimateBytes: ({ parameters }, precision) => parameters * (precision === 'float32' ? 4 : 2) + bytesBeside,
  expectSpeed: ({ milliseconds, device }) =>
    device === 'cpu' ? { milliseconds: milliseconds * timesOnProcessor, where: 'ONNX Runtime on this processor' } : onTwoCores,
  files,
};
