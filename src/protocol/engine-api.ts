import type { ExportEntry } from '../domain/dataset-export';
import type { Fit, PictureSource, Sample, Split } from '../domain/dataset';
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
import type { CrossValidation, InspectionProgress, ShownExplanation } from '../domain/evaluation/inspection';
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { HubChoice, HubCounts, HubDataset } from '../domain/hub-dataset';
import type { ModelExportProgress, ModelExportReport, ModelExportRequest, ModelOffers } from '../domain/model-export';
import type { Prediction, RunRecord, SamplePrediction } from '../domain/history';
import type { ImportFile, ImportListing, ImportProgress } from '../domain/import-listing';
import type { ProjectDocument } from '../domain/project';
import type { RunConfig } from '../domain/run-config';

/** Where things are fetched from; absolute URLs, so that workers need not know the page's address. */
export interface EngineAddresses {
  /** Folder of the weights, ends with `/`. */
  readonly weights: string;
  /** Hugging Face's dataset viewer, ends with `/`. */
  readonly datasetsServer: string;
}

/** What the person chose besides the device. */
export interface DeviceOptions {
  /** Threads of the processor; null for as many as it has. One computes where the page is not isolated. */
  readonly threads: number | null;
}

/** A sample of a run: its label index and split are fixed when the run starts. */
export interface RunSample {
  readonly id: string;
  readonly labelIndex: number;
  readonly split: Split;
  /** Pictures of one group, such as a burst, never lie in two folds; absent for a picture alone. */
  readonly group?: string;
}

export interface RunRequest {
  readonly number: number;
  readonly config: RunConfig;
  readonly classNames: readonly string[];
  readonly samples: readonly RunSample[];
}

/** Paused: the run's state is kept and `continueRun` goes on at the very next step. */
export type RunOutcome =
  | { readonly status: 'done'; readonly run: RunRecord }
  | { readonly status: 'paused'; readonly epoch: number; readonly step: number };

/** 224 x 224 RGB, 8 bit, row-major: what the network sees. */
export interface FittedPicture {
  readonly pixels: Uint8Array;
  readonly fit: Fit;
  readonly width: number;
  readonly height: number;
}

/** What survived the last visit. */
export interface Kept {
  readonly project: ProjectDocument | null;
  /** The run whose head can predict at once; null when none was kept. */
  readonly run: RunRecord | null;
  /** Why nothing could be read or will be kept; null when storage works. */
  readonly problem: 'storage-refused' | 'project-newer' | 'project-invalid' | null;
}

export interface KagglePlan {
  readonly host: string;
  readonly dataset: string;
  readonly picturesPerClass: number;
  /** Estimate, bytes. */
  readonly bytes: number;
}

/**
 * The one contract between the page and the worker side. Implemented by the control worker, by the page's proxy, and by a fake
 * in UI tests. Every method that can take long takes progress and an AbortSignal; every rejection is a HeadstartError.
 */
export interface EngineApi {
  /** Must be the first call. */
  start(addresses: EngineAddresses): Promise<void>;
  /** Chooses what computes; disposes what the former device held. `ComputeStatus.threads` says how many threads it came to. */
  configureDevice(choice: DeviceChoice, options?: DeviceOptions): Promise<ComputeStatus>;
  /**
   * Builds the backbone on the device, once the weights are loaded, and proves it by the self-test: one drawing's features and one
   * training step against committed numbers. A path that fails is left for the next one, and the status says why; once a device.
   * Rejects with `no-path-proved` when none passes.
   */
  proveDevice(onProgress: (progress: DeviceProgress) => void, signal: AbortSignal): Promise<ComputeStatus>;
  /** Ends the measuring of kernels now: what was not tried keeps its default. Nothing happens where nothing is measured. */
  skipMeasuring(): Promise<void>;
  /** Loads, checks and keeps the backbone's weights. Calling it again when they are loaded answers at once. */
  loadWeights(onProgress: (progress: WeightsProgress) => void, signal: AbortSignal): Promise<WeightsReport>;

  /**
   * Gives the worker some of the files of an import, before it is opened. In parts, because a browser sends thousands of files in one
   * long task. The page chooses the id.
   */
  stageImport(importId: string, files: readonly ImportFile[]): Promise<void>;
  /**
   * Opens the archives of an import, those inside others too, and lists everything; no picture is decoded. An archive that cannot be
   * opened is among `skipped`. Rejects with `cancelled`, and nothing of the import is left then.
   */
  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing>;
  /** All bytes of one of the listing's texts. Rejects with `text-too-large`, `file-unreadable`, `entry-broken`, `import-closed`. */
  readImportText(importId: string, path: string): Promise<Uint8Array>;
  /** Nothing more will be taken from it; pictures that came in stay readable. Safe to call twice. */
  closeImport(importId: string): Promise<void>;
  /** Decodes, checks and takes in pictures; broken ones are told as `skipped`. Cancelling keeps what was read. */
  addPictures(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
  ): Promise<IngestReport>;
  /** The embedded drawings; needs no network. */
  addDrawings(onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport>;
  /** Asks nothing of the network: what `addKaggle` would fetch. */
  planKaggle(picturesPerClass: number): Promise<KagglePlan>;
  addKaggle(picturesPerClass: number, onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport>;
  /** Asks Hugging Face what a public dataset holds: its name is all that is sent. Rejects with hub-*. */
  describeHub(dataset: string, signal: AbortSignal): Promise<HubDataset>;
  /** How many pictures each class has; null where the server does not say. */
  countHub(choice: HubChoice, signal: AbortSignal): Promise<HubCounts>;
  /** Fetches what was chosen; `counts` as told by `countHub`. */
  addHub(choice: HubChoice, counts: HubCounts, onEvent: (event: IngestEvent) => void, signal: AbortSignal): Promise<IngestReport>;
  /** Sets pictures aside. Their files stay known until the worker ends, so that `restoreSamples` can take this back. */
  removeSamples(ids: readonly string[]): Promise<void>;
  /** Brings back pictures that were set aside; gives the ids that it does not know. */
  restoreSamples(ids: readonly string[]): Promise<readonly string[]>;
  /** Writes pictures as they were given and a list of them into a ZIP. Rejects with `cancelled`, `storage-full`, `export-failed`. */
  exportDataset(
    entries: readonly ExportEntry[],
    target: FileSystemFileHandle,
    onProgress: (progress: ExportProgress) => void,
    signal: AbortSignal,
  ): Promise<ExportReport>;
  /**
   * What the trained model can be written as, and its certificate: computed once a run and device. Rejects with `head-absent`,
   * `cancelled` or a failure of the device.
   */
  offerExports(onProgress: (progress: ModelExportProgress) => void, signal: AbortSignal): Promise<ModelOffers>;
  /**
   * Writes the trained model. Rejects with `head-absent`, `export-format-unknown`, `model-not-finite`, `cancelled`, `storage-full`,
   * `export-failed`; of a person's own pictures also with `picture-gone`, `sample-unknown`. Nothing is left then.
   */
  exportModel(
    request: ModelExportRequest,
    target: FileSystemFileHandle,
    onProgress: (progress: ModelExportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelExportReport>;
  /** The picture's file as it was given. Rejects with `sample-unknown` or `picture-gone`. */
  pictureFile(sampleId: string): Promise<Blob>;
  /** Samples whose pixels the worker can still read, without those set aside. */
  listSamples(): Promise<readonly Sample[]>;
  fittedPicture(sampleId: string, fit: Fit): Promise<FittedPicture>;

  /**
   * Extracts features in the background, in the order given; predictions go in between. A later call takes the place of an earlier
   * one, which then resolves; so do a run and a change of device. Pictures that cannot be read are passed over: a run names them.
   */
  prepareFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    onProgress: (progress: FeaturesProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;

  /** Features, training, evaluation. Aborting pauses within one picture or step. */
  startRun(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome>;
  /** Goes on with the paused run. */
  continueRun(onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome>;
  /** Ends the paused run where it is: evaluates, keeps the head. */
  finishRun(onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome>;

  predictSample(sampleId: string, signal: AbortSignal): Promise<Prediction>;
  predictFile(file: Blob, signal: AbortSignal): Promise<Prediction>;

  /**
   * The prediction with what each cell of the last map adds to each logit. `covered` are squares of the picture to cover first (see
   * domain/evaluation/cover).
   */
  explainSample(sampleId: string, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation>;
  explainFile(file: Blob, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation>;
  /** What the present head says of labelled samples, in their order. Rejects with `head-absent`, `busy`, `picture-gone`. */
  predictSamples(
    samples: readonly RunSample[],
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly SamplePrediction[]>;
  /**
   * Trains a head as the request says for each fold, on the training and validation pictures of the others, and predicts the fold's own.
   * The present head stays. Rejects with `folds-not-offered` for fine-tuning, `one-class`, `class-too-small`, `busy`, `cancelled`.
   */
  crossValidate(
    request: RunRequest,
    folds: number,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<CrossValidation>;

  loadKept(): Promise<Kept>;
  saveProject(project: ProjectDocument): Promise<void>;
  /** Removes everything kept on this device: weights, project, head, features. */
  forgetEverything(): Promise<void>;

  /** What is kept of features, once everything computed so far is written. */
  featureCache(): Promise<FeatureCacheReport>;
  /** Bytes that kept features may take, 0 for none; null: automatic. What is beyond goes at once, used longest ago first. */
  setFeatureBudget(bytes: number | null): Promise<FeatureCacheReport>;
  /** Frees the disk; what is in memory serves on until the tab closes. Rejects with `storage-refused`. */
  dropKeptFeatures(): Promise<FeatureCacheReport>;

  memory(): Promise<MemoryReport>;
  /** Frees every tensor and the device. */
  dispose(): Promise<void>;
}
