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
import type { ManyEvent, ManyReport } from '../domain/many/many';
import type { NetworkWeights, ShownMaps } from '../domain/look/layer-maps';
import type { LikenessReference, LikenessReport } from '../domain/evaluation/likeness';
import type { Projection, ProjectionMethod } from '../domain/evaluation/projection';
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { HubChoice, HubCounts, HubDataset } from '../domain/hub-dataset';
import type { ModelExportProgress, ModelExportReport, ModelExportRequest, ModelOffers } from '../domain/model-export';
import type { ErrorRecord } from '../domain/errors';
import type { BackboneIdentity, HubWeightsState, KeptBackbone, ModelImportProgress, ModelOffer } from '../domain/model-import';
import type { History, Prediction, RunRecord, SamplePrediction } from '../domain/history';
import type { ImportFile, ImportListing, ImportProgress, StagedFolder } from '../domain/import-listing';
import type { OutsideRequest } from '../domain/outside-request';
import type { ProjectDocument } from '../domain/project';
import type {
  FreeableKind,
  Keeping,
  KeptThumbnail,
  LeftFolder,
  ProjectAccess,
  ProjectEvent,
  ProjectList,
  StorageReport,
} from '../domain/projects';
import type { ProjectFileOffer, ProjectFileProgress, ProjectFileReport } from '../domain/project-file';
import type { RunConfig } from '../domain/run-config';

/** Where things are fetched from; absolute URLs, so that workers need not know the page's address. */
export interface EngineAddresses {
  /** Folder of the weights, ends with `/`. */
  readonly weights: string;
  /** Hugging Face's dataset viewer, ends with `/`. */
  readonly datasetsServer: string;
  /** Hugging Face's hub, where torchvision's weights are; ends with `/`. */
  readonly modelHub: string;
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

/** Where an unfinished run is kept on this device, and how often. */
export interface RunKeep {
  /** Id of its project: each keeps one. */
  readonly project: string;
  /** At the first step boundary after so many. */
  readonly everySeconds: number;
}

export interface RunRequest {
  readonly number: number;
  readonly config: RunConfig;
  readonly classNames: readonly string[];
  readonly samples: readonly RunSample[];
  /** Id of the run whose head is present: its weights are the first ones. Absent: a new head. */
  readonly startFrom?: string;
  /** Absent: the run is gone with the worker. */
  readonly keep?: RunKeep;
}

/** A run that was interrupted, or paused, as it will go on. */
export interface UnfinishedRun {
  /** As its record will be called. */
  readonly id: string;
  readonly request: RunRequest;
  /** ISO 8601. */
  readonly savedAt: string;
  /** The next thing to do, 0-based. */
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly history: History;
  readonly log: readonly string[];
  readonly firstBatch: { readonly sampleIds: readonly string[]; readonly labels: readonly number[] } | null;
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

/** A sample of the project, or a file that is none. */
export type LookedAt = { readonly sampleId: string } | { readonly file: Blob };

export interface ProjectionRequest {
  readonly sampleIds: readonly string[];
  readonly fit: Fit;
  readonly method: ProjectionMethod;
  /** Of UMAP's chance. */
  readonly seed: number;
}

/** A project as it was saved last, once its pictures and its head are back in the workers. */
export interface OpenedProject {
  /** Null where there is none of this id, or none at all. */
  readonly project: ProjectDocument | null;
  /** The run whose head can predict at once; null when none was kept. */
  readonly run: RunRecord | null;
  readonly access: ProjectAccess;
  /** Samples whose picture is not kept, or kept no more: nobody can read them. */
  readonly lost: readonly string[];
  /** Folders that hold the pictures which were left where they are. */
  readonly folders: readonly LeftFolder[];
  /** Why nothing could be read or will be kept; null when storage works. */
  readonly problem: 'storage-refused' | 'project-newer' | 'project-invalid' | null;
  /** Why the convolutions that the project stands on are not in force: those that come with the page are meanwhile. Null where they are. */
  readonly backboneProblem: ErrorRecord | null;
}

/** The run that a model's head becomes. */
export interface HeadWish {
  readonly runId: string;
  readonly number: number;
  /** By class index; the file's own where it has names. */
  readonly classNames: readonly string[];
}

/** A run of the project whose head may be present with the convolutions that it stands on. */
export type RunOnBackbone = Pick<RunRecord, 'id' | 'backbone'>;

export interface TakeModelRequest {
  /** Null leaves the model's head out. */
  readonly head: HeadWish | null;
  /** Whose head may be present where the model brings none, the one that is wanted most first. */
  readonly runs: readonly RunOnBackbone[];
}

/** Convolutions that are in force from now on. */
export interface UsedBackbone {
  /** Null: those that come with the page. */
  readonly backbone: BackboneIdentity | null;
  /** Whose head is present; null where none is. */
  readonly run: RunRecord | null;
}

export interface TakenModel extends UsedBackbone {
  /** Why its convolutions are not kept for later visits; null where they are, or need not be. */
  readonly notKept: ErrorRecord | null;
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
   * long task. The page chooses the id. `folders` are those among them whose pictures may be left where they are.
   */
  /**
   * Reads a model out of files and holds it; nothing is replaced. One is held at a time. The weights that come with the page must have
   * been loaded: it is compared with them, and with `fit`, the project's. Rejects with model-*, `cancelled`.
   */
  openModel(
    files: readonly File[],
    fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer>;
  /** What is on this device of the hub's weights. Nothing is asked of the network. */
  hubModelState(): Promise<HubWeightsState>;
  /** Fetches what is missing of them; what came is kept when it ends early. Rejects with hub-weights-*, `cancelled`. */
  fetchHubModel(fit: Fit, onProgress: (progress: ModelImportProgress) => void, signal: AbortSignal): Promise<ModelOffer>;
  /**
   * Puts the held model in force: its convolutions, kept for later visits where that can be, and its head. What was in force is set aside.
   * Rejects with `model-closed`, `busy`, `run-unfinished`, `model-head-unusable`, `cancelled`; nothing is changed then.
   */
  takeModel(
    request: TakeModelRequest,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<TakenModel>;
  /** Lets go of the held model. Safe to call twice. */
  closeModel(): Promise<void>;
  /**
   * Puts convolutions in force: those that come with the page (`shipped`) or kept ones; `runs` as in TakeModelRequest. Rejects with
   * `backbone-gone`, `busy`, `run-unfinished`; nothing is changed then.
   */
  useBackbone(id: string, runs: readonly RunOnBackbone[]): Promise<UsedBackbone>;
  listBackbones(): Promise<readonly KeptBackbone[]>;
  /** Frees the disk of kept ones; gives those that are left. Rejects with `backbone-in-use` for those in force, and `storage-refused`. */
  removeBackbone(id: string): Promise<readonly KeptBackbone[]>;

  stageImport(importId: string, files: readonly ImportFile[], folders?: readonly StagedFolder[]): Promise<void>;
  /**
   * Opens the archives of an import, those inside others too, and lists everything; no picture is decoded. An archive that cannot be
   * opened is among `skipped`. Rejects with `cancelled`, and nothing of the import is left then.
   */
  openImport(importId: string, onProgress: (progress: ImportProgress) => void, signal: AbortSignal): Promise<ImportListing>;
  /** All bytes of one of the listing's texts. Rejects with `text-too-large`, `file-unreadable`, `entry-broken`, `import-closed`. */
  readImportText(importId: string, path: string): Promise<Uint8Array>;
  /** Nothing more will be taken from it; pictures that came in stay readable. Safe to call twice. */
  closeImport(importId: string): Promise<void>;
  /**
   * Decodes, checks and takes in pictures; broken ones are told as `skipped`. Cancelling keeps what was read. They are kept for later
   * visits meanwhile: copied, or with `leave` as a place in a staged folder where that can be; pictures of archives are always copied.
   */
  addPictures(
    sources: readonly PictureSource[],
    onEvent: (event: IngestEvent) => void,
    signal: AbortSignal,
    keeping?: Keeping,
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

  /**
   * The run that a project left unfinished, here or on an earlier visit; from now on `continueRun` and `finishRun` mean it. Null where there
   * is none, where nothing whole is left of it, and where another tab holds it.
   */
  unfinishedRun(keep: RunKeep): Promise<UnfinishedRun | null>;
  /** Lets an unfinished run go, on disk too; nothing happens where it is another. A finished one goes with the saving of its project. */
  discardRun(id: string): Promise<void>;

  predictSample(sampleId: string, signal: AbortSignal): Promise<Prediction>;
  predictFile(file: Blob, signal: AbortSignal): Promise<Prediction>;

  /**
   * The prediction with what each cell of the last map adds to each logit. `covered` are squares of the picture to cover first (see
   * domain/evaluation/cover).
   */
  explainSample(sampleId: string, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation>;
  explainFile(file: Blob, covered: readonly number[], signal: AbortSignal): Promise<ShownExplanation>;
  /**
   * What a picture excites in one layer (`features.N`, a ReLU or a pooling), by the backbone that predicts; no head is needed.
   * Rejects with `cancelled`, with `picture-gone`, or as a skipped file.
   */
  layerMaps(picture: LookedAt, layerIndex: number, fit: Fit, signal: AbortSignal): Promise<ShownMaps>;
  /** The first filters and the head's cells, as they predict. The weights must have been loaded. */
  networkWeights(): Promise<NetworkWeights>;
  /**
   * Predicts files of an opened import without taking them in; files that are no pictures are told as skipped. Aborting resolves, and what was
   * told stands. Rejects with `head-absent` or a failure of the device.
   */
  predictMany(
    importId: string,
    paths: readonly string[],
    onEvent: (event: ManyEvent) => void,
    signal: AbortSignal,
  ): Promise<ManyReport>;
  /** A file of an opened import as it was given. Rejects with `import-closed` or `picture-gone`. */
  importFile(importId: string, path: string): Promise<Blob>;
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

  /**
   * Where pictures lie on a plane, by VGG-16's features as it was loaded; missing ones are computed first. No head is needed. Rejects with
   * `busy`, `cancelled`, `too-few-for-map`.
   */
  projectPictures(
    request: ProjectionRequest,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<Projection>;
  /**
   * Makes the pictures ready that the head learnt from: from then on, and until there is another head, each prediction of one picture
   * tells which of them are most alike. With `missing: 'leave'` nothing is computed for it: where features are missing, nothing is ready.
   */
  prepareLikeness(
    reference: LikenessReference,
    missing: 'compute' | 'leave',
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<LikenessReport>;

  /** What happens to projects outside of these calls, until the signal aborts. */
  watchProjects(onEvent: (event: ProjectEvent) => void, signal: AbortSignal): Promise<void>;
  /** All projects, without opening any. */
  listProjects(): Promise<ProjectList>;
  /**
   * Closes the open project and opens another, null for the one that was written last. It is owned from then on, unless another tab owns
   * it. Rejects with `busy` while a run or a reading goes on.
   */
  openProject(id: string | null): Promise<OpenedProject>;
  /** Thumbnails of the open project's pictures, in parts. */
  loadThumbnails(onThumbnails: (thumbnails: readonly KeptThumbnail[]) => void, signal: AbortSignal): Promise<void>;
  /** Closes the open project and owns a new one, which is kept from its first save on. Rejects with `busy`. */
  createProject(id: string): Promise<void>;
  /**
   * Saves the open project. Rejects with `project-not-owned` once another tab has it or it was forgotten, `storage-refused`,
   * `storage-full`.
   */
  saveProject(project: ProjectDocument): Promise<void>;
  /** Keeps a document as a project of its own without opening it, such as what could not be saved any more. Pictures are shared. */
  keepProject(project: ProjectDocument): Promise<void>;
  /** A copy with its runs and heads under another id and name, which shares its pictures. Rejects with `project-unknown`. */
  duplicateProject(id: string, newId: string, name: string): Promise<void>;
  /** Of a project that is not open here. Rejects with `project-unknown`, `project-in-use` while another tab owns it. */
  renameProject(id: string, name: string): Promise<void>;
  /** Marks it; see `deletedForMs`. The open project is closed first. Rejects with `project-unknown`, `project-in-use`. */
  deleteProject(id: string): Promise<void>;
  /** Rejects with `project-unknown` once it was swept. */
  undeleteProject(id: string): Promise<void>;
  /**
   * Writes a project into one ZIP (docs/PROJECT-FORMAT.md): `present` of the open one, what was saved last of another. Rejects with `project-unknown`, `cancelled`,
   * `storage-full`, `export-failed`.
   */
  writeProjectFile(
    id: string,
    present: ProjectDocument | null,
    target: FileSystemFileHandle,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport>;
  /**
   * Looks into a project's file, which is then held until it is taken in or closed; null where it is an archive of something else.
   * Rejects with project-file-*, `archive-*`, `file-unreadable`, `cancelled`.
   */
  openProjectFile(file: File, signal: AbortSignal): Promise<ProjectFileOffer | null>;
  /** Fetches a project's file of this site and looks into it. Rejects with project-link-* too, and `project-file-foreign`. */
  fetchProjectFile(
    address: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileOffer>;
  /**
   * Takes the held file in as a project of its own, without opening it. Nothing of it is left when it fails or is cancelled. Rejects with
   * `project-file-altered`, `project-file-no-room`, `storage-full`, `storage-refused`, `cancelled`.
   */
  takeProjectFile(
    newId: string,
    onProgress: (progress: ProjectFileProgress) => void,
    signal: AbortSignal,
  ): Promise<ProjectFileReport>;
  /** Lets go of the held file. Safe to call twice. */
  closeProjectFile(): Promise<void>;
  /** Answers `hand-over`: everything is saved, the other tab may have it. Whoever opens it next owns it. */
  releaseProject(): Promise<void>;
  /** Owns the open project, which another tab owns: asks that tab to save first, and takes it where it does not answer. */
  takeOver(): Promise<OpenedProject>;
  /** The person was asked for permission: which folders can be read now? */
  lookAtFolders(): Promise<readonly LeftFolder[]>;
  storageReport(): Promise<StorageReport>;
  /** Rejects with `storage-refused`. */
  freeStorage(kind: FreeableKind): Promise<StorageReport>;
  /** Removes everything kept on this device: weights, projects, pictures, heads, features, checkpoints. Other tabs are told. */
  forgetEverything(): Promise<void>;

  /** What is kept of features, once everything computed so far is written. */
  featureCache(): Promise<FeatureCacheReport>;
  /** Bytes that kept features may take, 0 for none; null: automatic. What is beyond goes at once, used longest ago first. */
  setFeatureBudget(bytes: number | null): Promise<FeatureCacheReport>;
  /** Frees the disk; what is in memory serves on until the tab closes. Rejects with `storage-refused`. */
  dropKeptFeatures(): Promise<FeatureCacheReport>;

  /** Requests of the workers to other sites: those made so far, then each as it is made. Resolves when the signal is aborted. */
  followRequests(onRequests: (requests: readonly OutsideRequest[]) => void, signal: AbortSignal): Promise<void>;

  memory(): Promise<MemoryReport>;
  /** Frees every tensor and the device. */
  dispose(): Promise<void>;
}
