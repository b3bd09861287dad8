import { proxy, transfer } from 'comlink';
import type { Fit, PictureSource, Sample } from '../domain/dataset';
import type { ExportEntry } from '../domain/dataset-export';
import { HeadstartError, throwIfCancelled, toHeadstartError, type ErrorRecord } from '../domain/errors';
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
} from '../domain/events';
import { coverPixels } from '../domain/evaluation/cover';
import type { CrossValidation, InspectionProgress, ShownExplanation } from '../domain/evaluation/inspection';
import type { ManyEvent, ManyReport } from '../domain/many/many';
import type { NetworkWeights, ShownMaps } from '../domain/look/layer-maps';
import type { LikenessReference, LikenessReport } from '../domain/evaluation/likeness';
import { fewestForMap, type Projection } from '../domain/evaluation/projection';
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { HubChoice, HubCounts, HubDataset } from '../domain/hub-dataset';
import type { Prediction, RunRecord, SamplePrediction } from '../domain/history';
import type { ImportFile, ImportListing, ImportProgress, StagedFolder } from '../domain/import-listing';
import type { ModelExportProgress, ModelExportReport, ModelExportRequest, ModelOffers } from '../domain/model-export';
import {
  shippedBackboneId,
  type HubWeightsState,
  type KeptBackbone,
  type ModelImportProgress,
  type ModelOffer,
} from '../domain/model-import';
import { exportDataset } from '../ingest/export-dataset';
import type { ProjectDocument } from '../domain/project';
import type { ProjectFileOffer, ProjectFileProgress, ProjectFileReport } from '../domain/project-file';
import type {
  FreeableKind,
  Keeping,
  KeptThumbnail,
  LeftFolder,
  ProjectEvent,
  ProjectList,
  StorageReport,
} from '../domain/projects';
import type { OutsideRequest } from '../domain/outside-request';
import { type RequestLog } from '../domain/request-log';
import { inputSize } from '../domain/vgg16';
import type { ComputeApi, PixelSource } from '../protocol/compute-api';
import type {
  DeviceOptions,
  EngineAddresses,
  EngineApi,
  FittedPicture,
  KagglePlan,
  LookedAt,
  OpenedProject,
  ProjectionRequest,
  RunKeep,
  RunOnBackbone,
  RunOutcome,
  RunRequest,
  RunSample,
  TakeModelRequest,
  TakenModel,
  UnfinishedRun,
  UsedBackbone,
} from '../protocol/engine-api';
import { ModelExporter } from './model-exporter';
import { type Glance, predictMany } from './predict-many';
import type { DeskProject, ProjectDesk } from './project-desk';
import type { ProjectFiles } from './project-files';
import type { ProjectVectors } from './projection/projector';

/** The pictures of the project: who can be read, and as which pixels. */
export interface Pictures {
  stageImport(importId: string, files: readonly ImportFile[], folders: readonly StagedFolder[]): void;
  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing>;
  readImportText(importId: string, path: string): Promise<Uint8Array<ArrayBuffer>>;
  closeImport(importId: string): Promise<void>;
  add(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
    keeping: Keeping,
  ): Promise<IngestReport>;
  addDrawings(onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport>;
  addKaggle(
    server: string,
    picturesPerClass: number,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport>;
  planKaggle(server: string, picturesPerClass: number): KagglePlan;
  describeHub(server: string, dataset: string, signal: AbortSignal): Promise<HubDataset>;
  countHub(server: string, choice: HubChoice, signal: AbortSignal): Promise<HubCounts>;
  addHub(
    server: string,
    choice: HubChoice,
    counts: HubCounts,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport>;
  remove(ids: readonly string[]): void;
  /** Takes `remove` back; gives the ids that are not known. */
  restore(ids: readonly string[]): readonly string[];
  /**
   * Lets go of every picture, set aside or not, and takes these from where they are kept; those that the library has already stay.
   * @returns ids of those that are kept nowhere
   */
  open(samples: readonly Sample[]): Promise<readonly string[]>;
  /** Of the present pictures, as far as they are kept. */
  thumbnails(onThumbnails: (thumbnails: readonly KeptThumbnail[]) => void, signal: AbortSignal): Promise<void>;
  /** That hold present pictures. */
  folders(): Promise<readonly LeftFolder[]>;
  /** Rejects with `picture-gone` or `sample-unknown`. */
  file(sampleId: string): Promise<Blob>;
  list(): readonly Sample[];
  /** Content hashes of samples whose id is another; the same object until they change. */
  contents(): ReadonlyMap<string, string>;
  /** 224 x 224 RGB; rejects with `picture-gone` or `sample-unknown`. */
  pixels(sampleId: string, fit: Fit): Promise<Uint8Array>;
  /** The same for a file that is not part of the project; rejects with the reason of a skipped file. */
  filePixels(file: Blob, fit: Fit): Promise<Uint8Array>;
  /** How many files are best looked at ahead. */
  readonly window: number;
  /** A listed file without taking it in; rejects with `cancelled` or `worker-dead`. */
  glance(importId: string, path: string, fit: Fit, signal: AbortSignal): Promise<Glance>;
  /** A listed file as it was given; rejects with `import-closed` or `picture-gone`. */
  importFile(importId: string, path: string): Promise<Blob>;
}

/** Pictures of many that pass through the network together: as many as the processor's kernels like. */
const togetherOfMany = 4;

/** What is kept on the device besides the open project. */
export interface Keep {
  report(): Promise<StorageReport>;
  /** Rejects with `storage-refused`. */
  free(kind: FreeableKind): Promise<void>;
  /** Rejects with `storage-refused` when something is left. */
  forgetEverything(): Promise<void>;
}

/** Projects as files: see ProjectFiles. */
export type Files = Pick<ProjectFiles, 'write' | 'open' | 'fetch' | 'take' | 'close'>;

/** What the control worker's engine stands on. */
export interface ControlParts {
  readonly compute: ComputeApi;
  readonly pictures: Pictures;
  readonly projects: ProjectDesk;
  readonly keep: Keep;
  readonly files: Files;
  readonly projectVectors: ProjectVectors;
  /** What the control worker itself asks of other sites. */
  readonly requests: RequestLog;
}

/**
 * The control worker's engine: it never computes, so it always hears cancel. Pictures are decoded by their own workers,
 * tensors live in the compute worker.
 */
export class ControlEngine implements EngineApi {
  readonly #compute: ComputeApi;
  readonly #pictures: Pictures;
  readonly #projects: ProjectDesk;
  readonly #keep: Keep;
  readonly #files: Files;
  readonly #projectVectors: ProjectVectors;
  readonly #requests: RequestLog;
  readonly #exporter: ModelExporter;
  #addresses: EngineAddresses | null = null;
  /** Runs and device changes exclude each other. */
  #task: string | null = null;
  /** The run that ended last, while what was kept of it as it trained is still there. */
  #ended: string | null = null;
  #lastPrediction: Promise<void> = Promise.resolve();
  #identified: ReadonlyMap<string, string> | null = null;

  #readings = 0;

  constructor({ compute, pictures, projects, keep, files, projectVectors, requests }: ControlParts) {
    this.#compute = compute;
    this.#pictures = pictures;
    this.#projects = projects;
    this.#keep = keep;
    this.#files = files;
    this.#projectVectors = projectVectors;
    this.#requests = requests;
    this.#exporter = new ModelExporter({ compute, pixels: (sampleId, fit) => pictures.pixels(sampleId, fit) });
  }

  start(addresses: EngineAddresses): Promise<void> {
    this.#addresses = addresses;
    return Promise.resolve();
  }

  configureDevice(choice: DeviceChoice, options?: DeviceOptions): Promise<ComputeStatus> {
    this.#exporter.forget();
    return this.#exclusively('device', () => this.#compute.configureDevice(choice, options));
  }

  proveDevice(onProgress: (progress: DeviceProgress) => void, signal: AbortSignal): Promise<ComputeStatus> {
    return this.#compute.proveDevice(onProgress, signal);
  }

  skipMeasuring(): Promise<void> {
    return this.#compute.skipMeasuring();
  }

  loadWeights(onProgress: (progress: WeightsProgress) => void, signal: AbortSignal): Promise<WeightsReport> {
    return this.#compute.loadWeights(this.#requireAddresses().weights, onProgress, signal);
  }

  openModel(
    files: readonly File[],
    fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer> {
    return this.#compute.openModel(files, fit, onProgress, signal);
  }

  hubModelState(): Promise<HubWeightsState> {
    return this.#compute.hubModelState(this.#requireAddresses().modelHub);
  }

  fetchHubModel(fit: Fit, onProgress: (progress: ModelImportProgress) => void, signal: AbortSignal): Promise<ModelOffer> {
    return this.#compute.fetchHubModel(this.#requireAddresses().modelHub, fit, onProgress, signal);
  }

  takeModel(
    { head, runs }: TakeModelRequest,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<TakenModel> {
    return this.#exclusively('weights', async () => {
      const taken = await this.#compute.takeModel(head, onProgress, signal);
      this.#exporter.forget();
      if (taken.run !== null && taken.run.id === head?.runId) await this.#keepHead(taken.run.id);
      return { ...taken, run: taken.run ?? (await this.#restoreHeadOn(taken.backbone?.id, runs)) };
    });
  }

  closeModel(): Promise<void> {
    return this.#compute.closeModel();
  }

  useBackbone(id: string, runs: readonly RunOnBackbone[]): Promise<UsedBackbone> {
    return this.#exclusively('weights', async () => {
      const { backbone, run } = await this.#compute.useBackbone(id);
      this.#exporter.forget();
      return { backbone, run: run ?? (await this.#restoreHeadOn(backbone?.id, runs)) };
    });
  }

  listBackbones(): Promise<readonly KeptBackbone[]> {
    return this.#compute.listBackbones();
  }

  removeBackbone(id: string): Promise<readonly KeptBackbone[]> {
    return this.#compute.removeBackbone(id);
  }

  stageImport(importId: string, files: readonly ImportFile[], folders: readonly StagedFolder[] = []): Promise<void> {
    this.#pictures.stageImport(importId, files, folders);
    return Promise.resolve();
  }

  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing> {
    return this.#pictures.openImport(importId, onProgress, signal);
  }

  async readImportText(importId: string, path: string): Promise<Uint8Array> {
    const bytes = await this.#pictures.readImportText(importId, path);
    return transfer(bytes, [bytes.buffer]);
  }

  closeImport(importId: string): Promise<void> {
    return this.#pictures.closeImport(importId);
  }

  addPictures(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
    keeping: Keeping = 'copy',
  ): Promise<IngestReport> {
    return this.#whileReading(() => this.#pictures.add(sources, onEvent, signal, keeping));
  }

  addDrawings(onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport> {
    return this.#whileReading(() => this.#pictures.addDrawings(onEvent, signal));
  }

  planKaggle(picturesPerClass: number): Promise<KagglePlan> {
    return Promise.resolve(this.#pictures.planKaggle(this.#requireAddresses().datasetsServer, picturesPerClass));
  }

  addKaggle(picturesPerClass: number, onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport> {
    return this.#whileReading(() =>
      this.#pictures.addKaggle(this.#requireAddresses().datasetsServer, picturesPerClass, onEvent, signal),
    );
  }

  describeHub(dataset: string, signal: AbortSignal): Promise<HubDataset> {
    return this.#pictures.describeHub(this.#requireAddresses().datasetsServer, dataset, signal);
  }

  countHub(choice: HubChoice, signal: AbortSignal): Promise<HubCounts> {
    return this.#pictures.countHub(this.#requireAddresses().datasetsServer, choice, signal);
  }

  addHub(
    choice: HubChoice,
    counts: HubCounts,
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport> {
    return this.#whileReading(() =>
      this.#pictures.addHub(this.#requireAddresses().datasetsServer, choice, counts, onEvent, signal),
    );
  }

  async removeSamples(ids: readonly string[]): Promise<void> {
    this.#pictures.remove(ids);
    await this.#compute.forgetSamples(ids);
  }

  restoreSamples(ids: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(this.#pictures.restore(ids));
  }

  exportDataset(
    entries: readonly ExportEntry[],
    target: FileSystemFileHandle,
    onProgress: (progress: ExportProgress) => void,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    return exportDataset(entries, (id) => this.#pictures.file(id), target, onProgress, signal);
  }

  offerExports(onProgress: (progress: ModelExportProgress) => void, signal: AbortSignal): Promise<ModelOffers> {
    return this.#exporter.offer(onProgress, signal);
  }

  exportModel(
    request: ModelExportRequest,
    target: FileSystemFileHandle,
    onProgress: (progress: ModelExportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelExportReport> {
    return this.#exporter.write(request, target, onProgress, signal);
  }

  pictureFile(sampleId: string): Promise<Blob> {
    return this.#pictures.file(sampleId);
  }

  listSamples(): Promise<readonly Sample[]> {
    return Promise.resolve(this.#pictures.list());
  }

  async fittedPicture(sampleId: string, fit: Fit): Promise<FittedPicture> {
    const pixels = await this.#pictures.pixels(sampleId, fit);
    return { pixels, fit, width: inputSize, height: inputSize };
  }

  prepareFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    onProgress: (progress: FeaturesProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.#identify();
    return this.#compute.prepareFeatures(sampleIds, fit, this.#pixelSource(), onProgress, signal);
  }

  startRun(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    return this.#run((pixels) => this.#compute.startRun(request, pixels, onEvent, signal));
  }

  continueRun(onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    return this.#run((pixels) => this.#compute.continueRun(pixels, onEvent, signal));
  }

  finishRun(onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    return this.#run((pixels) => this.#compute.finishRun(pixels, onEvent, signal));
  }

  unfinishedRun(keep: RunKeep): Promise<UnfinishedRun | null> {
    return this.#compute.unfinishedRun(keep);
  }

  discardRun(id: string): Promise<void> {
    return this.#compute.discardRun(id);
  }

  predictSample(sampleId: string, signal: AbortSignal): Promise<Prediction> {
    return this.#inTurn(signal, async () => {
      const pixels = await this.#pictures.pixels(sampleId, await this.#requireFit());
      return this.#compute.predict(pixels, sampleId, signal);
    });
  }

  predictFile(file: Blob, signal: AbortSignal): Promise<Prediction> {
    return this.#inTurn(signal, async () => {
      const pixels = await this.#pictures.filePixels(file, await this.#requireFit());
      return this.#compute.predict(pixels, null, signal);
    });
  }

  explainSample(sampleId: string, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation> {
    return this.#inTurn(signal, async () => {
      const pixels = coverPixels(await this.#pictures.pixels(sampleId, await this.#requireFit()), covered);
      // What is held are features of the whole picture.
      return { ...(await this.#compute.explain(pixels, covered.length === 0 ? sampleId : null, signal)), pixels };
    });
  }

  explainFile(file: Blob, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation> {
    return this.#inTurn(signal, async () => {
      const pixels = coverPixels(await this.#pictures.filePixels(file, await this.#requireFit()), covered);
      return { ...(await this.#compute.explain(pixels, null, signal)), pixels };
    });
  }

  layerMaps(picture: LookedAt, layerIndex: number, fit: Fit, signal: AbortSignal): Promise<ShownMaps> {
    return this.#inTurn(signal, async () => {
      const pixels =
        'file' in picture
          ? await this.#pictures.filePixels(picture.file, fit)
          : await this.#pictures.pixels(picture.sampleId, fit);
      return { ...(await this.#compute.layerMaps(pixels, layerIndex, signal)), pixels };
    });
  }

  networkWeights(): Promise<NetworkWeights> {
    return this.#compute.networkWeights();
  }

  async predictMany(
    importId: string,
    paths: readonly string[],
    onEvent: (event: ManyEvent) => void,
    signal: AbortSignal,
  ): Promise<ManyReport> {
    const fit = await this.#requireFit();
    return predictMany({
      paths,
      glance: (path, stop) => this.#pictures.glance(importId, path, fit, stop),
      predict: (pixels, stop) => this.#compute.predictBatch(pixels, stop),
      ahead: Math.max(togetherOfMany, this.#pictures.window),
      batch: togetherOfMany,
      onEvent,
      signal,
      now: () => performance.now(),
    });
  }

  importFile(importId: string, path: string): Promise<Blob> {
    return this.#pictures.importFile(importId, path);
  }

  predictSamples(
    samples: readonly RunSample[],
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly SamplePrediction[]> {
    return this.#exclusively('predictions', () => {
      this.#identify();
      return this.#compute.predictSamples(samples, this.#pixelSource(), onProgress, signal);
    });
  }

  crossValidate(
    request: RunRequest,
    folds: number,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<CrossValidation> {
    return this.#exclusively('folds', () => {
      this.#identify();
      return this.#compute.crossValidate(request, folds, this.#pixelSource(), onProgress, signal);
    });
  }

  async projectPictures(
    { sampleIds, fit, method, seed }: ProjectionRequest,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<Projection> {
    const pooled = await this.#exclusively('projection', () => {
      this.#identify();
      return this.#compute.pooledFeatures(sampleIds, fit, this.#pixelSource(), onProgress, signal);
    });
    const [least, count] = [fewestForMap[method], pooled.sampleIds.length];
    if (count < least) throw new HeadstartError('too-few-for-map', { least, count });
    const laidOut = await this.#projectVectors({ vectors: pooled.vectors, method, seed }, onProgress, signal);
    return { method, sampleIds: pooled.sampleIds, ...laidOut };
  }

  prepareLikeness(
    reference: LikenessReference,
    missing: 'compute' | 'leave',
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<LikenessReport> {
    const prepare = () => {
      this.#identify();
      return this.#compute.prepareLikeness(reference, missing, this.#pixelSource(), onProgress, signal);
    };
    return missing === 'leave' ? prepare() : this.#exclusively('likeness', prepare);
  }

  watchProjects(onEvent: (event: ProjectEvent) => void, signal: AbortSignal): Promise<void> {
    return this.#projects.watch(onEvent, signal);
  }

  listProjects(): Promise<ProjectList> {
    return this.#projects.list();
  }

  async openProject(id: string | null): Promise<OpenedProject> {
    this.#requireCalm();
    return this.#show(await this.#projects.open(id));
  }

  loadThumbnails(onThumbnails: (thumbnails: readonly KeptThumbnail[]) => void, signal: AbortSignal): Promise<void> {
    return this.#pictures.thumbnails(onThumbnails, signal);
  }

  async createProject(id: string): Promise<void> {
    this.#requireCalm();
    await this.#projects.create(id);
    await this.#show({ project: null, access: 'owner', problem: null });
  }

  async saveProject(project: ProjectDocument): Promise<void> {
    await this.#projects.save(project);
    // Only now can a reload do without what was kept of it while it trained.
    const ended = this.#ended;
    if (ended === null || !project.runs.some(({ id }) => id === ended)) return;
    this.#ended = null;
    this.#compute.discardRun(ended).catch(() => undefined); // a dead worker is told by every other call
  }

  keepProject(project: ProjectDocument): Promise<void> {
    return this.#projects.keep(project);
  }

  duplicateProject(id: string, newId: string, name: string): Promise<void> {
    return this.#projects.duplicate(id, newId, name);
  }

  renameProject(id: string, name: string): Promise<void> {
    return this.#projects.rename(id, name);
  }

  async deleteProject(id: string): Promise<void> {
    const isOpen = id === this.#projects.openId;
    if (isOpen) this.#requireCalm();
    await this.#projects.delete(id);
    if (isOpen) await this.#show({ project: null, access: 'owner', problem: null });
  }

  undeleteProject(id: string): Promise<void> {
    return this.#projects.undelete(id);
  }

  writeProjectFile(
    id: string,
    present: ProjectDocument | null,
    target: FileSystemFileHandle,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport> {
    return this.#files.write(id, present, target, onProgress, signal);
  }

  openProjectFile(file: File, signal: AbortSignal): Promise<ProjectFileOffer | null> {
    return this.#files.open(file, signal);
  }

  fetchProjectFile(
    address: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileOffer> {
    return this.#files.fetch(address, onProgress, signal);
  }

  takeProjectFile(
    newId: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport> {
    return this.#whileReading(() => this.#files.take(newId, onProgress, signal));
  }

  closeProjectFile(): Promise<void> {
    return this.#files.close();
  }

  releaseProject(): Promise<void> {
    return this.#projects.release();
  }

  async takeOver(): Promise<OpenedProject> {
    this.#requireCalm();
    return this.#show(await this.#projects.takeOver());
  }

  lookAtFolders(): Promise<readonly LeftFolder[]> {
    return this.#pictures.folders();
  }

  storageReport(): Promise<StorageReport> {
    return this.#keep.report();
  }

  async freeStorage(kind: FreeableKind): Promise<StorageReport> {
    await this.#keep.free(kind);
    return this.#keep.report();
  }

  async forgetEverything(): Promise<void> {
    await this.#pictures.open([]);
    // All are tried: what one refuses must not keep the others.
    const results = await Promise.allSettled([
      this.#compute.forgetFeatures(),
      this.#compute.forgetRuns(),
      this.#compute.closeProject(),
      this.#keep.forgetEverything(),
    ]);
    await this.#projects.forget();
    for (const result of results) if (result.status === 'rejected') throw toHeadstartError(result.reason);
  }

  featureCache(): Promise<FeatureCacheReport> {
    return this.#compute.featureCache();
  }

  setFeatureBudget(bytes: number | null): Promise<FeatureCacheReport> {
    return this.#compute.setFeatureBudget(bytes);
  }

  dropKeptFeatures(): Promise<FeatureCacheReport> {
    return this.#compute.dropKeptFeatures();
  }

  async followRequests(onRequests: (requests: readonly OutsideRequest[]) => void, signal: AbortSignal): Promise<void> {
    await Promise.all([this.#requests.follow(onRequests, signal), this.#compute.followRequests(onRequests, signal)]);
  }

  memory(): Promise<MemoryReport> {
    return this.#compute.memory();
  }

  dispose(): Promise<void> {
    return this.#compute.dispose();
  }

  async #run(start: (pixels: PixelSource) => Promise<RunOutcome>): Promise<RunOutcome> {
    return this.#exclusively('run', async () => {
      this.#identify();
      const outcome = await start(this.#pixelSource());
      if (outcome.status === 'done') {
        this.#exporter.forget();
        await this.#keepHead(outcome.run.id);
        this.#ended = outcome.run.id;
      }
      return outcome;
    });
  }

  /** Reading, drawing the page and extracting want the same cores; what a person looks at goes first. */
  async #whileReading<T>(read: () => Promise<T>): Promise<T> {
    const tell = (gentle: boolean) => {
      this.#compute.beGentle(gentle).catch(() => undefined); // a dead worker is told by every other call
    };
    tell(true);
    this.#readings += 1;
    try {
      return await read();
    } finally {
      this.#readings -= 1;
      tell(false);
    }
  }

  /** Calls arrive in the order in which they are made: what is asked for next is known by its content. */
  #identify(): void {
    const contents = this.#pictures.contents();
    const isKnown = this.#identified === null ? contents.size === 0 : contents === this.#identified;
    if (isKnown) return;
    this.#identified = contents;
    this.#compute.identifySamples(contents).catch(() => undefined); // a dead worker is told by every other call
  }

  #pixelSource(): PixelSource {
    const source: PixelSource = async (sampleId, fit) => {
      // A copy, because the library may keep the original for the page.
      const pixels = (await this.#pictures.pixels(sampleId, fit)).slice();
      return transfer(pixels, [pixels.buffer]);
    };
    return proxy(source);
  }

  /** A refused storage must not fail the run: the page learns of it when it saves the project. */
  async #keepHead(runId: string): Promise<void> {
    const head = await this.#compute.exportHead();
    if (head === null) return;
    await this.#projects.saveHead(head).catch(async (thrown: unknown) => {
      if (toHeadstartError(thrown).code !== 'storage-full') return;
      // What was kept of the run as it trained is larger than its head.
      await this.#compute.discardRun(runId);
      await this.#projects.saveHead(head).catch(() => undefined);
    });
  }

  /** Brings pictures and head of a project into the workers; those of another leave them. */
  async #show({ project, access, problem }: DeskProject): Promise<OpenedProject> {
    const before = this.#pictures.list().map(({ id }) => id);
    const lost = await this.#pictures.open(project?.samples ?? []);
    const present = new Set(project?.samples.map(({ id }) => id));
    const left = before.filter((id) => !present.has(id));
    await this.#compute.closeProject();
    this.#exporter.forget();
    if (left.length > 0) await this.#compute.forgetSamples(left);
    const backboneProblem = await this.#restoreBackbone(project);
    const run = project === null || backboneProblem !== null ? null : await this.#restoreHead(project);
    const folders = project === null ? [] : await this.#pictures.folders();
    return { project, run, access, lost, folders, problem, backboneProblem };
  }

  /** Before anything asks for features of it. Where its convolutions are gone, those that come with the page are in force, and why is told. */
  async #restoreBackbone(project: ProjectDocument | null): Promise<ErrorRecord | null> {
    const wanted = project?.backbone ?? null;
    if (wanted === null) {
      await this.#compute.useBackbone(shippedBackboneId);
      return null;
    }
    try {
      await this.#compute.useBackbone(wanted.id);
      return null;
    } catch (thrown) {
      const { code } = toHeadstartError(thrown);
      if (code === 'worker-dead') throw thrown;
      await this.#compute.useBackbone(shippedBackboneId);
      return (code === 'backbone-gone' ? new HeadstartError(code, { title: wanted.title }) : toHeadstartError(thrown)).toRecord();
    }
  }

  /** The run of the head that is kept, once it is back in the compute worker; null when there is none or it does not fit. */
  async #restoreHead(project: ProjectDocument): Promise<RunRecord | null> {
    try {
      const head = await this.#projects.latestHead(project);
      if (head === null) return null;
      await this.#compute.restoreHead(head);
      return head.run;
    } catch {
      return null; // the project is worth more than a head that does not fit it
    }
  }

  /** The first of the runs that stands on these convolutions and whose head is kept. */
  async #restoreHeadOn(backboneId: string | undefined, runs: readonly RunOnBackbone[]): Promise<RunRecord | null> {
    for (const run of runs) {
      if (run.backbone !== backboneId) continue;
      try {
        const head = await this.#projects.loadHead(run.id);
        if (head === null) continue;
        await this.#compute.restoreHead(head);
        return head.run;
      } catch {
        return null; // as in #restoreHead
      }
    }
    return null;
  }

  /** Another project may not take the pictures from under a run or a reading. */
  #requireCalm(): void {
    if (this.#readings > 0 || (this.#task !== null && this.#task !== 'device')) throw new HeadstartError('busy');
  }

  /** One prediction after another, so that quick clicks do not refuse each other; one that was given up is not computed. */
  #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = this.#lastPrediction.then(() => {
      throwIfCancelled(signal);
      return work();
    });
    this.#lastPrediction = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #exclusively<T>(task: string, work: () => Promise<T>): Promise<T> {
    if (this.#task !== null) throw new HeadstartError('busy');
    this.#task = task;
    try {
      return await work();
    } finally {
      this.#task = null;
    }
  }

  async #requireFit(): Promise<Fit> {
    const fit = await this.#compute.headFit();
    if (fit === null) throw new HeadstartError('head-absent');
    return fit;
  }

  #requireAddresses(): EngineAddresses {
    if (this.#addresses === null) throw new HeadstartError('unexpected', { detail: 'start() was not called' });
    return this.#addresses;
  }
}
