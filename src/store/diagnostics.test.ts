import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeError, errorCodes, HeadstartError, type ErrorCode } from '../domain/errors';
import { describeDiagnostics, formatDiagnostics, type BrowserFacts } from './diagnostics';
import { noteError, recordOf } from './noted-errors';
import { reportError } from './page-store';
import { scrubDetail } from './scrub-detail';
import type { PageState } from './state';
import { createPage, listed } from './testing/create-page';

const browser: BrowserFacts = {
  versions: { Headstart: '0.1.0' },
  userAgent: 'Mozilla/5.0 Chrome/156',
  platform: 'Linux',
  cores: 8,
  language: 'en-GB',
  isSecure: true,
  isIsolated: true,
  isHidden: false,
  serviceWorker: 'none',
  adapter: { description: 'acme gpu', features: ['shader-f16'], limits: { maxBufferSize: 1024 } },
  storage: { quota: 1000, used: 10, persisted: false },
  now: 0,
  sinceOpened: 1000,
  screen: '1400 × 900 at 1',
};
const told = (state: PageState) =>
  formatDiagnostics(describeDiagnostics(state, browser, { tensors: 0, bytes: 0, gpuBytes: null }));

/** A visit in which everything that has a name is called so, and everything that can go wrong says so. */
async function visitWith(name: string): Promise<PageState> {
  const page = createPage();
  await page.actions.begin();
  await page.actions.addFiles(
    listed(
      ...[1, 2, 3, 4].flatMap((at) => [`${name}/${name}/${name}${String(at)}.jpg`, `${name}/other/${String(at)}${name}.jpg`]),
    ),
  );
  page.actions.dispatch({ kind: 'name-project', name });
  page.actions.dispatch({ kind: 'add-class', className: `class ${name}` });
  page.actions.dispatch({
    kind: 'add-skipped',
    files: [{ path: `${name}.zip`, reason: describeError('archive-locked', { name }) }],
  });
  await page.actions.train();
  const { run } = page.state();
  page.actions.dispatch({ kind: 'annotate-run', runId: run.result?.id ?? '', change: { name, note: name } });
  const parameters = Object.fromEntries(
    [
      'name',
      'className',
      'detail',
      'url',
      'host',
      'file',
      'path',
      'dataset',
      'text',
      'problem',
      'question',
      'names',
      'other',
      'first',
    ].map((key) => [key, name]),
  );
  const everyError = errorCodes.map((code) => describeError(code, parameters));
  const failure = (detail: string) => new HeadstartError('unexpected', { detail }).toRecord();
  const details = [
    `could not read ${name}`,
    `ENOENT: no such file, open 'C:\\Users\\${name}\\Pictures\\${name}.jpg'`,
    `Failed to fetch blob:https://${name}.example/${name}#${name}`,
    `Cannot read properties of undefined (reading '${name}')`,
    `"${name}"`,
    `${name}: not found; data:image/png;base64,${btoa(encodeURIComponent(name))}`,
  ].map(failure);
  const state = page.state();
  const [worst = failure(name)] = details;
  return {
    ...state,
    ingest: { ...state.ingest, error: describeError('archive-locked', { name }), warnings: everyError, reasoning: [name] },
    run: { ...state.run, error: worst, log: [name] },
    compute: {
      ...state.compute,
      error: worst,
      status: state.compute.status === null ? null : { ...state.compute.status, reason: worst },
    },
    trial: { ...state.trial, target: { kind: 'file', name, url: `blob:${name}` }, error: worst },
    exporting: { ...state.exporting, name },
    notice: describeError('weights-offline', { url: name }),
    notedErrors: [...everyError, ...details].reduce<PageState['notedErrors']>(
      // More than is kept, so in parts: none may pass because it was pushed out.
      (noted, error) => [...noted, ...noteError([], error, 'ingest', 0)],
      [],
    ),
  };
}

/** What stands in the diagnostics of a visit without any name of the person's. */
const plainWords = async () =>
  new Set(
    told(await visitWith(''))
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  );

const names = fc.oneof(
  // No word that errors may say, such as `length`, which fast-check likes: that one stands there tells nothing of a name.
  fc.stringMatching(/^[A-Za-z]{5,12}$/).map((word) => `Zq${word}`),
  fc.stringMatching(/^IMG_20[0-9]{6}_[0-9]{6}$/),
  fc.stringMatching(/^zq[a-z]{3,8} zq[a-z]{3,8} [0-9]{4,6}$/),
  fc.constantFrom(
    'Großmutter in Brighton',
    '研究データ',
    'X-ray 90125 Müller',
    'C:\\patients\\Ann Lee',
    '../../etc/passwd',
    "O'Brien (2)",
  ),
);

describe('diagnostics', () => {
  it('hold no name of a file, class, project, run or dataset, wherever one was planted', async () => {
    const plain = await plainWords();
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const text = told(await visitWith(name)).toLowerCase();
        expect(text).not.toContain(name.toLowerCase());
        const words = new Set(text.split(/[^\p{L}\p{N}]+/u));
        for (const part of name.toLowerCase().split(/[^\p{L}\p{N}]+/u))
          if (part.length > 3 && !plain.has(part)) expect(words).not.toContain(part);
      }),
      { numRuns: 12 },
    );
  });

  it('tell versions, device, plan, self-test, storage, timings, memory and the last errors', async () => {
    const page = createPage();
    await page.actions.begin();
    reportError(page.store, recordOf(new TypeError('Cannot read properties of undefined')), 'promise');
    const text = told(page.state());
    for (const part of [
      'Headstart: 0.1.0',
      'Browser: Mozilla/5.0 Chrome/156',
      `Compute plan: ${page.state().compute.status?.computePlan ?? '?'}`,
      'Self-test: features off by',
      'Isolated: yes, by headers',
      'maxBufferSize: 1,024',
      'Quota: 1,000 bytes',
      'Weights: ',
      'Tensors: 0',
      'unexpected in promise: Something went wrong that should not: Cannot read properties of undefined',
    ])
      expect(text).toContain(part);
  });
});

describe('errors are noted', () => {
  const note = (codes: readonly ErrorCode[]) =>
    codes.reduce<PageState['notedErrors']>((noted, code, at) => noteError(noted, describeError(code), 'run', at), []);

  it('the last twenty, one that repeats once with its number, and none that the person caused by stopping', () => {
    expect(note(['busy', 'busy', 'cancelled', 'busy'])).toEqual([{ code: 'busy', where: 'run', at: 3, detail: null, times: 3 }]);
    const many = note(errorCodes.filter((code) => code !== 'cancelled').slice(0, 25));
    expect(many).toHaveLength(20);
    expect(many.at(-1)?.at).toBe(24);
  });

  it('where an action failed', async () => {
    const page = createPage();
    await page.actions.begin();
    page.engine().failures.set('featureCache', 'storage-refused');
    await page.actions.lookAtFeatureCache();
    expect(page.state().notedErrors).toMatchObject([{ code: 'storage-refused', where: 'feature cache', detail: null }]);
  });
});

describe('a sentence is scrubbed', () => {
  it.each([
    ['Cannot read properties of undefined (reading ‘Annas_cat’)', 'Cannot read properties of undefined (reading …'],
    ['HTTP 404 from https://school.example/x?pupil=Ann', 'HTTP 404 from …'],
    ['Out of memory: 1234567 bytes', 'Out of memory: … bytes'],
    ['maximum call stack size exceeded', 'maximum call stack size exceeded'],
    ['open /home/ann/cat.jpg, /home/ann/dog.jpg failed', 'open … failed'],
    ['', ''],
  ])('%s becomes %s', (text, scrubbed) => {
    expect(scrubDetail(text)).toBe(scrubbed);
  });
});
