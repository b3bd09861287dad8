import { proxy, transfer } from 'comlink';
import type { Fit, PictureSource, Sample } from '../domain/dataset';
import type { ExportEntry } from '../domain/dataset-export';
import { HeadstartError, throwIfCancelled, toHeadstartError } from '../domain/errors';
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
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { HubChoice, HubCounts, HubDataset } from '../domain/hub-dataset';
import type { Prediction, RunRecord, SamplePrediction } from '../domain/history';
import type { ImportFile, ImportListing, ImportProgress } from '../domain/import-listing';
import type { ModelExportProgress, ModelExportReport, ModelExportRequest, ModelOffers } from '../domain/model-export';
import { exportDataset } from '../ingest/export-dataset';
import { parseProject, type ProjectDocument } from '../domain/project';
import { inputSize } from '../domain/vgg16';
import type { ComputeApi, PixelSource } from '../protocol/compute-api';
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
} from '../protocol/engine-api';
import type { ProjectStore } from '../storage/project-store';
import { ModelExporter } from './model-exporter';

/** The pictures of the project: who can be read, and as which pixels. */
export interface Pictures {
  stageImport(importId: string, files: readonly ImportFile[]): void;
  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing>;
  readImportText(importId: string, path: string): Promise<Uint8Array<ArrayBuffer>>;
  closeImport(importId: string): Promise<void>;
  add(sources: readonly PictureSource[], onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport>;
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
  /** Lets go of what `restore` could bring back. */
  forgetSetAside(): void;
  /** Rejects with `picture-gone` or `sample-unknown`. */
  file(sampleId: string): Promise<Blob>;
  list(): readonly Sample[];
  /** Content hashes of samples whose id is another; the same object until they change. */
  contents(): ReadonlyMap<string, string>;
  /** 224 x 224 RGB; rejects with `picture-gone` or `sample-unknown`. */
  pixels(sampleId: string, fit: Fit): Promise<Uint8Array>;
  /** The same for a file that is not part of the project; rejects with the reason of a skipped file. */
  filePixels(file: Blob, fit: Fit): Promise<Uint8Array>;
}

/** What is kept on the device; every method rejects with `storage-refused` or `storage-full`. */
export type Keeper = Pick<
  ProjectStore,
  'loadProject' | 'saveProject' | 'setProjectAside' | 'loadHead' | 'saveHead' | 'forgetEverything'
>;

/**
 * The control worker's engine: it never computes, so it always hears cancel. Pictures are decoded by their own workers,
 * tensors live in the compute worker.
 */
export class ControlEngine implements EngineApi {
  readonly #compute: ComputeApi;
  readonly #pictures: Pictures;
  readonly #keeper: Keeper;
  readonly #exporter: ModelExporter;
  #addresses: EngineAddresses | null = null;
  /** Runs and device changes exclude each other. */
  #task: string | null = null;
  #lastPrediction: Promise<void> = Promise.resolve();
  #identified: ReadonlyMap<string, string> | null = null;

  constructor(compute: ComputeApi, pictures: Pictures, keeper: Keeper) {
    this.#compute = compute;
    this.#pictures = pictures;
    this.#keeper = keeper;
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

  stageImport(importId: string, files: readonly ImportFile[]): Promise<void> {
    this.#pictures.stageImport(importId, files);
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
  ): Promise<IngestReport> {
    return this.#whileReading(() => this.#pictures.add(sources, onEvent, signal));
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

  async loadKept(): Promise<Kept> {
    let stored: unknown;
    try {
      stored = await this.#keeper.loadProject();
    } catch {
      return { project: null, run: null, problem: 'storage-refused' };
    }
    if (stored === null) return { project: null, run: null, problem: null };
    let project: ProjectDocument;
    try {
      project = parseProject(stored);
    } catch (thrown) {
      const { code } = toHeadstartError(thrown);
      if (code === 'project-newer') return { project: null, run: null, problem: code };
      await this.#keeper.setProjectAside().catch(() => undefined); // as good as read-only storage allows
      return { project: null, run: null, problem: 'project-invalid' };
    }
    return { project, run: await this.#restoreHead(), problem: null };
  }

  saveProject(project: ProjectDocument): Promise<void> {
    return this.#keeper.saveProject(project);
  }

  async forgetEverything(): Promise<void> {
    this.#pictures.forgetSetAside();
    // Both are tried: what one refuses must not keep the other.
    const results = await Promise.allSettled([this.#compute.forgetFeatures(), this.#keeper.forgetEverything()]);
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
        await this.#keepHead();
      }
      return outcome;
    });
  }

  /** Reading, drawing the page and extracting want the same cores; what a person looks at goes first. */
  async #whileReading(read: () => Promise<IngestReport>): Promise<IngestReport> {
    const tell = (gentle: boolean) => {
      this.#compute.beGentle(gentle).catch(() => undefined); // a dead worker is told by every other call
    };
    tell(true);
    try {
      return await read();
    } finally {
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
  async #keepHead(): Promise<void> {
    const head = await this.#compute.exportHead();
    if (head !== null) await this.#keeper.saveHead(head).catch(() => undefined);
  }

  /** The kept run, once its head is back in the compute worker; null when there is none or it does not fit. */
  async #restoreHead(): Promise<RunRecord | null> {
    try {
      const head = await this.#keeper.loadHead();
      if (head === null) return null;
      await this.#compute.restoreHead(head);
      this.#exporter.forget();
      return head.run;
    } catch {
      return null; // the project is worth more than a head that does not fit it
    }
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
