import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import classifyJs from '../../exported-page/tensorflow.ts?module';
import { certificateFiles } from '../certificate-files';
import type { ExportFile, ExportFormat } from '../export-format';
import { writeServedPage } from '../html/page-shell';
import { createModelConfig, formatConfig } from '../model-config';
import { createGraph, type Weight } from './graph';
import { writeReadme } from './readme';

/** Page, certificate, texts and the graph. */
const bytesBeside = 100_000;

/** TensorFlow.js on WebAssembly, one thread where a page is not isolated, over this page on two: README, “How fast it is”. */
const timesOnProcessor = 8.5;
/** Seconds there, where this page computed on a graphics card and says nothing of the processor. */
const onOneCore = { milliseconds: 924, where: 'TensorFlow.js on one core of a server, measured; a graphics card is quicker' };

/** One after another, as TensorFlow.js puts them together: the files' order is the manifest's. */
async function* weightFiles(weights: readonly Weight[]): AsyncGenerator<ExportFile> {
  for (const { entry, make } of weights) {
    // A task of its own each, so that a cancel is heard in between.
    await Promise.resolve();
    yield { path: pathOf(entry.name), bytes: make() };
  }
}

function pathOf(name: string): string {
  return `weights/${name}.bin`;
}

async function* files(model: ExportedModel, precision: ExportPrecision): AsyncGenerator<ExportFile> {
  const { constants, weights, topology, signature } = createGraph(model, precision);
  const config = createModelConfig(model, precision);
  const all = [...constants, ...weights];
  const graph = {
    format: 'graph-model',
    generatedBy: 'Headstart',
    convertedBy: null,
    signature,
    modelTopology: topology,
    weightsManifest: [{ paths: all.map(({ entry }) => pathOf(entry.name)), weights: all.map(({ entry }) => entry) }],
    userDefinedMetadata: { headstart: config },
  };
  yield { path: 'README.md', bytes: writeReadme(model, precision) };
  yield { path: 'config.json', bytes: formatConfig(config) };
  yield { path: 'labels.txt', bytes: model.classNames.map((name) => `${name.replace(/\s+/g, ' ')}\n`).join('') };
  yield { path: 'index.html', bytes: writeServedPage(model, precision, { file: 'tf.min.js', evaluates: true }) };
  yield { path: 'classify.js', bytes: classifyJs };
  yield* certificateFiles(model.certificate, precision);
  yield { path: 'model.json', bytes: JSON.stringify(graph) };
  yield* weightFiles(all);
}

export const tensorflowFormat: ExportFormat = {
  id: 'tensorflow',
  title: 'TensorFlow.js',
  description:
    'A graph model for tf.loadGraphModel, for web pages and Node, with an example page and classify(image). It runs on graphics cards ' +
    'by WebGL or WebGPU, else on the processor.',
  packaging: 'zip',
  precisions: ['float32', 'float16'],
  estimateBytes: ({ parameters }, precision) => parameters * (precision === 'float32' ? 4 : 2) + bytesBeside,
  expectSpeed: ({ milliseconds, device }) =>
    device === 'cpu'
      ? {
          milliseconds: milliseconds * timesOnProcessor,
          where: 'TensorFlow.js on one thread of this processor; a graphics card is quicker',
        }
      : onOneCore,
  files,
};
