import type { ExportedModel } from '../../domain/model-export';
import { attributionOf } from '../model-config';
import pageCss from './page.css?raw';

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (letter) => names[letter] ?? letter);
}

/** A model's own page up to its scripts, without the end: `src/offline/model-page.ts` fills it. */
export function writeShell(
  model: ExportedModel,
  parts: { readonly policy: string; readonly about: string; readonly weights: string },
): string {
  const { projectName, classNames, run, scaling, fit, certificate, fingerprint } = model;
  const name = escapeHtml(projectName);
  const facts = {
    Classes: classNames.join(', '),
    Run: `${run.number} of ${run.startedAt}, seed ${run.config.seed}`,
    Preprocessing: `${fit} to 224 x 224, (x / 255 - mean) / std, mean ${scaling.mean.join(', ')}, std ${scaling.std.join(', ')}`,
    Weights: parts.weights,
    Fingerprint: fingerprint,
    Licence: attributionOf(model),
  };
  const list = Object.entries(facts).map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${parts.policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<link rel="icon" href="data:,">
<style>
${pageCss}</style>
</head>
<body>
<main>
<h1>${name}</h1>
<p class="quiet">Says of a picture which of ${classNames.length} classes it shows. ${parts.about}</p>
<div class="drop">
<label for="file">Choose pictures, or drop them here</label>
<input id="file" type="file" accept="image/*" multiple disabled>
</div>
<p id="status" role="status">Reading the file…</p>
<noscript><p class="bad">This page computes by itself and needs JavaScript.</p></noscript>
<ul id="results" aria-label="Answers"></ul>
<h2>Does it say here what it said where it was trained?</h2>
<p>${certificate.pictures.length} pictures are with this model, and the exact answers that they had there.</p>
<button id="check" type="button" disabled>Check</button>
<p id="check-result" role="status"></p>
<h2>The model</h2>
<dl>${list.join('')}</dl>
</main>
`;
}

/** Only what lies beside the page, and of other machines nothing. */
function servedPolicy(evaluates: boolean): string {
  const scripts = `'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:${evaluates ? " 'unsafe-eval'" : ''}`;
  return (
    `default-src 'none'; script-src ${scripts}; worker-src 'self' blob:; style-src 'unsafe-inline'; ` +
    "connect-src 'self' data: blob:; img-src 'self' data: blob:"
  );
}

/** What computes in a page, as a person puts it beside it. */
export interface PageLibrary {
  readonly file: string;
  /** It makes functions of texts, which the page's policy must then let it. */
  readonly evaluates: boolean;
}

/** `index.html` of an export that a server must give: `classify.js` runs it, `library` computes. */
export function writeServedPage(model: ExportedModel, precision: string, library: PageLibrary): string {
  const shell = writeShell(model, {
    policy: servedPolicy(library.evaluates),
    about: 'The model lies beside this page, and pictures stay here.',
    weights: `${precision}, computed as float32`,
  });
  return `${shell}<script>
// From disk a browser loads no module, and none could tell of it.
if (location.protocol === 'file:') {
  const status = document.getElementById('status');
  status.className = 'bad';
  status.textContent =
    'A browser reads no files beside a page from disk. In this folder run “python -m http.server”, then open http://localhost:8000.';
}
</script>
<script src="${library.file}"></script>
<script type="module">
import { start } from './classify.js';
start();
</script>
</body>
</html>
`;
}
