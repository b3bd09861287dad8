import { inputSize } from '../domain/vgg16';
import { runCheck } from './certificate-check';
import type { EmbeddedCertificate, EmbeddedConfig } from './embedded-model';
import type { Answer, Network } from './network';
import { readPicture } from './picture';

/** What an exported model's own page does, whatever computes. */
export interface PageParts {
  readonly config: EmbeddedConfig;
  readonly certificate: EmbeddedCertificate;
  /** The certificate's picture of this index: 224 x 224 RGB. */
  readonly readPixels: (index: number) => Promise<Uint8Array>;
  readonly open: () => Promise<Network>;
}

export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`This file is damaged: it has no “${id}”. Export the model again.`);
  return found;
}

function create(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function say(text: string, isBad = false): void {
  const status = element('status');
  status.textContent = text;
  status.classList.toggle('bad', isBad);
}

function words(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function drawPixels(pixels: Uint8Array, label: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = inputSize;
  canvas.height = inputSize;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const image = new ImageData(inputSize, inputSize);
  for (let at = 0; at < inputSize * inputSize; at += 1) {
    image.data.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
    image.data[at * 4 + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
  return canvas;
}

function answerTable({ logits, probabilities }: Answer, classes: readonly string[]): HTMLElement {
  const table = create('table', 'answer');
  const head = document.createElement('tr');
  for (const title of ['Class', 'Probability', 'Logit']) {
    const cell = create('th', '', title);
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  table.append(head);
  const order = [...classes.keys()].sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
  for (const index of order) {
    const row = document.createElement('tr');
    const name = create('th', '', classes[index] ?? '');
    name.setAttribute('scope', 'row');
    const share = create('td', 'share', `${((probabilities[index] ?? 0) * 100).toFixed(1)} %`);
    share.style.setProperty('--share', `${String((probabilities[index] ?? 0) * 100)}%`);
    const logit = create('td', 'number', (logits[index] ?? 0).toFixed(4));
    // In full, for scripts that compare.
    logit.dataset['value'] = String(logits[index]);
    row.dataset['class'] = String(index);
    row.append(name, share, logit);
    table.append(row);
  }
  return table;
}

async function answerFile({ config }: PageParts, network: Network, file: File): Promise<void> {
  const entry = create('li', 'result');
  entry.dataset['file'] = file.name;
  element('results').prepend(entry);
  try {
    const pixels = await readPicture(file, config.input.fit);
    entry.append(drawPixels(pixels, file.name));
    const began = performance.now();
    const answer = await network.classify(pixels);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const text = create('div', 'words');
    text.append(
      create('h2', '', config.classes[answer.classIndex] ?? ''),
      create('p', 'name', `${file.name} · ${seconds} s`),
      answerTable(answer, config.classes),
    );
    entry.append(text);
    say(`${file.name}: ${config.classes[answer.classIndex] ?? ''}.`);
  } catch (thrown) {
    entry.classList.add('bad');
    entry.replaceChildren(create('p', '', `${file.name}: ${words(thrown)}`));
    say(`${file.name}: ${words(thrown)}`, true);
  }
}

/** One after another, so that a hundred pictures do not stand in memory at once. */
async function answerFiles(parts: PageParts, network: Network, files: Iterable<File>): Promise<void> {
  const all = [...files];
  for (const [index, file] of all.entries()) {
    say(`Picture ${String(index + 1)} of ${String(all.length)}…`);
    await answerFile(parts, network, file);
  }
}

async function check({ certificate, readPixels }: PageParts, network: Network): Promise<void> {
  const output = element('check-result');
  const button = element('check') as HTMLButtonElement;
  button.disabled = true;
  output.className = '';
  try {
    const { largest, moved, passed } = await runCheck(
      certificate,
      async (index) => network.classify(await readPixels(index)),
      (done) => (output.textContent = `Picture ${String(done + 1)} of ${String(certificate.pictures.length)}…`),
    );
    output.textContent =
      `${passed ? 'The same answers.' : 'FAILED: this model does not say here what it said where it was trained.'} Largest difference ` +
      `${largest.toExponential(2)} of the logits’ rms (at most ${certificate.bound.toExponential(0)} is allowed); probabilities differ by ${moved.toExponential(1)} at most.`;
    output.className = passed ? 'good' : 'bad';
  } catch (thrown) {
    output.textContent = words(thrown);
    output.className = 'bad';
  } finally {
    button.disabled = false;
    button.focus();
  }
}

function listen(parts: PageParts, network: Network): void {
  let last = Promise.resolve();
  const take = (files: Iterable<File>): void => {
    const all = [...files];
    last = last.then(() => answerFiles(parts, network, all));
  };
  const input = element('file') as HTMLInputElement;
  input.disabled = false;
  input.addEventListener('change', () => {
    take(input.files ?? []);
    input.value = '';
  });
  const button = element('check') as HTMLButtonElement;
  button.disabled = false;
  button.addEventListener('click', () => void check(parts, network));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('over');
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) say('There was no file in what you dropped. Save the picture first, then drop its file.', true);
    take(files);
  });
  document.addEventListener('paste', (event) => {
    take(event.clipboardData?.files ?? []);
  });
}

async function openPage(read: () => PageParts | Promise<PageParts>): Promise<void> {
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('over');
  });
  document.addEventListener('dragleave', () => document.body.classList.remove('over'));
  // Dropped too early, the browser would leave this page for the picture.
  document.addEventListener('drop', (event) => event.preventDefault());
  say('Opening the model…');
  const parts = await read();
  listen(parts, await parts.open());
  say('Ready. Choose pictures, drop them anywhere here, or paste one.');
}

/** What goes wrong is said on the page. */
export function startPage(read: () => PageParts | Promise<PageParts>): void {
  openPage(read).catch((thrown: unknown) => {
    const why =
      thrown instanceof RangeError
        ? 'There is not enough memory for it: some 400 MB must be free. Close other pages.'
        : words(thrown);
    say(`The model could not be opened. ${why}`, true);
  });
}
