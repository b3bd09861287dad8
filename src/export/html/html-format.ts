import pageScript from '../../exported-page/page.ts?script';
import { inputValues } from '../../domain/vgg16';
import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { createCertificateRecord } from '../certificate-files';
import type { ExportFile, ExportFormat } from '../export-format';
import { createModelConfig } from '../model-config';
import { encodeValues } from '../safetensors-writer';
import { base64Length, encodeBase64 } from './base64';
import { writeShell } from './page-shell';

/** A file that is opened from disk may not share memory, so one thread computes: over this page on two, README, “How fast it is”. */
const timesOnProcessor = 1.7;
/** Seconds there, where this page computed on a graphics card and says nothing of the processor. */
const onOneCore = { milliseconds: 184, where: 'a browser on one core of a server, measured' };

/** Texts, script and style. */
const bytesBeside = 85_000;
const usualPictures = 8;

/** Nothing is fetched, whatever a script may try: the page proves it of itself. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src blob: data:";

/** JSON inside a script element: no text in it may end that element. */
function embedJson(id: string, value: object): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replace(/</g, '\\u003c')}</script>\n`;
}

function writeHead(model: ExportedModel, precision: ExportPrecision): string {
  const shell = writeShell(model, {
    policy,
    about: 'Works without a network: the model is in this file, and pictures stay here.',
    weights: `${precision}${precision === 'float16' ? ' (kernels; biases and classifier float32)' : ''}, computed as float32`,
  });
  const config = embedJson('config', createModelConfig(model, precision));
  return `${shell}${config}${embedJson('certificate', createCertificateRecord(model.certificate, precision))}`;
}

async function* writePage(model: ExportedModel, precision: ExportPrecision): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield encoder.encode(writeHead(model, precision));
  async function* embed(id: string, bytes: Uint8Array) {
    yield encoder.encode(`<script type="text/plain" id="${id}">`);
    // A task of its own each, so that a cancel is heard in between.
    await Promise.resolve();
    yield encodeBase64(bytes);
    yield encoder.encode('</script>\n');
  }
  for (const [index, { pixels }] of model.certificate.pictures.entries()) yield* embed(`picture-${index}`, pixels);
  for (const { name, shape, values } of model.tensors)
    yield* embed(name, encodeValues(values, shape.length === 4 ? precision : 'float32'));
  yield encoder.encode(`<script>${pageScript.replace(/<\/(?=script)/gi, '<\\/')}</script>\n</body>\n</html>\n`);
}

async function* files(model: ExportedModel, precision: ExportPrecision): AsyncGenerator<ExportFile> {
  await Promise.resolve();
  yield { path: 'model.html', bytes: writePage(model, precision) };
}

export const htmlFormat: ExportFormat = {
  id: 'html',
  title: 'One HTML file',
  description:
    'Opens from disk in any browser and predicts there, without a network and without anything installed: to keep, or to hand to somebody. ' +
    'It checks its own answers by a button.',
  packaging: 'file',
  precisions: ['float16', 'float32'],
  estimateBytes: ({ parameters, classes }, precision) =>
    base64Length(parameters * (precision === 'float32' ? 4 : 2)) +
    base64Length(classes * 25_088 * (precision === 'float32' ? 0 : 2)) +
    usualPictures * base64Length(inputValues) +
    bytesBeside,
  expectSpeed: ({ milliseconds, device }) =>
    device === 'cpu'
      ? { milliseconds: milliseconds * timesOnProcessor, where: 'a browser, on one thread of this processor' }
      : onOneCore,
  files,
};
