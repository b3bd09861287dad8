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
import { packMaps, type NetworkWeights, type ShownMaps } from '../../domain/look/layer-maps';
import { networkLayers } from '../../domain/look/network-layers';
import type { ManyEvent, ManyReport } from '../../domain/many/many';
import type { Likeness, LikenessReference, LikenessReport } from '../../domain/evaluation/likeness';
import { fewestForMap, type Projection } from '../../domain/evaluation/projection';
import type { FeatureCacheReport } from '../../domain/feature-cache';
import type { EpochRecord, Prediction, RunRecord, SamplePrediction, StepRecord } from '../../domain/history';
import type { HubChoice, HubCounts, HubDataset } from '../../domain/hub-dataset';
import { formatEpochLine, formatStepLine } from '../../domain/note-log';
import type { ImportFile, ImportListing, ImportProgress } from '../../domain/import-listing';
import { createPreset } from '../../domain/presets';
import type { OutsideRequest } from '../../domain/outside-request';
import { RequestLog } from '../../domain/request-log';
import { createProject as emptyProject, type ProjectDocument } from '../../domain/project';
import type { ProjectFileOffer, ProjectFileProgress, ProjectFileReport } from '../../domain/project-file';
import {
  summaryThumbnails,
  type FreeableKind,
  type KeptThumbnail,
  type LeftFolder,
  type ProjectAccess,
  type ProjectEvent,
  type ProjectList,
  type ProjectSummary,
  type StorageReport,
} from '../../domain/projects';
import type {
  CertificatePicture,
  ModelExportProgress,
  ModelExportReport,
  ModelExportRequest,
  ModelOffers,
} from '../../domain/model-export';
import {
  shippedBackboneId,
  type BackboneIdentity,
  type HubWeightsState,
  type KeptBackbone,
  type ModelImportProgress,
  type ModelOffer,
} from '../../domain/model-import';
import { hashText } from '../../domain/rng';
import type {
  DeviceOptions,
  EngineAddresses,
  EngineApi,
  FittedPicture,
  HeadWish,
  KagglePlan,
  LookedAt,
  OpenedProject,
  ProjectionRequest,
  RunOutcome,
  RunRequest,
  RunSample,
  RunKeep,
  RunOnBackbone,
  TakeModelRequest,
  TakenModel,
  UnfinishedRun,
  UsedBackbone,
} from '../../protocol/engine-api';

export interface FakeProject {
  document: ProjectDocument;
  updatedAt: string;
  deletedAt: string | null;
}

/** What a fake browser keeps between visits. */
export interface FakeStorage {
  /** Written last first. */
  projects: FakeProject[];
  /** By sample id. */
  pictures: Map<string, Blob>;
  /** Project id -> the run whose head is kept. */
  heads: Map<string, RunRecord>;
  /** Project id -> the tab that owns it. */
  owners: Map<string, string>;
  hasWeights: boolean;
  problem: OpenedProject['problem'];
  /** Pictures whose features are kept. */
  features: number;
  /** Why they are not. */
  featuresProblem: ErrorCode | null;
  /** By the project's id. */
  readonly unfinished: Map<string, UnfinishedRun>;
  /** Why unfinished runs are not kept. */
  runProblem: ErrorCode | null;
  persisted: boolean;
  /** Convolutions, and the run ids of heads that stand on them or on the page's own. */
  backbones: KeptBackbone[];
  /** By the run's id; `heads` has the newest of each project. */
  runHeads: Map<string, RunRecord>;
}

export function createFakeStorage(): FakeStorage {
  return {
    projects: [],
    pictures: new Map(),
    heads: new Map(),
    owners: new Map(),
    hasWeights: false,
    problem: null,
    features: 0,
    featuresProblem: null,
    unfinished: new Map(),
    runProblem: null,
    persisted: false,
    backbones: [],
    runHeads: new Map(),
  };
}

/** Engines over the same storage, by tab: what one tells the others hear. */
const neighbours = new WeakMap<FakeStorage, Map<string, FakeEngine>>();

export interface FakeEngineOptions {
  readonly storage?: FakeStorage;
  /** Two tabs over one storage are two pages with different names; one by default. */
  readonly tab?: string;
  /** A tab that sleeps: it does not hear that another wants its project. */
  readonly isAsleep?: boolean;
  readonly folders?: readonly LeftFolder[];
  /** Bytes that the browser has left for this page. */
  readonly freeRoom?: number;
  /** Waits between two events; a macrotask by default. */
  readonly tick?: () => Promise<void>;
  /** Draws the pictures of the sample set; two per class by default. */
  readonly drawings?: () => Promise<readonly PictureSource[]>;
  readonly status?: Partial<ComputeStatus>;
  /** What `openImport` says besides the files that it was given. */
  readonly listing?: Partial<ImportListing>;
  /** Told by the self-test and the extraction, seconds; 0.2 by default. Nothing is slower for it. */
  readonly secondsPerPicture?: number;
  /** What a project's file holds, by the file's name or its address; null for another archive. */
  readonly projectFiles?: ReadonlyMap<string, ProjectFileOffer | null>;
  /** What a model file holds, by the name of the first file; any other is `model-file-unknown`. */
  readonly models?: ReadonlyMap<string, ModelOffer>;
  /** What the hub gives. */
  readonly hubModel?: ModelOffer;
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

/** torchvision's weights as the hub gives them. */
export const fakeHubOffer: ModelOffer = {
  title: 'torchvision’s VGG-16',
  source: { kind: 'hub', repository: 'timm/vgg16.tv_in1k', revision: 'b8d8aa2dd860' },
  backbone: { id: '7f'.repeat(32), isShipped: false, isInForce: false, otherTensors: 26 },
  scaling: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  scalingFrom: 'torchvision',
  differences: [],
  head: null,
  ignored: ['head.fc.weight', 'head.fc.bias'],
  precision: ['float32'],
};

/** Below it the fake finds a picture unlike all others. */
const fakeLimit = 0.5;

const totalOf = (rows: readonly { readonly bytes: number }[]): number => rows.reduce((sum, { bytes }) => sum + bytes, 0);

/** Clouds of pictures on a circle, one a class. */
function placeOf(sampleId: string, className: string): readonly [number, number] {
  const angle = (hashText(className, 0) % 360) * (Math.PI / 180);
  const [turn, far] = [hashText(sampleId, 1) / 2 ** 32, hashText(sampleId, 2) / 2 ** 32];
  const spread = Math.sqrt(far) * 2.2;
  return [
    6 * Math.cos(angle) + spread * Math.cos(turn * 2 * Math.PI),
    6 * Math.sin(angle) + spread * Math.sin(turn * 2 * Math.PI),
  ];
}

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
  #backbone: BackboneIdentity | null = null;
  #offer: ModelOffer | null = null;
  #hubBytes = 0;
  #loaded = false;
  #status: ComputeStatus | null = null;
  #addresses: EngineAddresses | null = null;
  #prepareCall = 0;
  readonly #held = new Set<string>();
  #featureBudget: number | null = null;
  #reference: LikenessReference | null = null;
  /** How alike the third nearest is, of every picture that is asked about. */
  similarity = 0.7;
  /** The open project. */
  #open: string | null = null;
  readonly #tab: string;
  #watch: (event: ProjectEvent) => void = () => undefined;
  #handedOver: () => void = () => undefined;
  #folders: readonly LeftFolder[];
  readonly #neighbours: Map<string, FakeEngine>;
  #kill: (error: HeadstartError) => void = () => undefined;
  readonly #death: Promise<never>;

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options;
    this.#storage = options.storage ?? createFakeStorage();
    this.#tab = options.tab ?? 'tab';
    this.#folders = options.folders ?? [];
    this.#neighbours = neighbours.get(this.#storage) ?? new Map<string, FakeEngine>();
    neighbours.set(this.#storage, this.#neighbours.set(this.#tab, this));
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

  start(addresses: EngineAddresses): Promise<void> {
    this.#addresses = addresses;
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

  openModel(
    files: readonly File[],
    _fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer> {
    return this.#answer('openModel', async () => {
      this.#offer = null;
      const name = files[0]?.name ?? '';
      for (let part = 0; part <= 4; part += 1) {
        onProgress({
          stage: part < 3 ? 'reading' : 'checking',
          done: part < 3 ? part * 20e6 : (part - 3) * 26,
          total: part < 3 ? 60e6 : 26,
        });
        await this.#tick();
        throwIfCancelled(signal);
      }
      const offer = this.#options.models?.get(name);
      if (offer === undefined) throw new HeadstartError('model-file-unknown', { name });
      return (this.#offer = this.#withPresent(offer));
    });
  }

  hubModelState(): Promise<HubWeightsState> {
    return this.#answer('hubModelState', () => this.#hubState());
  }

  fetchHubModel(_fit: Fit, onProgress: (progress: ModelImportProgress) => void, signal: AbortSignal): Promise<ModelOffer> {
    return this.#answer('fetchHubModel', async () => {
      this.#offer = null;
      const { totalBytes: total } = this.#hubState();
      for (;;) {
        onProgress({ stage: 'fetching', done: this.#hubBytes, total });
        await this.#tick();
        throwIfCancelled(signal);
        if (this.#hubBytes === total) break;
        this.#hubBytes = Math.min(total, this.#hubBytes + Math.ceil(total / 10));
      }
      return (this.#offer = this.#withPresent(this.#options.hubModel ?? fakeHubOffer));
    });
  }

  takeModel(
    { head, runs }: TakeModelRequest,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<TakenModel> {
    return this.#answer('takeModel', async () => {
      const offer = this.#offer;
      if (offer === null) throw new HeadstartError('model-closed');
      if (this.#paused !== null) throw new HeadstartError('run-unfinished');
      for (let part = 0; part <= 4; part += 1) {
        onProgress({ stage: 'keeping', done: part * 15e6, total: 60e6 });
        await this.#tick();
        throwIfCancelled(signal);
      }
      const { backbone, source, title, scaling } = offer;
      const addedAt = '2026-11-28T12:00:00.000Z';
      const isRefused = this.#storage.problem === 'storage-refused';
      if (backbone !== null) this.#backbone = backbone.isShipped ? null : { id: backbone.id, title, source, scaling, addedAt };
      const own = this.#backbone;
      if (own !== null && !isRefused && !this.#storage.backbones.some(({ id }) => id === own.id))
        this.#storage.backbones.push({ ...own, bytes: 58_858_752 });
      const run = head === null || offer.head === null ? this.#headOn(runs) : this.#importHead(offer, head);
      this.#head = run;
      this.#held.clear();
      this.#reference = null;
      this.#offer = null;
      const isNotKept = own !== null && isRefused && backbone !== null;
      const detail = 'the browser refuses to keep anything';
      return {
        backbone: own,
        run,
        notKept: isNotKept ? new HeadstartError('backbone-not-kept', { title, detail }).toRecord() : null,
      };
    });
  }

  closeModel(): Promise<void> {
    return this.#answer('closeModel', () => {
      this.#offer = null;
    });
  }

  useBackbone(id: string, runs: readonly RunOnBackbone[]): Promise<UsedBackbone> {
    return this.#answer('useBackbone', () => {
      if (this.#paused !== null) throw new HeadstartError('run-unfinished');
      this.#backbone = this.#requireBackbone(id);
      this.#head = this.#headOn(runs);
      this.#held.clear();
      this.#reference = null;
      return { backbone: this.#backbone, run: this.#head };
    });
  }

  listBackbones(): Promise<readonly KeptBackbone[]> {
    return this.#answer('listBackbones', () => [...this.#storage.backbones]);
  }

  removeBackbone(id: string): Promise<readonly KeptBackbone[]> {
    return this.#answer('removeBackbone', () => {
      if (this.#backbone?.id === id) throw new HeadstartError('backbone-in-use', { title: this.#backbone.title });
      this.#storage.backbones = this.#storage.backbones.filter((kept) => kept.id !== id);
      return [...this.#storage.backbones];
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

  unfinishedRun(keep: RunKeep): Promise<UnfinishedRun | null> {
    return this.#answer('unfinishedRun', () => {
      const found = this.#storage.unfinished.get(keep.project) ?? null;
      if (found === null) return null;
      const { request, history, log } = found;
      const featuresDone = request.samples.length;
      this.#paused = { request, steps: [...history.steps], epochs: [...history.epochs], log: [...log], featuresDone };
      return found;
    });
  }

  discardRun(id: string): Promise<void> {
    return this.#answer('discardRun', () => {
      this.#paused = null;
      for (const [project, run] of this.#storage.unfinished) if (run.id === id) this.#storage.unfinished.delete(project);
    });
  }

  predictSample(sampleId: string, signal: AbortSignal): Promise<Prediction> {
    return this.#answer('predictSample', () => {
      if (!this.#samples.some(({ id }) => id === sampleId)) throw new HeadstartError('sample-unknown');
      return this.#predict(signal, sampleId);
    });
  }

  predictFile(_file: Blob, signal: AbortSignal): Promise<Prediction> {
    return this.#answer('predictFile', () => this.#predict(signal));
  }

  explainSample(sampleId: string, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation> {
    return this.#answer('explainSample', () => {
      if (!this.#samples.some(({ id }) => id === sampleId)) throw new HeadstartError('sample-unknown');
      return this.#explain(covered, signal, sampleId);
    });
  }

  explainFile(_file: Blob, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation> {
    return this.#answer('explainFile', () => this.#explain(covered, signal));
  }

  /** Each channel is a stripe of its own; the later a channel, the weaker it is. */
  layerMaps(_picture: LookedAt, layerIndex: number, _fit: Fit, signal: AbortSignal): Promise<ShownMaps> {
    return this.#answer('layerMaps', () => {
      throwIfCancelled(signal);
      const [height = 1, width = 1, channels = 1] =
        networkLayers(2, 0).find((layer) => layer.layerIndex === layerIndex)?.shape ?? [];
      const values = new Float32Array(height * width * channels);
      for (let at = 0; at < values.length; at += 1) {
        const [channel, column] = [at % channels, Math.floor(at / channels) % width];
        values[at] = column % (2 + (channel % 5)) === 0 ? 1 + (channels - channel) / channels : 0;
      }
      return { ...packMaps(layerIndex, [height, width, channels], values), pixels: drawGradient('layer') };
    });
  }

  networkWeights(): Promise<NetworkWeights> {
    return this.#answer('networkWeights', () => {
      const classNames = this.#head?.classNames ?? null;
      return {
        filters: Float32Array.from({ length: 64 * 27 }, (_, at) => Math.sin(at)),
        isTuned: false,
        head:
          classNames === null
            ? null
            : { classNames, cells: Float32Array.from({ length: 49 * classNames.length }, (_, at) => Math.cos(at) / 100) },
      };
    });
  }

  /** Classes take turns; an empty file is skipped. */
  predictMany(
    importId: string,
    paths: readonly string[],
    onEvent: (event: ManyEvent) => void,
    signal: AbortSignal,
  ): Promise<ManyReport> {
    return this.#answer('predictMany', async () => {
      const { classNames } = this.#requireHead();
      const count = { predicted: 0, skipped: 0 };
      for (const [at, path] of paths.entries()) {
        await this.#tick();
        if (signal.aborted) return { ...count, cancelled: true };
        const file = this.#imports.get(importId)?.find((one) => one.path === path)?.file;
        if (file === undefined || file.size === 0) {
          count.skipped += 1;
          onEvent({ kind: 'skipped', file: { path, reason: new HeadstartError('file-empty').toRecord() } });
        } else {
          count.predicted += 1;
          const { classIndex, logits, probabilities } = this.#say(classNames, at % classNames.length);
          onEvent({ kind: 'predicted', pictures: [{ path, classIndex, logits, probabilities, thumbnail: file }] });
        }
        onEvent({ kind: 'progress', done: at + 1, total: paths.length, secondsLeft: paths.length - at - 1 });
      }
      return { ...count, cancelled: false };
    });
  }

  importFile(importId: string, path: string): Promise<Blob> {
    return this.#answer('importFile', () => {
      const file = this.#imports.get(importId)?.find((one) => one.path === path)?.file;
      if (file === undefined) throw new HeadstartError('import-closed');
      return file;
    });
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

  /** As if the features of another device were wanted. */
  forgetHeld(): void {
    this.#held.clear();
  }

  projectPictures(
    { sampleIds, method }: ProjectionRequest,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<Projection> {
    return this.#answer('projectPictures', async () => {
      await this.#pretend('components', 3, onProgress, signal);
      const classes = new Map(this.#samples.map(({ id, className }) => [id, className ?? '']));
      const found = sampleIds.filter((id) => !this.unreadable.has(id));
      const [least, count] = [fewestForMap[method], found.length];
      if (count < least) throw new HeadstartError('too-few-for-map', { least, count });
      const positions = Float32Array.from(found.flatMap((id) => placeOf(id, classes.get(id) ?? '')));
      return { method, sampleIds: found, positions, explained: method === 'pca' ? [0.31, 0.12] : null };
    });
  }

  prepareLikeness(
    reference: LikenessReference,
    missing: 'compute' | 'leave',
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<LikenessReport> {
    return this.#answer('prepareLikeness', async () => {
      if (this.#head === null) throw new HeadstartError('head-absent');
      const wanted = reference.samples.map(({ id }) => `${reference.fit}/${id}`);
      const absent = wanted.filter((key) => !this.#held.has(key)).length;
      if (missing === 'leave' && absent > 0) return { pictures: 0, missing: absent, limit: null };
      if (missing === 'compute') {
        await this.#pretend('features', absent, onProgress, signal);
        for (const key of wanted) this.#hold(key);
      }
      this.#reference = reference;
      return { pictures: wanted.length, missing: 0, limit: fakeLimit };
    });
  }

  watchProjects(onEvent: (event: ProjectEvent) => void, signal: AbortSignal): Promise<void> {
    this.#watch = onEvent;
    return this.#answer(
      'watchProjects',
      () =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
    );
  }

  listProjects(): Promise<ProjectList> {
    return this.#answer('listProjects', () => {
      if (this.#storage.problem === 'storage-refused') return { projects: [], problem: 'storage-refused' };
      const projects = this.#storage.projects.map(({ document, updatedAt, deletedAt }): ProjectSummary => {
        const { id, name, createdAt, samples, classNames, runs } = document;
        const faces = classNames.slice(0, summaryThumbnails).flatMap((each) => {
          const first = samples.find(({ className }) => className === each);
          return (first === undefined ? undefined : this.#storage.pictures.get(first.id)) ?? [];
        });
        return {
          id,
          name,
          createdAt,
          updatedAt,
          pictures: samples.length,
          classes: classNames.length,
          runs: runs.length,
          bytes: samples.reduce((sum, { bytes }) => sum + bytes, 0),
          thumbnails: faces,
          deletedAt,
          isOpenElsewhere: (this.#storage.owners.get(id) ?? this.#tab) !== this.#tab,
        };
      });
      return { projects, problem: null };
    });
  }

  openProject(id: string | null): Promise<OpenedProject> {
    return this.#answer('openProject', () => {
      const { problem, projects } = this.#storage;
      if (problem === 'storage-refused') return this.#show(null, 'owner', problem);
      const wanted = id ?? projects.find(({ deletedAt }) => deletedAt === null)?.document.id ?? null;
      if (wanted !== this.#open) this.#letGo();
      if (wanted === null || problem !== null) return this.#show(null, 'owner', problem);
      const owner = this.#storage.owners.get(wanted) ?? this.#tab;
      if (owner === this.#tab) this.#storage.owners.set(wanted, this.#tab);
      return this.#show(wanted, owner === this.#tab ? 'owner' : 'reader', null);
    });
  }

  loadThumbnails(onThumbnails: (thumbnails: readonly KeptThumbnail[]) => void, signal: AbortSignal): Promise<void> {
    return this.#answer('loadThumbnails', () => {
      throwIfCancelled(signal);
      onThumbnails(
        this.#samples.flatMap(({ id: sampleId }) => {
          const thumbnail = this.#storage.pictures.get(sampleId);
          return thumbnail === undefined ? [] : [{ sampleId, thumbnail }];
        }),
      );
    });
  }

  createProject(id: string): Promise<void> {
    return this.#answer('createProject', () => {
      this.#letGo();
      this.#show(null, 'owner', null);
      this.#open = id;
      this.#storage.owners.set(id, this.#tab);
    });
  }

  saveProject(project: ProjectDocument): Promise<void> {
    return this.#answer('saveProject', () => {
      if (this.#storage.problem === 'storage-refused') throw new HeadstartError('storage-refused');
      if (this.#open !== project.id || this.#storage.owners.get(project.id) !== this.#tab)
        throw new HeadstartError('project-not-owned');
      this.#store(project);
      for (const [key, { id }] of this.#storage.unfinished)
        if (project.runs.some((run) => run.id === id)) this.#storage.unfinished.delete(key);
      this.#tell({ kind: 'changed', id: project.id });
    });
  }

  keepProject(project: ProjectDocument): Promise<void> {
    return this.#answer('keepProject', () => {
      this.#store(project);
      this.#tell({ kind: 'list-changed' });
    });
  }

  duplicateProject(id: string, newId: string, name: string): Promise<void> {
    return this.#answer('duplicateProject', () => {
      const head = this.#storage.heads.get(id);
      this.#store({ ...this.#require(id).document, id: newId, name });
      if (head !== undefined) this.#storage.heads.set(newId, head);
      this.#tell({ kind: 'list-changed' });
    });
  }

  renameProject(id: string, name: string): Promise<void> {
    return this.#answer('renameProject', () => {
      this.#requireFree(id);
      const project = this.#require(id);
      project.document = { ...project.document, name };
      this.#tell({ kind: 'list-changed' });
    });
  }

  deleteProject(id: string): Promise<void> {
    return this.#answer('deleteProject', () => {
      this.#requireFree(id);
      this.#require(id).deletedAt = new Date().toISOString();
      if (id === this.#open) {
        this.#letGo();
        this.#show(null, 'owner', null);
      }
      this.#tell({ kind: 'list-changed' });
    });
  }

  undeleteProject(id: string): Promise<void> {
    return this.#answer('undeleteProject', () => {
      this.#require(id).deletedAt = null;
      this.#tell({ kind: 'list-changed' });
    });
  }

  writeProjectFile(
    id: string,
    present: ProjectDocument | null,
    _target: FileSystemFileHandle,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport> {
    return this.#answer('writeProjectFile', async () => {
      const { samples } = present ?? this.#require(id).document;
      for (let done = 0; done <= samples.length; done += 1) {
        throwIfCancelled(signal);
        onProgress({ done, total: samples.length, bytes: done * 100, totalBytes: null });
        await this.#tick();
      }
      const bytes = samples.length * 100;
      return { pictures: samples.length, missing: [], heads: 0, features: 0, bytes, leftOut: null };
    });
  }

  openProjectFile(file: File, _signal: AbortSignal): Promise<ProjectFileOffer | null> {
    return this.#answer('openProjectFile', () => this.#options.projectFiles?.get(file.name) ?? null);
  }

  fetchProjectFile(
    address: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileOffer> {
    return this.#answer('fetchProjectFile', () => {
      throwIfCancelled(signal);
      onProgress({ done: 0, total: 0, bytes: 500, totalBytes: 1000 });
      const offer = this.#options.projectFiles?.get(address) ?? null;
      if (offer === null) throw new HeadstartError('project-link-absent', { address });
      return offer;
    });
  }

  takeProjectFile(
    newId: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport> {
    return this.#answer('takeProjectFile', () => {
      throwIfCancelled(signal);
      onProgress({ done: 0, total: 2, bytes: 0, totalBytes: 1000 });
      this.#store({ ...emptyProject(newId, '2026-11-28T10:00:00Z', createPreset('recommended', 0)), name: 'From a file' });
      return { pictures: 2, missing: [], heads: 1, features: 2, bytes: 1000, leftOut: null };
    });
  }

  closeProjectFile(): Promise<void> {
    return this.#answer('closeProjectFile', () => undefined);
  }

  releaseProject(): Promise<void> {
    return this.#answer('releaseProject', () => {
      if (this.#open !== null) this.#storage.owners.delete(this.#open);
      this.#handedOver();
      this.#watch({ kind: 'taken-over', id: this.#open ?? '' });
    });
  }

  takeOver(): Promise<OpenedProject> {
    return this.#answer('takeOver', async () => {
      const id = this.#open;
      if (id === null) throw new HeadstartError('project-unknown');
      const owner = this.#neighbours.get(this.#storage.owners.get(id) ?? '');
      if (owner !== undefined && owner !== this) await owner.#handOver(id);
      this.#storage.owners.set(id, this.#tab);
      return this.#show(id, 'owner', null);
    });
  }

  lookAtFolders(): Promise<readonly LeftFolder[]> {
    return this.#answer('lookAtFolders', () => {
      this.#folders = this.#folders.map((folder) => ({ ...folder, access: 'granted' }));
      return this.#folders;
    });
  }

  storageReport(): Promise<StorageReport> {
    return this.#answer('storageReport', () => this.#reportStorage());
  }

  freeStorage(kind: FreeableKind): Promise<StorageReport> {
    return this.#answer('freeStorage', () => {
      const storage = this.#storage;
      if (kind === 'features') storage.features = 0;
      if (kind === 'deleted-projects') storage.projects = storage.projects.filter(({ deletedAt }) => deletedAt === null);
      if (kind === 'backbones') {
        const unneeded = new Set(this.#unneededBackbones());
        storage.backbones = storage.backbones.filter((one) => !unneeded.has(one));
      }
      return this.#reportStorage();
    });
  }

  forgetEverything(): Promise<void> {
    return this.#answer('forgetEverything', () => {
      Object.assign(this.#storage, createFakeStorage());
      this.#letGo();
      this.#head = null;
      this.#samples = [];
      for (const other of this.#neighbours.values()) if (other !== this) other.#watch({ kind: 'forgotten' });
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

  /** What a worker would have asked of other sites; tests add to it. */
  readonly requests = new RequestLog();

  followRequests(onRequests: (requests: readonly OutsideRequest[]) => void, signal: AbortSignal): Promise<void> {
    return this.requests.follow(onRequests, signal);
  }

  memory(): Promise<MemoryReport> {
    return this.#answer('memory', () => ({ tensors: 0, bytes: 0, gpuBytes: null }));
  }

  dispose(): Promise<void> {
    return this.#answer('dispose', () => undefined);
  }

  #require(id: string): FakeProject {
    const found = this.#storage.projects.find(({ document }) => document.id === id);
    if (found === undefined) throw new HeadstartError('project-unknown');
    return found;
  }

  #hubState(): HubWeightsState {
    const { host } = new URL(this.#addresses?.modelHub ?? 'https://hub.example/');
    return {
      repository: 'timm/vgg16.tv_in1k',
      revision: 'b8d8aa2dd860',
      host,
      receivedBytes: this.#hubBytes,
      totalBytes: 58_858_752,
    };
  }

  /** What is in force may be otherwise than when the test wrote the offer. */
  #withPresent(offer: ModelOffer): ModelOffer {
    const { backbone } = offer;
    if (backbone === null) return offer;
    const isInForce = backbone.isShipped ? this.#backbone === null : this.#backbone?.id === backbone.id;
    return { ...offer, backbone: { ...backbone, isInForce } };
  }

  #requireBackbone(id: string): BackboneIdentity | null {
    if (id === shippedBackboneId) return null;
    const present = this.#backbone?.id === id ? this.#backbone : undefined;
    const found = present ?? this.#storage.backbones.find((kept) => kept.id === id);
    if (found === undefined) throw new HeadstartError('backbone-gone', { title: id.slice(0, 8) });
    const { title, source, scaling, addedAt } = found;
    return { id, title, source, scaling, addedAt };
  }

  /** The first of the runs that stands on what is in force and whose head is kept. */
  #headOn(runs: readonly RunOnBackbone[]): RunRecord | null {
    const fitting = runs.filter(({ backbone }) => backbone === this.#backbone?.id);
    const kept = fitting.flatMap(({ id }) => this.#storage.runHeads.get(id) ?? []);
    return kept[0] ?? null;
  }

  #importHead({ source, head }: ModelOffer, { runId: id, number, classNames }: HeadWish): RunRecord {
    const config = head?.settings ?? createPreset('recommended', 0);
    const run: RunRecord = {
      id,
      number,
      startedAt: '2026-11-28T12:00:00.000Z',
      config: { ...config, featureNorm: head?.featureNorm ?? null, fit: head?.fit ?? config.fit },
      classNames,
      counts: { train: 0, val: 0, test: 0 },
      device: 'cpu',
      adapter: null,
      threads: 1,
      computePlan: 'fake float32',
      history: { steps: [], epochs: [] },
      log: [],
      seconds: { weights: 0, features: 0, train: 0, total: 0 },
      stoppedEarly: false,
      testAccuracy: null,
      chosenBy: null,
      bestEpoch: null,
      weightsHash: 'fa4e'.repeat(16),
      imported: {
        fileName: source.kind === 'file' ? source.fileName : source.repository,
        format: source.kind === 'file' ? source.format : 'safetensors',
        trainedBy: head?.trainedBy ?? null,
        at: '2026-11-28T12:00:00.000Z',
      },
      ...(this.#backbone === null ? {} : { backbone: this.#backbone.id }),
    };
    this.#keepHead(run);
    return run;
  }

  #keepHead(run: RunRecord): void {
    if (this.#open === null || this.#storage.problem === 'storage-refused') return;
    this.#storage.heads.set(this.#open, run);
    this.#storage.runHeads.set(run.id, run);
  }

  #requireFree(id: string): void {
    if ((this.#storage.owners.get(id) ?? this.#tab) !== this.#tab) throw new HeadstartError('project-in-use');
  }

  #store(document: ProjectDocument): void {
    const others = this.#storage.projects.filter((project) => project.document.id !== document.id);
    const updatedAt = new Date().toISOString();
    this.#storage.projects = [{ document: structuredClone(document), updatedAt, deletedAt: null }, ...others];
  }

  #show(id: string | null, access: ProjectAccess, problem: OpenedProject['problem']): OpenedProject {
    const found = this.#storage.projects.find(({ document, deletedAt }) => document.id === id && deletedAt === null);
    const samples = found?.document.samples ?? [];
    const isKept = (sample: Sample) => this.#storage.pictures.has(sample.id);
    for (const { id: sampleId } of samples) {
      const file = this.#storage.pictures.get(sampleId);
      if (file !== undefined) this.#files.set(sampleId, file);
    }
    this.#samples = samples.filter(isKept);
    this.#setAside.clear();
    this.#paused = null;
    this.#open = found === undefined ? null : id;
    const wanted = found?.document.backbone ?? null;
    const isGone = wanted !== null && !this.#storage.backbones.some((kept) => kept.id === wanted.id);
    this.#backbone = isGone ? null : wanted;
    const head = found === undefined ? undefined : this.#storage.heads.get(found.document.id);
    this.#head =
      isGone || head?.backbone !== this.#backbone?.id ? this.#headOn((found?.document.runs ?? []).toReversed()) : (head ?? null);
    if (isGone) this.#head = null;
    return {
      project: found === undefined ? null : structuredClone(found.document),
      run: this.#head,
      access,
      lost: samples.filter((sample) => !isKept(sample)).map((sample) => sample.id),
      folders: this.#folders,
      problem,
      backboneProblem: isGone ? new HeadstartError('backbone-gone', { title: wanted.title }).toRecord() : null,
    };
  }

  #letGo(): void {
    if (this.#open !== null && this.#storage.owners.get(this.#open) === this.#tab) this.#storage.owners.delete(this.#open);
    this.#open = null;
  }

  /** Asks the page to save first, as far as it is awake. */
  async #handOver(id: string): Promise<void> {
    if (this.#options.isAsleep === true) {
      this.#watch({ kind: 'taken-over', id });
      return;
    }
    const saved = new Promise<void>((resolve) => (this.#handedOver = resolve));
    this.#watch({ kind: 'hand-over', id });
    await saved;
  }

  #tell(event: ProjectEvent): void {
    for (const engine of this.#neighbours.values()) {
      engine.#watch({ kind: 'list-changed' });
      if (event.kind === 'changed' && engine !== this && engine.#open === event.id) engine.#watch(event);
    }
  }

  /** That no project stands on. */
  #unneededBackbones(): readonly KeptBackbone[] {
    const { backbones, projects } = this.#storage;
    const named = new Set(
      projects.flatMap(({ document: { backbone, runs } }) => [backbone?.id, ...runs.map((run) => run.backbone)]),
    );
    return backbones.filter(({ id }) => !named.has(id) && id !== this.#backbone?.id);
  }

  #reportStorage(): StorageReport {
    const { projects, heads, features, hasWeights, problem, persisted, pictures } = this.#storage;
    const deleted = projects.filter(({ deletedAt }) => deletedAt !== null).length;
    const kinds = [
      { kind: 'weights', bytes: hasWeights ? weightsBytes : 0 },
      { kind: 'backbones', bytes: totalOf(this.#storage.backbones) },
      { kind: 'features', bytes: features * fakeFeatureBytes },
      { kind: 'pictures', bytes: [...pictures.values()].reduce((sum, { size }) => sum + size, 0) },
      { kind: 'heads', bytes: heads.size * 200_000 },
      { kind: 'checkpoints', bytes: 0 },
      { kind: 'projects', bytes: projects.length * 1000 },
    ] as const;
    const freeable = [
      { kind: 'features', bytes: features * fakeFeatureBytes },
      { kind: 'deleted-projects', bytes: deleted * 100_000 },
      { kind: 'backbones', bytes: totalOf(this.#unneededBackbones()) },
    ] as const;
    const usage = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
    const refused = problem === 'storage-refused' ? new HeadstartError(problem).toRecord() : null;
    return { kinds, freeable: freeable.filter(({ bytes }) => bytes > 0), quota: 10e9, usage, persisted, problem: refused };
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
        if (this.#storage.problem !== 'storage-refused') this.#storage.pictures.set(sample.id, file);
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

    const keep = () => {
      this.#keepRun(run, stepCount, onEvent);
    };
    keep();
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
      keep();
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
        keep();
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
      weightsHash: 'fa4e'.repeat(16),
      ...(this.#backbone === null ? {} : { backbone: this.#backbone.id }),
      ...(request.startFrom === undefined || this.#head === null
        ? {}
        : { continues: { runId: this.#head.id, number: this.#head.number, fingerprint: 'c0ffee00'.repeat(8) } }),
    };
    this.#head = run;
    this.#reference = null;
    this.#keepHead(run);
    return { status: 'done', run };
  }

  #keepRun({ request, steps, epochs, log }: PausedRun, stepsPerEpoch: number, onEvent: (event: RunEvent) => void): void {
    const { keep, number } = request;
    if (keep === undefined) return;
    const { runProblem: code, unfinished } = this.#storage;
    const savedAt = '2026-01-01T10:00:00.000Z';
    const problem = code === null ? null : new HeadstartError(code, { size: '1.0 MB' }).toRecord();
    onEvent({ kind: 'kept', report: { savedAt: code === null ? savedAt : null, bytes: 1e6, times: 1, seconds: 0, problem } });
    if (code !== null) return;
    unfinished.set(keep.project, {
      id: `run-${String(number)}`,
      request,
      savedAt,
      epoch: Math.floor(steps.length / stepsPerEpoch),
      step: steps.length % stepsPerEpoch,
      stepsPerEpoch,
      history: { steps: [...steps], epochs: [...epochs] },
      log: [...log],
      firstBatch: null,
    });
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
  #explain(covered: readonly number[], signal: AbortSignal, sampleId: string | null = null): ShownExplanation {
    const { logits, ...said } = this.#predict(signal, sampleId);
    const changed = logits.map((logit, index) => (index === said.classIndex ? logit - covered.length / 10 : logit));
    const bias = changed.map(() => -0.012);
    const cells = changed.map((logit) =>
      Array.from({ length: 49 }, (_, cell) => (cell === 24 ? (logit + 0.012) / 2 : (logit + 0.012) / 96)),
    );
    const pixels = coverPixels(new Uint8Array(224 * 224 * 3).fill(128), covered);
    return { prediction: { ...said, logits: changed }, bias, cells, pixels };
  }

  #requireHead(): RunRecord {
    if (this.#head === null) throw new HeadstartError('head-absent');
    return this.#head;
  }

  #predict(signal: AbortSignal, sampleId: string | null = null): Prediction {
    throwIfCancelled(signal);
    const likeness = this.#compare(sampleId);
    return { ...this.#say(this.#requireHead().classNames, 0), ...(likeness === null ? {} : { likeness }) };
  }

  #compare(sampleId: string | null): Likeness | null {
    const others = this.#reference?.samples.filter(({ id }) => id !== sampleId) ?? [];
    if (others.length === 0) return null;
    const nearest = others.slice(0, 12).map(({ id }, at) => ({ sampleId: id, similarity: this.similarity + (2 - at) / 100 }));
    return { nearest, similarity: this.similarity, limit: fakeLimit };
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
