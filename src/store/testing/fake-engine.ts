import { plainSample, type Fit, type PictureSource, type Sample } from '../../domain/dataset';
import type { ExportEntry } from '../../domain/dataset-export';
import { HeadstartError, throwIfCancelled, type ErrorCode } from '../../domain/errors';
import type {
  ComputeStatus,
  DeviceChoice,
  DeviceProgress,
  ExportProgress,
  ExportReport,
  FeaturesProgress,
  IngestEvent,
  IngestReport,
  MemoryReport,
  RunEvent,
  WeightsProgress,
  WeightsReport,
} from '../../domain/events';
import { coverPixels } from '../../domain/evaluation/cover';
import type { CrossValidation, InspectionProgress, ShownExplanation } from '../../domain/evaluation/inspection';
import type { FeatureCacheReport } from '../../domain/feature-cache';
import type { EpochRecord, Prediction, RunRecord, SamplePrediction, StepRecord } from '../../domain/history';
import type { HubChoice, HubCounts, HubDataset } from '../../domain/hub-dataset';
import { formatEpochLine, formatStepLine } from '../../domain/note-log';
import type { ImportFile, ImportListing, ImportProgress } from '../../domain/import-listing';
import type {
  CertificatePicture,
  ModelExportProgress,
  ModelExportReport,
  ModelExportRequest,
  ModelOffers,
} from '../../domain/model-export';
import type { ProjectDocument } from '../../domain/project';
import { hashText } from '../../domain/rng';
import type {
  DeviceOptions,
  EngineAddresses,
  EngineApi,
  FittedPicture,
  KagglePlan,
  Kept,
  RunOutcome,
  RunRequest,
  RunSample,
} from '../../protocol/engine-api';

/** What a fake browser keeps between visits. */
export interface FakeStorage {
  project: ProjectDocument | null;
  run: RunRecord | null;
  hasWeights: boolean;
  problem: Kept['problem'];
  /** Pictures whose features are kept. */
  features: number;
  /** Why they are not. */
  featuresProblem: ErrorCode | null;
}

export function createFakeStorage(): FakeStorage {
  return { project: null, run: null, hasWeights: false, problem: null, features: 0, featuresProblem: null };
}

export interface FakeEngineOptions {
  readonly storage?: FakeStorage;
  /** Waits between two events; a macrotask by default. */
  readonly tick?: () => Promise<void>;
  /** Draws the pictures of the sample set; two per class by default. */
  readonly drawings?: () => Promise<readonly PictureSource[]>;
  readonly status?: Partial<ComputeStatus>;
  /** What `openImport` says besides the files that it was given. */
  readonly listing?: Partial<ImportListing>;
  /** Told by the self-test and the extraction, seconds; 0.2 by default. Nothing is slower for it. */
  readonly secondsPerPicture?: number;
  /** Reached in every epoch; it follows the training accuracy by default. */
  readonly valAccuracy?: number;
}

/** A call of `prepareFeatures`. */
export interface AskedFeatures {
  readonly sampleIds: readonly string[];
  readonly fit: Fit;
  readonly signal: AbortSignal;
}

type Method = keyof EngineApi;

interface PausedRun {
  readonly request: RunRequest;
  readonly steps: StepRecord[];
  readonly epochs: EpochRecord[];
  readonly log: string[];
  featuresDone: number;
}

const weightsBytes = 29_441_056;
const fakeFeatureBytes = 11_000;

/** A picture of its own for each sample: brighter to the right and downwards, in a tint by its id. */
function drawGradient(sampleId: string): Uint8Array {
  const tint = hashText(sampleId, 0) % 100;
  return Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return Math.floor(((pixel % 224) + pixel / 224) / 4) + (at % 3 === 0 ? tint : 40);
  });
}

/** An engine without tensors for tests of the page: it keeps the contract's laws and learns nothing. */
export class FakeEngine implements EngineApi {
  readonly calls: Method[] = [];
  /** The next call of a method fails so. */
  readonly failures = new Map<Method, ErrorCode>();
  readonly askedFeatures: AskedFeatures[] = [];
  readonly askedFolds: RunRequest[] = [];
  readonly askedExports: ModelExportRequest[] = [];
  /** Pictures that cannot be read any more, by id. */
  readonly unreadable = new Set<string>();
  readonly #storage: FakeStorage;
  readonly #tick: () => Promise<void>;
  readonly #options: FakeEngineOptions;
  #samples: Sample[] = [];
  readonly #setAside = new Map<string, Sample>();
  readonly #files = new Map<string, Blob>();
  readonly #imports = new Map<string, readonly ImportFile[]>();
  #paused: PausedRun | null = null;
  #head: RunRecord | null = null;
  #loaded = false;
  #status: ComputeStatus | null = null;
  #prepareCall = 0;
  readonly #held = new Set<string>();
  #featureBudget: number | null = null;
  #kill: (error: HeadstartError) => void = () => undefined;
  readonly #death: Promise<never>;

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options;
    this.#storage = options.storage ?? createFakeStorage();
    this.#tick = options.tick ?? (() => new Promise((resolve) => setTimeout(resolve, 0)));
    this.#death = new Promise<never>((_, reject) => {
      this.#kill = reject;
    });
    this.#death.catch(() => undefined);
  }

  /** What was removed can be restored no more. */
  forgetSetAside(): Promise<void> {
    this.#setAside.clear();
    return this.#tick();
  }

  /** The worker dies: everything pending and everything later rejects. */
  die(): void {
    this.#kill(new HeadstartError('worker-dead'));
  }

  start(_addresses: EngineAddresses): Promise<void> {
    return this.#answer('start', () => undefined);
  }

  configureDevice(choice: DeviceChoice, options: DeviceOptions = { threads: null }): Promise<ComputeStatus> {
    const threads = choice === 'webgpu' ? 1 : (options.threads ?? 1);
    return this.#answer('configureDevice', () => {
      this.#prepareCall += 1;
      this.#held.clear();
      return (this.#status = {
        device: choice === 'webgpu' ? 'webgpu' : 'cpu',
        label: choice === 'webgpu' ? 'WebGPU · Fake' : `CPU · ${String(threads)} ${threads === 1 ? 'thread' : 'threads'}`,
        adapter: choice === 'webgpu' ? 'Fake' : null,
        softwareAdapter: false,
        threads,
        computePlan: 'fake float32',
        reason: choice === 'auto' ? new HeadstartError('webgpu-no-adapter').toRecord() : null,
        memoryBytes: null,
        selfTest: null,
        ...this.#options.status,
      });
    });
  }

  loadWeights(onProgress: (progress: WeightsProgress) => void, signal: AbortSignal): Promise<WeightsReport> {
    return this.#answer('loadWeights', async () => {
      const from = this.#storage.hasWeights ? 'cache' : 'network';
      for (let part = 0; part <= 10 && !this.#loaded; part += 1) {
        throwIfCancelled(signal);
        onProgress({
          from,
          receivedBytes: (weightsBytes / 10) * part,
          totalBytes: weightsBytes,
          bytesPerSecond: 1e7,
          secondsLeft: (10 - part) / 2,
        });
        await this.#tick();
      }
      this.#loaded = true;
      this.#storage.hasWeights = true;
      return { from, totalBytes: weightsBytes, seconds: 1, kept: true };
    });
  }

  stageImport(importId: string, files: readonly ImportFile[]): Promise<void> {
    return this.#answer('stageImport', () => {
      this.#imports.set(importId, [...(this.#imports.get(importId) ?? []), ...files]);
    });
  }

  /** Lists the files as they are; archives are not opened. */
  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing> {
    return this.#answer('openImport', () => {
      throwIfCancelled(signal);
      const listed = (this.#imports.get(importId) ?? []).map(({ path, file }) => ({ path, bytes: file.size }));
      onProgress({ stage: 'listing', archive: '', files: listed.length });
      return {
        importId,
        entries: listed.filter(({ path }) => !/\.(csv|tsv|jsonl)$/i.test(path)),
        texts: listed.filter(({ path }) => /\.(csv|tsv|jsonl)$/i.test(path)),
        skipped: [],
        livePhotoVideos: 0,
        ignored: 0,
        unpackedBytes: 0,
        ...this.#options.listing,
      };
    });
  }

  readImportText(importId: string, path: string): Promise<Uint8Array> {
    return this.#answer('readImportText', async () => {
      const found = this.#imports.get(importId)?.find((one) => one.path === path);
      if (found === undefined) throw new HeadstartError('import-closed');
      return new Uint8Array(await found.file.arrayBuffer());
    });
  }

  closeImport(importId: string): Promise<void> {
    return this.#answer('closeImport', () => {
      this.#imports.delete(importId);
    });
  }

  addPictures(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport> {
    return this.#answer('addPictures', () => this.#read(sources, onEvent, signal));
  }

  addDrawings(onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport> {
    const plain = ['cat', 'dog'].flatMap((className) =>
      Array.from({ length: 10 }, (_, index) => ({
        path: `${className}/${String(index)}.png`,
        file: new Blob([className, String(index)]),
        className,
        folderSplit: null,
      })),
    );
    return this.#answer('addDrawings', async () => this.#read((await this.#options.drawings?.()) ?? plain, onEvent, signal));
  }

  planKaggle(picturesPerClass: number): Promise<KagglePlan> {
    return this.#answer('planKaggle', () => ({
      host: 'photos.example',
      dataset: 'cats and dogs',
      picturesPerClass,
      bytes: picturesPerClass * 2 * 30_000,
    }));
  }

  addKaggle(_picturesPerClass: number, onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport> {
    return this.#answer('addKaggle', () => this.#read([], onEvent, signal));
  }

  describeHub(dataset: string, _signal: AbortSignal): Promise<HubDataset> {
    return this.#answer('describeHub', () => ({
      name: dataset,
      host: 'photos.example',
      configs: [
        {
          name: 'default',
          imageColumns: ['image'],
          labelColumns: [
            { name: 'labels', classNames: ['cat', 'dog'] },
            { name: 'taken', classNames: null },
          ],
          splits: [
            { name: 'train', rows: 200, bytes: 6_000_000 },
            { name: 'test', rows: 50, bytes: 1_500_000 },
          ],
        },
      ],
    }));
  }

  countHub({ label }: HubChoice, _signal: AbortSignal): Promise<HubCounts> {
    const counts = (label?.classNames ?? []).map((className) => ({ className, count: 125 }));
    return this.#answer('countHub', () => (counts.length === 0 ? null : counts));
  }

  addHub(
    choice: HubChoice,
    counts: HubCounts,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport> {
    const sources = (counts ?? []).flatMap(({ className }) =>
      Array.from({ length: choice.picturesEach }, (_, index): PictureSource => {
        const path = `${choice.dataset}/${className}/${String(index)}.jpg`;
        return { path, file: new Blob([path]), className, folderSplit: null };
      }),
    );
    return this.#answer('addHub', () => this.#read(sources, onEvent, signal));
  }

  exportDataset(
    entries: readonly ExportEntry[],
    _target: FileSystemFileHandle,
    onProgress: (progress: ExportProgress) => void,
    _signal: AbortSignal,
  ): Promise<ExportReport> {
    return this.#answer('exportDataset', () => {
      onProgress({ done: entries.length, total: entries.length, bytes: 9 });
      return { written: entries.length, missing: [], bytes: 9 };
    });
  }

  /** Eight gradients, and one format in two precisions. */
  offerExports(onProgress: (progress: ModelExportProgress) => void, signal: AbortSignal): Promise<ModelOffers> {
    return this.#answer('offerExports', async () => {
      const run = this.#head;
      if (run === null) throw new HeadstartError('head-absent');
      const pictures: CertificatePicture[] = [];
      for (let index = 0; index < 8; index += 1) {
        onProgress({ stage: 'certificate', done: index, total: 8 });
        await this.#tick();
        throwIfCancelled(signal);
        const said = this.#say(run.classNames, index % run.classNames.length);
        const name = `Drawn ${index % 2 === 0 ? 'cat' : 'dog'} ${String(Math.floor(index / 2) + 1)}`;
        pictures.push({ ...said, name, origin: 'drawing', pixels: drawGradient(name), shownLogits: said.logits });
      }
      onProgress({ stage: 'certificate', done: 8, total: 8 });
      const certificate = {
        runId: run.id,
        pictures,
        rms: 2.285,
        shownDifference: 1.3e-4,
        milliseconds: 22,
        device: run.device,
        computePlan: run.computePlan,
      };
      const precisions = [
        { precision: 'float32', bytes: 60_000_000 },
        { precision: 'float16', bytes: 30_000_000 },
      ] as const;
      return {
        certificate,
        formats: [
          {
            id: 'pytorch',
            title: 'PyTorch',
            description: 'The weights, and what runs them.',
            ending: '.zip',
            precisions,
            expected: { milliseconds: 25, where: 'PyTorch on this processor' },
          },
        ],
      };
    });
  }

  /** Writes nothing. */
  exportModel(
    request: ModelExportRequest,
    _target: FileSystemFileHandle,
    onProgress: (progress: ModelExportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelExportReport> {
    return this.#answer('exportModel', async () => {
      if (this.#head === null) throw new HeadstartError('head-absent');
      this.askedExports.push(request);
      const { format, precision } = request;
      const total = 60_000_000;
      for (let part = 0; part <= 10; part += 1) {
        throwIfCancelled(signal);
        onProgress({ stage: 'writing', done: (total / 10) * part, total });
        await this.#tick();
      }
      return { format, precision, files: 18, bytes: total };
    });
  }

  removeSamples(ids: readonly string[]): Promise<void> {
    return this.#answer('removeSamples', () => {
      const gone = new Set(ids);
      for (const sample of this.#samples) if (gone.has(sample.id)) this.#setAside.set(sample.id, sample);
      this.#samples = this.#samples.filter(({ id }) => !gone.has(id));
      for (const key of this.#held) if (gone.has(key.slice(key.indexOf('/') + 1))) this.#held.delete(key);
    });
  }

  restoreSamples(ids: readonly string[]): Promise<readonly string[]> {
    return this.#answer('restoreSamples', () =>
      ids.filter((id) => {
        const sample = this.#setAside.get(id);
        this.#setAside.delete(id);
        if (sample !== undefined) this.#samples.push(sample);
        return !this.#samples.some((held) => held.id === id);
      }),
    );
  }

  pictureFile(sampleId: string): Promise<Blob> {
    return this.#answer('pictureFile', () => {
      const file = this.#files.get(sampleId);
      if (file === undefined) throw new HeadstartError('sample-unknown');
      if (this.unreadable.has(sampleId)) throw new HeadstartError('picture-gone', { name: sampleId });
      return file;
    });
  }

  listSamples(): Promise<readonly Sample[]> {
    return this.#answer('listSamples', () => this.#samples);
  }

  fittedPicture(sampleId: string, fit: Fit): Promise<FittedPicture> {
    return this.#answer('fittedPicture', () => ({
      pixels: drawGradient(sampleId),
      fit,
      width: 224,
      height: 224,
    }));
  }

  skipMeasuring(): Promise<void> {
    return this.#answer('skipMeasuring', () => undefined);
  }

  proveDevice(onProgress: (progress: DeviceProgress) => void, signal: AbortSignal): Promise<ComputeStatus> {
    return this.#answer('proveDevice', () => {
      onProgress({ stage: 'self-test', done: 0, total: 1 });
      throwIfCancelled(signal);
      if (this.#status === null) throw new HeadstartError('unexpected', { detail: 'no device was chosen' });
      this.#status = {
        ...this.#status,
        memoryBytes: 350_000_000,
        selfTest: { featureError: 3.1e-5, lossError: 1e-7, secondsPerPicture: this.#secondsPerPicture, secondsPerStep: 0.01 },
      };
      return this.#status;
    });
  }

  prepareFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    onProgress: (progress: FeaturesProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.askedFeatures.push({ sampleIds, fit, signal });
    this.#prepareCall += 1;
    const mine = this.#prepareCall;
    return this.#answer('prepareFeatures', async () => {
      const total = sampleIds.length;
      const isReadable = (id: string) => !this.unreadable.has(id) && this.#samples.some((sample) => sample.id === id);
      for (;;) {
        const missing = sampleIds.filter((id) => !this.#held.has(`${fit}/${id}`));
        const secondsPerPicture = this.#held.size === 0 ? null : this.#secondsPerPicture;
        onProgress({ done: total - missing.length, total, secondsPerPicture });
        const next = missing.find(isReadable);
        if (next === undefined || mine !== this.#prepareCall) return;
        await this.#tick();
        throwIfCancelled(signal);
        if (mine !== this.#prepareCall) return;
        this.#hold(`${fit}/${next}`);
      }
    });
  }

  startRun(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    this.#prepareCall += 1;
    this.#paused = { request, steps: [], epochs: [], log: [], featuresDone: 0 };
    return this.#answer('startRun', () => this.#train(onEvent, signal));
  }

  continueRun(onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    return this.#answer('continueRun', () => this.#train(onEvent, signal));
  }

  finishRun(onEvent: (event: RunEvent) => void, _signal: AbortSignal): Promise<RunOutcome> {
    return this.#answer('finishRun', () => this.#finish(onEvent, true));
  }

  predictSample(sampleId: string, signal: AbortSignal): Promise<Prediction> {
    return this.#answer('predictSample', () => {
      if (!this.#samples.some(({ id }) => id === sampleId)) throw new HeadstartError('sample-unknown');
      return this.#predict(signal);
    });
  }

  predictFile(_file: Blob, signal: AbortSignal): Promise<Prediction> {
    return this.#answer('predictFile', () => this.#predict(signal));
  }

  explainSample(sampleId: string, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation> {
    return this.#answer('explainSample', () => {
      if (!this.#samples.some(({ id }) => id === sampleId)) throw new HeadstartError('sample-unknown');
      return this.#explain(covered, signal);
    });
  }

  explainFile(_file: Blob, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation> {
    return this.#answer('explainFile', () => this.#explain(covered, signal));
  }

  predictSamples(
    samples: readonly RunSample[],
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly SamplePrediction[]> {
    return this.#answer('predictSamples', async () => {
      const head = this.#head;
      if (head === null) throw new HeadstartError('head-absent');
      await this.#pretend('predictions', samples.length, onProgress, signal);
      return this.#judge(head.classNames, samples);
    });
  }

  crossValidate(
    request: RunRequest,
    folds: number,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<CrossValidation> {
    this.askedFolds.push(request);
    return this.#answer('crossValidate', async () => {
      if (request.config.way === 'fine-tune') throw new HeadstartError('folds-not-offered');
      const samples = request.samples.filter(({ split }) => split !== 'test');
      await this.#pretend('training', folds * 3, onProgress, signal);
      const predictions = this.#judge(request.classNames, samples).map((prediction, at) => ({ ...prediction, fold: at % folds }));
      return { folds, predictions, seconds: 2 };
    });
  }

  loadKept(): Promise<Kept> {
    return this.#answer('loadKept', () => {
      const { project, run, problem } = this.#storage;
      this.#head = run;
      return { project: problem === null ? project : null, run: problem === null ? run : null, problem };
    });
  }

  saveProject(project: ProjectDocument): Promise<void> {
    return this.#answer('saveProject', () => {
      if (this.#storage.problem === 'storage-refused') throw new HeadstartError('storage-refused');
      this.#storage.project = structuredClone(project);
    });
  }

  forgetEverything(): Promise<void> {
    return this.#answer('forgetEverything', () => {
      Object.assign(this.#storage, createFakeStorage());
      this.#head = null;
    });
  }

  featureCache(): Promise<FeatureCacheReport> {
    return this.#answer('featureCache', () => this.#reportFeatures());
  }

  setFeatureBudget(bytes: number | null): Promise<FeatureCacheReport> {
    return this.#answer('setFeatureBudget', () => {
      this.#featureBudget = bytes;
      this.#storage.features = Math.min(this.#storage.features, Math.floor((bytes ?? Infinity) / fakeFeatureBytes));
      return this.#reportFeatures();
    });
  }

  dropKeptFeatures(): Promise<FeatureCacheReport> {
    return this.#answer('dropKeptFeatures', () => {
      this.#storage.features = 0;
      return this.#reportFeatures();
    });
  }

  memory(): Promise<MemoryReport> {
    return this.#answer('memory', () => ({ tensors: 0, bytes: 0, gpuBytes: null }));
  }

  dispose(): Promise<void> {
    return this.#answer('dispose', () => undefined);
  }

  #reportFeatures(): FeatureCacheReport {
    const { features, featuresProblem } = this.#storage;
    return {
      pictures: features,
      bytes: features * fakeFeatureBytes,
      budget: this.#featureBudget ?? 1e9,
      automaticBudget: 1e9,
      problem: featuresProblem === null ? null : new HeadstartError(featuresProblem).toRecord(),
    };
  }

  #hold(key: string): void {
    if (this.#held.has(key)) return;
    this.#held.add(key);
    if (this.#storage.featuresProblem === null && this.#featureBudget !== 0) this.#storage.features += 1;
  }

  get #secondsPerPicture(): number {
    return this.#options.secondsPerPicture ?? 0.2;
  }

  async #answer<T>(method: Method, work: () => T | Promise<T>): Promise<T> {
    this.calls.push(method);
    const code = this.failures.get(method);
    this.failures.delete(method);
    const working = (async () => {
      await this.#tick();
      if (code !== undefined) throw new HeadstartError(code, { detail: 'as the test wants', file: 'model-00002', status: 404 });
      return work();
    })();
    working.catch(() => undefined);
    return Promise.race([working, this.#death]);
  }

  async #read(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport> {
    let added = 0;
    let skipped = 0;
    const total = sources.length;
    onEvent({ kind: 'progress', done: 0, total, secondsLeft: null });
    for (const [index, source] of sources.entries()) {
      const { path, className, folderSplit } = source;
      if (signal.aborted) return { added, skipped, cancelled: true };
      const staged = 'file' in source ? source : this.#imports.get(source.importId)?.find((one) => one.path === path);
      if (staged === undefined) throw new HeadstartError('import-closed');
      const { file } = staged;
      const name = path.split('/').at(-1) ?? path;
      const code = file.size === 0 ? 'file-empty' : name.endsWith('.txt') ? 'not-a-picture' : null;
      if (code === null) {
        const sample: Sample = {
          ...plainSample,
          // Small files are what a test wrote: it may want two to be the same.
          contentHash: file.size < 200 ? await file.text() : null,
          id: `id:${path}`,
          name,
          path,
          className,
          folderSplit,
          width: 300,
          height: 200,
          bytes: file.size,
        };
        this.#samples.push(sample);
        this.#setAside.delete(sample.id);
        this.#files.set(sample.id, file);
        onEvent({ kind: 'samples', samples: [{ sample, thumbnail: file }] });
        added += 1;
      } else {
        onEvent({ kind: 'skipped', files: [{ path, reason: new HeadstartError(code).toRecord() }] });
        skipped += 1;
      }
      onEvent({ kind: 'progress', done: index + 1, total, secondsLeft: total - index - 1 });
      if (index % 20 === 0) await this.#tick();
    }
    return { added, skipped, cancelled: false };
  }

  async #train(onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    const run = this.#paused;
    if (run === null) throw new HeadstartError('run-absent');
    const { request, steps, epochs, log } = run;
    const { batchSize, epochs: epochCount, logEvery } = request.config;
    const train = request.samples.filter(({ split }) => split === 'train');
    const stepCount = Math.ceil(train.length / batchSize);
    const stage = (name: 'weights' | 'features' | 'training', done: number, total: number, note: string | null) => {
      onEvent({ kind: 'stage', stage: name, done, total, secondsLeft: (total - done) / 10, note });
    };
    const paused = (): RunOutcome => ({ status: 'paused', epoch: epochs.length, step: steps.length - epochs.length * stepCount });

    stage('weights', 1, 1, 'from cache');
    for (; run.featuresDone < request.samples.length; run.featuresDone += 1) {
      stage('features', run.featuresDone, request.samples.length, null);
      await this.#tick();
      if (signal.aborted) return paused();
      this.#hold(`${request.config.fit}/${request.samples[run.featuresDone]?.id ?? ''}`);
    }
    stage('features', request.samples.length, request.samples.length, `${String(request.samples.length)} in 1 s`);
    if (steps.length === 0) {
      const first = train.slice(0, 4);
      onEvent({ kind: 'first-batch', sampleIds: first.map(({ id }) => id), labels: first.map(({ labelIndex }) => labelIndex) });
    }
    for (let at = steps.length; at < epochCount * stepCount; at += 1) {
      await this.#tick();
      if (signal.aborted) return paused();
      const trainLoss = 0.7 * Math.exp(-at / 12) + 0.03;
      const trainAccuracy = 1 - 0.5 * Math.exp(-at / 8);
      const epoch = Math.floor(at / stepCount);
      const record: StepRecord = {
        epoch,
        step: at % stepCount,
        batchSize,
        trainLoss,
        trainAccuracy,
        noteLoss: trainLoss / batchSize,
        noteAccuracy: trainAccuracy,
      };
      steps.push(record);
      onEvent({ kind: 'step', record });
      stage('training', at + 1, epochCount * stepCount, `epoch ${String(epoch + 1)} of ${String(epochCount)}`);
      const say = (line: string) => {
        log.push(line);
        onEvent({ kind: 'log', line });
      };
      if (record.step % logEvery === 0) say(formatStepLine(record));
      if (record.step === stepCount - 1) {
        const ended: EpochRecord = {
          epoch,
          trainLoss,
          trainAccuracy,
          valLoss: trainLoss + 0.05,
          valAccuracy: this.#options.valAccuracy ?? trainAccuracy - 0.02,
          noteValLoss: 0.002,
          seconds: 1,
        };
        epochs.push(ended);
        onEvent({ kind: 'epoch', record: ended });
        say(formatEpochLine(ended));
      }
    }
    return this.#finish(onEvent, false);
  }

  #finish(onEvent: (event: RunEvent) => void, stoppedEarly: boolean): RunOutcome {
    const paused = this.#paused;
    if (paused === null) throw new HeadstartError('run-absent');
    this.#paused = null;
    const { request, steps, epochs, log } = paused;
    const counts = { train: 0, val: 0, test: 0 };
    for (const { split } of request.samples) counts[split] += 1;
    const held = request.samples.filter(({ split }) => split !== 'train');
    onEvent({
      kind: 'predictions',
      predictions: this.#judge(request.classNames, held),
    });
    onEvent({ kind: 'stage', stage: 'evaluation', done: held.length, total: held.length, secondsLeft: null, note: null });
    const run: RunRecord = {
      id: `run-${String(request.number)}`,
      number: request.number,
      startedAt: '2026-01-01T00:00:00.000Z',
      config: request.config,
      classNames: request.classNames,
      counts,
      device: 'cpu',
      adapter: null,
      threads: 1,
      computePlan: 'fake float32',
      history: { steps: [...steps], epochs: [...epochs] },
      log: [...log],
      seconds: { weights: 1, features: 2, train: 3, total: 6 },
      stoppedEarly,
      testAccuracy: counts.test > 0 ? 0.9 : null,
      // Its loss only falls: the last epoch is the best.
      chosenBy: request.config.earlyStopping === null ? null : 'validation',
      bestEpoch: request.config.earlyStopping === null ? null : (epochs.at(-1)?.epoch ?? null),
    };
    this.#head = run;
    this.#storage.run = run;
    return { status: 'done', run };
  }

  /** Every ninth is wrong. */
  #judge(classNames: readonly string[], samples: readonly RunSample[]): SamplePrediction[] {
    return samples.map(({ id, split, labelIndex }, index) => {
      const said = this.#say(classNames, index % 9 === 8 ? (labelIndex + 1) % classNames.length : labelIndex);
      return { ...said, sampleId: id, split, labelIndex, loss: -Math.log(said.probabilities[labelIndex] ?? NaN) };
    });
  }

  async #pretend(
    stage: InspectionProgress['stage'],
    total: number,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (let done = 0; done <= total; done += 1) {
      await this.#tick();
      throwIfCancelled(signal);
      onProgress({ stage, done, total, secondsLeft: (total - done) / 10 });
    }
  }

  /** The middle cell speaks for the class; each covered square takes a tenth from its logit. */
  #explain(covered: readonly number[], signal: AbortSignal): ShownExplanation {
    const { logits, ...said } = this.#predict(signal);
    const changed = logits.map((logit, index) => (index === said.classIndex ? logit - covered.length / 10 : logit));
    const bias = changed.map(() => -0.012);
    const cells = changed.map((logit) =>
      Array.from({ length: 49 }, (_, cell) => (cell === 24 ? (logit + 0.012) / 2 : (logit + 0.012) / 96)),
    );
    const pixels = coverPixels(new Uint8Array(224 * 224 * 3).fill(128), covered);
    return { prediction: { ...said, logits: changed }, bias, cells, pixels };
  }

  #predict(signal: AbortSignal): Prediction {
    throwIfCancelled(signal);
    if (this.#head === null) throw new HeadstartError('head-absent');
    return this.#say(this.#head.classNames, 0);
  }

  #say(classNames: readonly string[], classIndex: number): Prediction {
    const logits = classNames.map((_, index) => (index === classIndex ? 3.214 : -0.338));
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    return {
      classIndex,
      className: classNames[classIndex] ?? '',
      logits,
      probabilities: logits.map((logit) => Math.exp(logit) / sum),
      milliseconds: 22,
    };
  }
}
