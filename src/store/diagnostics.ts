import { detailOf } from './noted-errors';
import type { MemoryReport } from '../domain/events';
import type { BackboneIdentity } from '../domain/model-import';
import type { PageState } from './state';

/** What only the browser knows of itself and of the page; gathered by the page (see ui/diagnostics). Null: it does not say. */
export interface BrowserFacts {
  /** Ours and those of the libraries: `app`, `tfjs`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly userAgent: string;
  readonly platform: string | null;
  readonly cores: number | null;
  readonly language: string;
  readonly isSecure: boolean;
  readonly isIsolated: boolean;
  readonly isHidden: boolean;
  /** `none`, or its version and state. */
  readonly serviceWorker: string;
  readonly adapter: {
    readonly description: string;
    readonly features: readonly string[];
    readonly limits: Readonly<Record<string, number>>;
  } | null;
  readonly storage: { readonly quota: number | null; readonly used: number | null; readonly persisted: boolean | null };
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds since the page was opened. */
  readonly sinceOpened: number;
  readonly screen: string;
}

export type Fact = readonly [name: string, value: string];

export interface DiagnosticSection {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const number = (value: number | null, unit = ''): string =>
  value === null || !Number.isFinite(value)
    ? 'not known'
    : `${Number.isInteger(value) ? value.toLocaleString('en-GB') : value.toPrecision(4)}${unit}`;
const yes = (value: boolean | null): string => (value === null ? 'not known' : value ? 'yes' : 'no');
const seconds = (value: number | null): string => (value === null ? 'not measured' : number(value, ' s'));
const exact = (value: number): string => value.toExponential(1);

function codeOf(error: PageState['run']['error']): string {
  if (error === null) return 'none';
  const detail = detailOf(error);
  return detail === null ? error.code : `${error.code} (${detail})`;
}

function describeCompute({ compute, wakeLock }: PageState): readonly Fact[] {
  const { status, isolation } = compute;
  const isolated: Fact = ['Isolated', isolation.isolated ? `yes, by ${isolation.by}` : `no: ${isolation.reason}`];
  const chosen: Fact = [
    'Chosen',
    `${compute.choice}, threads ${compute.threads === null ? 'automatic' : String(compute.threads)}`,
  ];
  const rest: readonly Fact[] = [chosen, isolated, ['Screen kept on', wakeLock], ['Error', codeOf(compute.error)]];
  if (status === null) return [['Device', compute.proving ? 'being tested' : 'none yet'], ...rest];
  const test = status.selfTest;
  return [
    ['Device', status.device],
    ['Adapter in use', `${status.adapter ?? 'none'}${status.softwareAdapter ? ' (software)' : ''}`],
    ['Threads', `${String(status.threads)} of ${String(compute.mostThreads)}`],
    ['Compute plan', status.computePlan],
    ['Why not better', codeOf(status.reason)],
    ['Memory beside the weights', number(status.memoryBytes, ' bytes')],
    [
      'Self-test',
      test === null
        ? 'not passed yet'
        : `features off by ${exact(test.featureError)} of their rms, losses by ${exact(test.lossError)}; ${seconds(test.secondsPerPicture)} a picture, ${seconds(test.secondsPerStep)} a step`,
    ],
    ...rest,
  ];
}

function describeTimings({ weights, run, headRun, features }: PageState): readonly Fact[] {
  const record = run.result ?? headRun;
  const { report } = weights;
  return [
    [
      'Weights',
      report === null ? weights.phase : `${seconds(report.seconds)} from ${report.from}, ${report.kept ? 'kept' : 'not kept'}`,
    ],
    ['Features', `${String(features.done)} of ${String(features.total)}, ${seconds(features.secondsPerPicture)} a picture`],
    [
      'Last run',
      record === null
        ? 'none'
        : `way ${record.config.way}, weights ${seconds(record.seconds.weights)}, features ${seconds(record.seconds.features)}, training ${seconds(record.seconds.train)}, in all ${seconds(record.seconds.total)}`,
    ],
    ['Run now', run.phase],
    ...run.stages.map(({ stage, status, done, total }): Fact => [
      `Stage ${stage}`,
      `${status}, ${number(done)} of ${number(total)}`,
    ]),
  ];
}

/** No name of a file: a digest says as much to who has the file. */
function describeWeights(backbone: BackboneIdentity | null): string {
  if (backbone === null) return 'those that come with the page';
  const { id, source, scaling } = backbone;
  const origin = source.kind === 'hub' ? source.repository : `a file, ${source.format}`;
  return `${id.slice(0, 12)} of ${origin}, mean ${scaling.mean.join(' ')}, std ${scaling.std.join(' ')}`;
}

function describeProject({
  project,
  ingest,
  exporting,
  workerDead,
  notice,
  lookAlikes,
  featureCache,
  modelImport,
}: PageState): readonly Fact[] {
  const { samples, classNames, skipped, runs } = project.document;
  const { report } = featureCache;
  return [
    ['Pictures', `${number(samples.length)} in ${number(classNames.length)} classes, ${number(skipped.length)} skipped`],
    ['Runs kept', number(runs.length)],
    ['Weights', describeWeights(project.document.backbone)],
    ['Weights kept', number(modelImport.kept.length)],
    ['A model coming in', `${modelImport.phase}${modelImport.problem === null ? '' : `, ${modelImport.problem.code}`}`],
    ['Reading', ingest.phase],
    ['Look-alikes', lookAlikes.isSearching ? 'being searched' : `${number(lookAlikes.pairs.length)} pairs`],
    ['Writing an archive', exporting.phase],
    ['Features kept', report === null ? 'not asked' : `${number(report.pictures)} pictures, ${number(report.bytes, ' bytes')}`],
    ['Notice', notice?.code ?? 'none'],
    ['Worker', workerDead === null ? 'alive' : 'dead'],
  ];
}

function describeErrors({ notedErrors }: PageState): readonly Fact[] {
  if (notedErrors.length === 0) return [['None', 'on this visit']];
  return notedErrors
    .toReversed()
    .map(({ code, where, at, detail, times }): Fact => [
      new Date(at).toISOString().slice(11, 19),
      `${code} in ${where}${times > 1 ? `, ${String(times)} times` : ''}${detail === null ? '' : `: ${detail}`}`,
    ]);
}

/**
 * Everything that somebody needs to find out what went wrong on a device, and nothing of the person's: numbers, codes and what browser and
 * graphics card say of themselves. No picture, no name of a file, class, project or dataset, and no address.
 */
export function describeDiagnostics(
  state: PageState,
  browser: BrowserFacts,
  memory: MemoryReport | 'asked' | null,
): readonly DiagnosticSection[] {
  const { adapter, storage } = browser;
  return [
    {
      title: 'Versions',
      facts: [
        ...Object.entries(browser.versions),
        ['Browser', browser.userAgent],
        ['Service worker', browser.serviceWorker],
        ['Told at', new Date(browser.now).toISOString()],
        ['Page open for', seconds(Math.round(browser.sinceOpened / 1000))],
      ],
    },
    { title: 'What computes', facts: describeCompute(state) },
    {
      title: 'This device',
      facts: [
        ['System', browser.platform ?? 'not known'],
        ['Cores', number(browser.cores)],
        ['Memory', number(state.compute.deviceMemory, ' bytes')],
        ['Screen', browser.screen],
        ['Language', browser.language],
        ['Secure address', yes(browser.isSecure)],
        ['Cross-origin isolated', yes(browser.isIsolated)],
        ['Tab hidden', yes(browser.isHidden)],
      ],
    },
    {
      title: 'Graphics card, as the browser tells it',
      facts:
        adapter === null
          ? [['Adapter', 'none offered']]
          : [
              ['Adapter', adapter.description],
              ['Features', [...adapter.features].sort().join(', ')],
              ...Object.entries(adapter.limits).map(([name, value]): Fact => [name, number(value)]),
            ],
    },
    {
      title: 'Storage',
      facts: [
        ['Quota', number(storage.quota, ' bytes')],
        ['Used', number(storage.used, ' bytes')],
        ['Persisted', yes(storage.persisted)],
      ],
    },
    { title: 'Timings', facts: describeTimings(state) },
    {
      title: 'Memory',
      facts:
        memory === null || memory === 'asked'
          ? [['Tensors', memory === null ? 'the worker did not say' : 'being asked']]
          : [
              ['Tensors', number(memory.tensors)],
              ['Their bytes', number(memory.bytes)],
              ['On the graphics card', memory.gpuBytes === null ? 'none' : number(memory.gpuBytes, ' bytes')],
            ],
    },
    { title: 'Project', facts: describeProject(state) },
    { title: 'Last errors', facts: describeErrors(state) },
  ];
}

/** The same as plain text, to be pasted into a report. */
export function formatDiagnostics(sections: readonly DiagnosticSection[]): string {
  const lines = sections.flatMap(({ title, facts }) => ['', title, ...facts.map(([name, value]) => `  ${name}: ${value}`)]);
  return `${['Headstart diagnostics', ...lines].join('\n')}\n`;
}
