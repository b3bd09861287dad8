import pageScript from '../../offline/page.ts?script';
import { inputValues } from '../../domain/vgg16';
import type { ExportedModel, ExportPrecision } from '../../domain/model-export';
import { createCertificateRecord } from '../certificate-files';
import type { ExportFile, ExportFormat } from '../export-format';
import { attribution, createModelConfig } from '../model-config';
import { encodeValues } from '../safetensors-writer';
import { base64Length, encodeBase64 } from './base64';
import pageCss from './page.css?raw';

/** This page's time on one thread, the measure of a file that may not share memory, over its time here on all: about as many as there are. */
const timesOnProcessor = 2;
const onOneCore = { milliseconds: 300, where: 'a browser on one core of a server, measured' };

/** Texts, script and style. */
const bytesBeside = 85_000;
const usualPictures = 8;

/** Nothing is fetched, whatever a script may try: the page proves it of itself. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src blob: data:";

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (letter) => names[letter] ?? letter);
}

/** JSON inside a script element: no text in it may end that element. */
function embedJson(id: string, value: object): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replace(/</g, '\\u003c')}</script>\n`;
}

function writeHead(model: ExportedModel, precision: ExportPrecision): string {
  const { projectName, classNames, run, scaling, fit, certificate, fingerprint } = model;
  const name = escapeHtml(projectName);
  const facts = {
    Classes: classNames.join(', '),
    Run: `${run.number} of ${run.startedAt}, seed ${run.config.seed}`,
    Preprocessing: `${fit} to 224 x 224, (x / 255 - mean) / std, mean ${scaling.mean.join(', ')}, std ${scaling.std.join(', ')}`,
    Weights: `${precision}${precision === 'float16' ? ' (kernels; biases and classifier float32)' : ''}, computed as float32`,
    Fingerprint: fingerprint,
    Licence: attribution,
  };
  const list = Object.entries(facts).map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<link rel="icon" href="data:,">
<style>
${pageCss}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p class="quiet">Says of a picture which of ${classNames.length} classes it shows. Works without a network: the model is in this file, and pictures stay here.</p>
<div class="drop">
<label for="file">Choose pictures, or drop them here</label>
<input id="file" type="file" accept="image/*" multiple disabled>
</div>
<p id="status" role="status">Reading the file…</p>
<noscript><p class="bad">This page computes by itself and needs JavaScript.</p></noscript>
<ul id="results" aria-label="Answers"></ul>
<h2>Does it say here what it said where it was trained?</h2>
<p>${certificate.pictures.length} pictures are in this file with the exact answers that they had there.</p>
<button id="check" type="button" disabled>Check</button>
<p id="check-result" role="status"></p>
<h2>The model</h2>
<dl>${list.join('')}</dl>
</main>
${embedJson('config', createModelConfig(model, precision))}${embedJson('certificate', createCertificateRecord(certificate, precision))}`;
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
