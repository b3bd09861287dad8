import type { ModelImportProgress } from '../../domain/model-import';
import { type ByteSource, readPart } from './byte-source';
import { findModel } from './find-model';
import { type Companion, type FoundModel, formatOf } from './model-place';
import { openOnnx } from './onnx/onnx-file';
import { type OpenedModel, type ReadModel, readOpened } from './read-model';
import { openSafetensors } from './safetensors-file';
import { nothingTold, readConfigFile, readMetadata, type ToldConfig } from './told-config';
import { openLegacyTorch } from './torch/legacy-file';
import { openTorchArchive } from './torch/torch-archive';
import { openPlainPickle } from './torch/torch-pickle';

const configName = 'config.json';
/** Class names and settings are shorter. */
const longestConfig = 16_000_000;

/** What the `config.json` beside a model says. @throws HeadstartError `model-file-damaged` */
async function readConfigBeside(beside: readonly Companion[]): Promise<ToldConfig> {
  const config = beside.find(({ baseName }) => baseName === configName);
  if (config === undefined || config.size > longestConfig) return nothingTold;
  const source = await config.open();
  const text = new TextDecoder().decode(await readPart(source, 0, source.size, configName));
  return readConfigFile(text, source.name);
}

/**
 * Reads a model's list of tensors; of their values nothing.
 * @throws HeadstartError the `model-*` codes of files, `file-unreadable`, `cancelled`
 */
export async function openModelFile(found: FoundModel, signal: AbortSignal): Promise<OpenedModel> {
  const { place, fileName, beside } = found;
  const { source } = place;
  const { name } = source;
  const format = formatOf(place);
  switch (place.kind) {
    case 'safetensors': {
      const { tensors, metadata } = await openSafetensors(source);
      const told = readMetadata(metadata, name) ?? (await readConfigBeside(beside));
      return { name, fileName, format, tensors, told, headProblem: null };
    }
    case 'onnx': {
      const { tensors, told, headProblem } = await openOnnx(source, beside, signal);
      return { name, fileName, format, tensors, told, headProblem };
    }
    case 'legacy-torch':
      return {
        name,
        fileName,
        format,
        tensors: await openLegacyTorch(source, signal),
        told: await readConfigBeside(beside),
        headProblem: null,
      };
    case 'torch-archive': {
      const tensors = await openTorchArchive(name, place.members, place.folder, signal);
      return { name, fileName, format, tensors, told: await readConfigBeside(beside), headProblem: null };
    }
    case 'pickle':
      return openPlainPickle(source);
  }
}

/**
 * Reads one model out of the files given: usually one; ONNX with the file of its values, a ZIP, weights with their `config.json`. What each
 * file is is told by its content. Only the bytes that are needed are read, and nothing of a file is ever run.
 * @throws HeadstartError the `model-*` codes of files, `file-unreadable`, `cancelled`
 */
export async function readModelFile(
  files: readonly ByteSource[],
  onProgress: (progress: ModelImportProgress) => void,
  signal: AbortSignal,
): Promise<ReadModel> {
  return readOpened(await openModelFile(await findModel(files, signal), signal), onProgress, signal);
}
