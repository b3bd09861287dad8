import { HeadstartError } from '../domain/errors';
import {
  sizeOfModel,
  type Certificate,
  type ExportFormatId,
  type ExportOffer,
  type ExportPrecision,
} from '../domain/model-export';
import type { ExportFormat } from './export-format';
import { htmlFormat } from './html/html-format';
import { onnxFormat } from './onnx/onnx-format';
import { tensorflowFormat } from './tensorflow/tensorflow-format';
import { pytorchFormat } from './pytorch/pytorch-format';

/** What a model can be written as, in the order in which the page offers it. */
export const exportFormats: readonly ExportFormat[] = [pytorchFormat, onnxFormat, tensorflowFormat, htmlFormat];

/** @throws HeadstartError `export-format-unknown` */
export function findFormat(id: ExportFormatId, precision: ExportPrecision): ExportFormat {
  const found = exportFormats.find((format) => format.id === id && format.precisions.includes(precision));
  if (found !== undefined) return found;
  const formats = exportFormats.map((format) => `${format.id} (${format.precisions.join(', ')})`).join(', ');
  throw new HeadstartError('export-format-unknown', { format: id, precision, formats });
}

/** As the page offers them, for a model of so many classes that takes so long here. */
export function describeFormats(classes: number, measured: Pick<Certificate, 'milliseconds' | 'device'>): readonly ExportOffer[] {
  const size = sizeOfModel(classes);
  return exportFormats.map((format) => ({
    id: format.id,
    title: format.title,
    description: format.description,
    ending: format.packaging === 'zip' ? '.zip' : '.html',
    precisions: format.precisions.map((precision) => ({ precision, bytes: format.estimateBytes(size, precision) })),
    expected: format.expectSpeed(measured),
  }));
}
