import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { certificateFiles } from '../certificate-files';
import type { ExportFile, ExportFormat } from '../export-format';
import { createModelConfig, formatConfig } from '../model-config';
import picturePy from '../python/picture.py?raw';
import { writeSafetensors } from '../safetensors-writer';
import browserPy from './browser.py?raw';
import checkPy from './check.py?raw';
import datasetPy from './dataset.py?raw';
import modelPy from './model.py?raw';
import predictPy from './predict.py?raw';
import { writeReadme } from './readme';
import requirements from './requirements.txt?raw';
import trainPy from './train.py?raw';

/** Scripts, certificate and texts. */
const bytesBeside = 250_000;

/** Native PyTorch's time over this page's on the same processor, one picture, two threads: README, "How fast it is". */
const timesOnProcessor = 1.13;
/** Seconds there, where this page computed on a graphics card and says nothing of the processor. */
const onTwoCores = { milliseconds: 123, where: 'PyTorch on two cores of a server, measured' };

async function* files(model: ExportedModel, precision: ExportPrecision): AsyncGenerator<ExportFile> {
  const config = createModelConfig(model, precision);
  yield { path: 'README.md', bytes: writeReadme(model, precision) };
  yield { path: 'config.json', bytes: formatConfig(config) };
  yield { path: 'requirements.txt', bytes: requirements };
  yield { path: 'model.py', bytes: modelPy };
  yield { path: 'picture.py', bytes: picturePy };
  yield { path: 'predict.py', bytes: predictPy };
  yield { path: 'check.py', bytes: checkPy };
  yield { path: 'train.py', bytes: trainPy };
  yield { path: 'dataset.py', bytes: datasetPy };
  yield { path: 'browser.py', bytes: browserPy };
  yield* certificateFiles(model.certificate, precision);
  // Transformers and others ask for `format`; `headstart` lets this file alone come back to the page.
  const metadata = { format: 'pt', headstart: JSON.stringify(config) };
  yield { path: 'model.safetensors', bytes: writeSafetensors(model.tensors, precision, metadata) };
}

export const pytorchFormat: ExportFormat = {
  id: 'pytorch',
  title: 'PyTorch',
  description:
    'The weights under torchvision’s names, a module that loads them, prediction from the command line, and train.py, which goes on ' +
    'with the same run on several processors or graphics cards.',
  packaging: 'zip',
  precisions: ['float32', 'float16'],
  estimateBytes: ({ parameters }, precision) => parameters * (precision === 'float32' ? 4 : 2) + bytesBeside,
  expectSpeed: ({ milliseconds, device }) =>
    device === 'cpu' ? { milliseconds: milliseconds * timesOnProcessor, where: 'PyTorch on this processor' } : onTwoCores,
  files,
};
