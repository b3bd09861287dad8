import type { CommandLog, LoggedCommand } from '../domain/command-log';
import type { DatasetOrigin, Fit, SkippedFile, Split } from '../domain/dataset';
import type {
  ComputeStatus,
  DeviceChoice,
  DeviceProgress,
  ExportReport,
  KeptReport,
  MemoryReport,
  StageName,
  WeightsProgress,
  WeightsReport,
} from '../domain/events';
import type { ErrorRecord } from '../domain/errors';
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { SmallerRun } from '../domain/estimate';
import type { HubChoice, HubCounts, HubDataset } from '../domain/hub-dataset';
import type { ImportFile, ImportProgress } from '../domain/import-listing';
import type { HubWeightsState, KeptBackbone, ModelImportProgress, ModelOffer } from '../domain/model-import';
import type { ManifestColumns } from '../domain/recognise/manifest';
import type { ImportTotals, RowChange, RowChanges } from '../domain/recognise/decision';
import type { ImportReader, ReadingWish } from '../domain/recognise/import-reader';
import type { ImportReading, ImportRow, MergeProposal } from '../domain/recognise/proposal';
import type { Isolation } from '../domain/isolation';
import type { OutsideRequest } from '../domain/outside-request';
import type { CrossValidation, InspectionProgress, ShownExplanation } from '../domain/evaluation/inspection';
import type { NetworkWeights, ShownMaps } from '../domain/look/layer-maps';
import type { SeenPrediction } from '../domain/many/many';
import type { LikenessReport } from '../domain/evaluation/likeness';
import type { Projection, ProjectionMethod } from '../domain/evaluation/projection';
import type { LookAlike } from '../domain/look-alikes';
import type {
  FreeableKind,
  Keeping,
  KeepingPlan,
  LeftFolder,
  ProjectAccess,
  ProjectSummary,
  StorageReport,
} from '../domain/projects';
import type {
  ExportFormatId,
  ExportPrecision,
  ModelExportProgress,
  ModelExportReport,
  ModelOffers,
} from '../domain/model-export';
import type { History, Prediction, RunRecord, SamplePrediction } from '../domain/history';
import type { ProjectFileOffer, ProjectFileProgress, ProjectFileReport } from '../domain/project-file';
import type { RunConfig, Way } from '../domain/run-config';
import type { EngineAddresses, FittedPicture, KagglePlan, LookedAt, RunSample, UnfinishedRun } from '../protocol/engine-api';
import type { NotedError } from './noted-errors';

/** A file as the page lists it: the label rules decide its class. */
export type ListedFile = ImportFile;

export interface ComputeState {
  readonly choice: DeviceChoice;
  /** Threads of the processor that the person chose, 1 to `mostThreads`; null: as many as there are. What runs is in `status`. */
  readonly threads: number | null;
  readonly mostThreads: number;
  /** Of the whole device, bytes, as the browser tells it: coarse, and capped. Null where it does not. */
  readonly deviceMemory: number | null;
  /** Where the page is not isolated one thread computes, and this says why. */
  readonly isolation: Isolation;
  /** null until the probe has answered. */
  readonly status: ComputeStatus | null;
  /** The self-test is going on. */
  readonly proving: boolean;
  /** How far it is with that; what was told last. */
  readonly progress: DeviceProgress | null;
  readonly error: ErrorRecord | null;
}

export interface WeightsState {
  readonly phase: 'waiting' | 'loading' | 'ready' | 'failed';
  readonly progress: WeightsProgress | null;
  readonly report: WeightsReport | null;
  readonly error: ErrorRecord | null;
}

export interface LandedPictures {
  readonly count: number;
  /** Null: among the unlabelled pictures. */
  readonly className: string | null;
  readonly origin: 'clipboard' | 'camera';
}

export interface IngestState {
  /** confirming: what was found is shown in `importing` and waits for the person. */
  readonly phase: 'idle' | 'listing' | 'confirming' | 'reading';
  readonly origin: DatasetOrigin | null;
  /** While archives are opened: what was told last. */
  readonly opening: ImportProgress | null;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
  /** Shown in the Data column, where it happened. */
  readonly error: ErrorRecord | null;
  /** Warnings that do not stop anything, such as class names that differ in case. */
  readonly warnings: readonly ErrorRecord[];
  /** How the pictures added last were recognised, as sentences. */
  readonly reasoning: readonly string[];
  /** A server asked to be asked again after so many seconds; null while nothing is waited for. */
  readonly waitingSeconds: number | null;
  /** Where pictures went that were pasted or recorded; null when nothing has to be said. */
  readonly landed: LandedPictures | null;
  /** Asked before anything is downloaded. */
  readonly kagglePlan: KagglePlan | null;
}

/** What was dropped, as it would come in; the person may change it before it does. */
export interface ImportState {
  readonly reader: ImportReader;
  readonly reading: ImportReading;
  readonly changes: RowChanges;
  /** `reading` with `changes`. */
  readonly rows: readonly ImportRow[];
  readonly merges: readonly MergeProposal[];
  readonly totals: ImportTotals;
  readonly warnings: readonly ErrorRecord[];
  /** Another reading is being made. */
  readonly busy: boolean;
  /** What of the person's last change could not be done. */
  readonly error: ErrorRecord | null;
  /** Files that cannot come in. */
  readonly skipped: number;
  /** Films beside a picture of the same name, left out. */
  readonly livePhotoVideos: number;
  /** What copying the pictures for later visits takes, and what can stay where it is. */
  readonly keepingPlan: KeepingPlan;
  readonly keeping: Keeping;
}

/** A model on its way in, and the convolutions that are kept on this device. What is in force is `project.document.backbone`. */
export interface ModelImportState {
  /** offered: what was read is in `offer` and waits for the person. Only closed, open and offered take another file. */
  readonly phase: 'closed' | 'open' | 'fetching' | 'reading' | 'offered' | 'taking';
  /** What was told last of the hub's weights; null before anybody asked. */
  readonly hub: HubWeightsState | null;
  /** As told last. */
  readonly kept: readonly KeptBackbone[];
  readonly offer: ModelOffer | null;
  readonly progress: ModelImportProgress | null;
  readonly error: ErrorRecord | null;
  /**
   * Why the convolutions that the project stands on are not in force: nothing is extracted or trained until they come in again or the
   * person goes on with others. Null where they are.
   */
  readonly problem: ErrorRecord | null;
}

/** What Train begins with. */
export interface StartOffer {
  /** Whether the present model can be chosen. */
  readonly offered: boolean;
  readonly value: 'new' | 'present';
  /** Why the present model cannot be started from, or not with these settings; while it is chosen Train is blocked by it. */
  readonly reasonNot: ErrorRecord | null;
  /** Of the present model; null where there is none. */
  readonly run: RunRecord | null;
}

/** Pictures whose features a run would need now, in the order in which they are best extracted. */
export interface WantedFeatures {
  readonly sampleIds: readonly string[];
  readonly fit: Fit;
}

/** Features extracted in the background, before a run needs them. */
export interface FeaturesState {
  readonly phase: 'idle' | 'extracting';
  /** The person stopped it, for this visit. */
  readonly paused: boolean;
  /** What `done` and `total` count; null before the device has said anything. While pictures land it is behind. */
  readonly wanted: WantedFeatures | null;
  readonly done: number;
  readonly total: number;
  /** What `wanted` and `done` were when the way chosen last had no need of features: the worker still holds them. */
  readonly kept: { readonly wanted: WantedFeatures; readonly done: number } | null;
  /** From the last pictures; null until one was measured. */
  readonly secondsPerPicture: number | null;
  /** Pictures that could not be read when everything else was done; a run names them. */
  readonly unreadable: number;
  readonly error: ErrorRecord | null;
}

/** Features kept on this device, for all projects. */
export interface FeatureCacheState {
  /** Bytes that the person lets them take, 0 for none; null: automatic. */
  readonly budget: number | null;
  /** What was told last; null before anybody asked. */
  readonly report: FeatureCacheReport | null;
  readonly error: ErrorRecord | null;
}

/** The page's own files on this device, so that it opens without a network. */
export interface OfflineState {
  /** waiting: for the weights, which go first. forgotten: until the next visit. absent: this is no build. */
  readonly phase: 'waiting' | 'keeping' | 'kept' | 'forgotten' | 'unavailable' | 'absent';
  /** Of what is kept, without the weights. */
  readonly bytes: number | null;
  /** Why it is unavailable. */
  readonly error: ErrorRecord | null;
  /** A newer version is kept whole and waits for a word of the person. */
  readonly newVersion: 'none' | 'offered' | 'dismissed' | 'starting';
}

/** The projects on this device. */
export interface ProjectsState {
  /** Written last first, those deleted too; null before anybody asked. From then on it follows what other tabs do. */
  readonly list: readonly ProjectSummary[] | null;
  /** Whether the list stands in place of the three columns. */
  readonly isShown: boolean;
  /** Another project is on its way. */
  readonly isOpening: boolean;
  /** How often a change was refused because another tab has the project. */
  readonly refusals: number;
  /** What of the last action could not be done. */
  readonly error: ErrorRecord | null;
}

/** A project that is written to a file, or comes from one. */
export interface ProjectFileState {
  /** asking: what the file holds is shown in `offer` and waits for the person. */
  readonly phase: 'idle' | 'writing' | 'fetching' | 'looking' | 'asking' | 'taking';
  /** Of the file. */
  readonly name: string;
  readonly progress: ProjectFileProgress | null;
  readonly offer: ProjectFileOffer | null;
  /** What was written, or came in, last; null once it was dismissed. */
  readonly done: { readonly kind: 'written' | 'taken'; readonly report: ProjectFileReport } | null;
  readonly error: ErrorRecord | null;
}

/** What is kept on this device and what can be freed. */
export interface StorageState {
  /** What was told last; null before anybody asked. */
  readonly report: StorageReport | null;
  /** What is being freed. */
  readonly freeing: FreeableKind | null;
  readonly error: ErrorRecord | null;
}

export interface StageState {
  readonly stage: StageName;
  readonly status: 'waiting' | 'running' | 'done';
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
  /** `from cache`, `500 in 11 s`. */
  readonly note: string | null;
}

export interface RunState {
  /** stopping: pause or stop asked, the worker has not answered yet. */
  readonly phase: 'idle' | 'running' | 'stopping' | 'paused' | 'done' | 'failed';
  readonly config: RunConfig | null;
  /** What the next one begins with: a new head, or the model that is present (see selectStart). */
  readonly start: 'new' | 'present';
  /** The pictures that it was given; empty for a run of an earlier visit. */
  readonly samples: readonly RunSample[];
  readonly stages: readonly StageState[];
  readonly history: History;
  readonly log: readonly string[];
  /** The first four pictures in the seeded, shuffled order, and their labels. */
  readonly firstBatch: { readonly sampleIds: readonly string[]; readonly labels: readonly number[] } | null;
  /** Why the run had to go on by itself on another device; null when it had not. */
  readonly resumed: ErrorRecord | null;
  readonly result: RunRecord | null;
  readonly predictions: readonly SamplePrediction[];
  /** How it is kept on disk while it goes; what was told last. */
  readonly kept: KeptReport | null;
  /** Where it stood when it was interrupted; null for a run that this worker began. */
  readonly interrupted: InterruptedRun | null;
  readonly error: ErrorRecord | null;
}

/** A run that a closed page or a worker that ended left behind, as it was kept last. */
export interface InterruptedRun extends Pick<UnfinishedRun, 'id' | 'savedAt' | 'epoch' | 'step' | 'stepsPerEpoch'> {
  readonly number: number;
  /** Names of its pictures by their ids, as far as the project knew them. */
  readonly names: ReadonlyMap<string, string>;
}

export type TrialTarget =
  { readonly kind: 'sample'; readonly sampleId: string } | { readonly kind: 'file'; readonly name: string; readonly url: string };

/** The archive that is written, or was. */
export interface ExportState {
  readonly phase: 'idle' | 'writing';
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
  /** Of the file. */
  readonly name: string;
  readonly report: ExportReport | null;
  readonly error: ErrorRecord | null;
}

/** The trained model on its way out. */
export interface ModelExportState {
  readonly phase: 'idle' | 'certifying' | 'writing';
  /** What was offered last; of another run or device it is asked for again. */
  readonly offers: ModelOffers | null;
  readonly progress: ModelExportProgress | null;
  /** Of the file that is written, or was. */
  readonly name: string;
  readonly report: ModelExportReport | null;
  readonly error: ErrorRecord | null;
}

export interface ModelExportChoice {
  readonly format: ExportFormatId;
  readonly precision: ExportPrecision;
  /** Adds eight of the held-out pictures to the certificate: only where the person said so. */
  readonly withOwnPictures?: boolean;
}

/** The Try column. */
export interface TrialState {
  readonly target: TrialTarget | null;
  readonly prediction: Prediction | null;
  /** What each part of the picture adds to each logit; null where evidence is off. */
  readonly explanation: ShownExplanation | null;
  /** Squares of the picture that the person covered (see domain/evaluation/cover). */
  readonly covered: readonly number[];
  /** What was said of the picture before anything was covered. */
  readonly uncovered: Prediction | null;
  readonly busy: boolean;
  readonly error: ErrorRecord | null;
}

/** Pictures that are predicted without being part of the project. */
export interface ManyState {
  /** stopped: cancelled, or it failed; what came stands, and the rest can be asked for. */
  readonly phase: 'idle' | 'listing' | 'predicting' | 'stopped' | 'done';
  /** While archives are opened: what was told last. */
  readonly opening: ImportProgress | null;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
  /** In the order in which they came. */
  readonly results: readonly SeenPrediction[];
  readonly skipped: readonly SkippedFile[];
  /** Whose head predicted; null before anything was asked. */
  readonly run: RunRecord | null;
  readonly error: ErrorRecord | null;
}

/** What is asked of the present head beyond its run. */
export interface InspectionState {
  /** What the worker does for it now. */
  readonly task: 'predictions' | 'folds' | 'map' | 'likeness' | null;
  readonly progress: InspectionProgress | null;
  readonly error: ErrorRecord | null;
  /** Splits that were predicted since the run. */
  readonly predictions: {
    readonly runId: string;
    readonly of: Readonly<Partial<Record<Split, readonly SamplePrediction[]>>>;
  } | null;
  readonly folds: {
    readonly runId: string;
    readonly result: CrossValidation;
    /** How the first cross-validation of this run went, once labels were changed and it was done again. */
    readonly before: { readonly right: number; readonly count: number } | null;
  } | null;
  /** Where the pictures lie, by each way that was asked for. Pictures that came since are not on it. */
  readonly maps: Readonly<Partial<Record<ProjectionMethod, Projection>>>;
  /** What each run of this visit said of the pictures held out from it, by the run's id. */
  readonly heldOut: ReadonlyMap<string, readonly SamplePrediction[]>;
  /** Pictures whose label the person looked at and kept, for this visit. */
  readonly confirmed: readonly string[];
}

/** Whether predictions tell which training pictures are most alike. */
export interface LikenessState {
  /** idle: nothing was asked yet, or there is nothing to ask with. missing: features would have to be computed first. */
  readonly phase: 'idle' | 'preparing' | 'ready' | 'missing';
  /** What was told last of the present head's pictures. */
  readonly report: LikenessReport | null;
}

/** Pictures that are the same or look the same; what is in conflict follows from it and the labels (see selectConflicts). */
export interface LookAlikesState {
  readonly isSearching: boolean;
  /** Of the pictures when it was last searched. */
  readonly pairs: readonly LookAlike[];
  /** Keys of conflicts that the person finds harmless, for this visit. */
  readonly accepted: ReadonlySet<string>;
}

/** What the trained head makes of a picture without a label. */
export interface Proposal {
  readonly className: string;
  /** Of that class, 0 to 1. */
  readonly probability: number;
}

export interface PageState {
  readonly project: CommandLog;
  /** A reader's commands do nothing: the project belongs to another tab until it is taken over. */
  readonly access: ProjectAccess;
  /** Folders outside of the browser that hold pictures of the project. */
  readonly folders: readonly LeftFolder[];
  readonly projects: ProjectsState;
  readonly storage: StorageState;
  readonly projectFile: ProjectFileState;
  readonly compute: ComputeState;
  readonly weights: WeightsState;
  readonly ingest: IngestState;
  /** null while nothing waits to be confirmed. */
  readonly importing: ImportState | null;
  readonly features: FeaturesState;
  readonly featureCache: FeatureCacheState;
  readonly offline: OfflineState;
  readonly run: RunState;
  readonly trial: TrialState;
  readonly many: ManyState;
  readonly inspection: InspectionState;
  readonly likeness: LikenessState;
  /** Whether predictions are explained on the picture. */
  readonly showEvidence: boolean;
  readonly lookAlikes: LookAlikesState;
  /** Sample id -> what the present head proposes; of pictures that had no label when it was asked. */
  readonly proposals: ReadonlyMap<string, Proposal>;
  readonly exporting: ExportState;
  readonly modelExport: ModelExportState;
  readonly modelImport: ModelImportState;
  /** Sample id -> thumbnail. */
  readonly thumbnails: ReadonlyMap<string, Blob>;
  /** Where things are fetched from; fixed when the page is built. */
  readonly addresses: EngineAddresses;
  /** Requests to other sites on this visit, in their order, as told where they were made. */
  readonly outsideRequests: readonly OutsideRequest[];
  /** Whether a trained head can predict. */
  readonly headReady: boolean;
  /** The run whose head predicts: this visit's last, or the one kept from the last visit. */
  readonly headRun: RunRecord | null;
  /** Whether the screen is kept on while something is trained; `absent`: this browser cannot. */
  readonly wakeLock: 'none' | 'held' | 'refused' | 'absent';
  /** What went wrong on this visit, the latest last, at most 20 (see noted-errors.ts). */
  readonly notedErrors: readonly NotedError[];
  /** A standing notice such as `storage-refused`. */
  readonly notice: ErrorRecord | null;
  /** The background worker died; nothing works until it is restarted. */
  readonly workerDead: ErrorRecord | null;
}

/** What the page can do. Every action is safe to call at any time; failures land in the state where they belong. */
export interface PageActions {
  /** Once, at the start: device, kept project, weights. */
  begin(): Promise<void>;
  chooseDevice(choice: DeviceChoice): Promise<void>;
  /** 1 or more, more than there are is all of them; null: as many as there are. */
  chooseThreads(threads: number | null): Promise<void>;
  /** The kernels of the graphics card are taken as they are known by now. */
  skipMeasuring(): Promise<void>;
  retryWeights(): Promise<void>;
  dispatch(command: LoggedCommand): void;
  /** Takes the latest change of the pictures or names back; pictures come back with their labels. */
  undo(): void;
  redo(): void;
  changeSettings(change: Partial<RunConfig>): void;
  /** Another way of transfer; a preset goes along with it. */
  chooseWay(way: Way): void;
  choosePreset(preset: 'note' | 'recommended'): void;
  /** `files` may still be listed (a dropped folder); the state says `listing` meanwhile. */
  addFiles(files: Promise<readonly ListedFile[]> | readonly ListedFile[], wish?: ReadingWish): Promise<void>;
  /** As `addFiles`, but what was found is shown first: see `importing`. */
  offerFiles(files: Promise<readonly ListedFile[]> | readonly ListedFile[]): Promise<void>;
  /** Another of `importing.reader.offers`. */
  readImportAs(id: string): Promise<void>;
  readImportByPattern(text: string): Promise<void>;
  readImportByColumns(columns: ManifestColumns): Promise<void>;
  changeImportRows(keys: readonly string[], change: RowChange): void;
  mergeImport(merge: MergeProposal): void;
  confirmImport(): Promise<void>;
  declineImport(): Promise<void>;
  /** Pictures that have no path of their own; `className` null brings them in unlabelled. A class is made where there is none. */
  addToClass(files: readonly File[], className: string | null, origin: 'clipboard' | 'camera'): Promise<void>;
  /** What the head says of a frame of the camera; nothing of it is kept. Rejects as the engine does. */
  predictFrame(frame: Blob, signal: AbortSignal): Promise<Prediction>;
  /** Something was pasted that holds no picture. */
  refusePaste(): void;
  addDrawings(): Promise<void>;
  /** First step: says what would be downloaded and from where. */
  askKaggle(): Promise<void>;
  declineKaggle(): void;
  acceptKaggle(): Promise<void>;
  /** Asks Hugging Face what a dataset holds: its name leaves this device. Rejects as the engine does. */
  describeHub(text: string, signal: AbortSignal): Promise<HubDataset>;
  countHub(choice: HubChoice, signal: AbortSignal): Promise<HubCounts>;
  addHub(choice: HubChoice, counts: HubCounts): Promise<void>;
  cancelIngest(): void;
  /** Writes the pictures, their classes and splits into a ZIP. Within a click: the browser asks where it goes. */
  exportDataset(): Promise<void>;
  cancelExport(): void;
  dismissExport(): void;
  /** Certifies the trained model and says what it can be written as: see `modelExport.offers`. */
  lookAtExports(): Promise<void>;
  /** Writes the trained model. Within a click: the browser asks where it goes. */
  exportModel(choice: ModelExportChoice): Promise<void>;
  cancelModelExport(): void;
  /** Opens the dialog for models that come in: asks what is here of the hub's weights, and what is kept. */
  openModelDialog(): Promise<void>;
  /** Ends what goes on there, and lets go of what was read. */
  closeModelDialog(): void;
  /** Reads a model out of files; it is in `modelImport.offer` then. Opens the dialog too. */
  readModel(files: readonly File[]): Promise<void>;
  /** Fetches torchvision's weights from the hub. */
  fetchHubModel(): Promise<void>;
  /** Ends reading, fetching or taking; what came of the hub's weights is kept. */
  cancelModel(): void;
  /**
   * Puts what was read in force. With its head it becomes a run, which is present then and started from; `classNames` where the file has
   * none. Resolves once it is, or could not be: then `modelImport.error` says why and nothing is changed.
   */
  takeModel(choice: { readonly withHead: boolean; readonly classNames?: readonly string[] }): Promise<void>;
  /** Convolutions that are kept, or those that come with the page (`shipped`). The newest head that stands on them is present then. */
  useBackbone(id: string): Promise<void>;
  removeBackbone(id: string): Promise<void>;
  /** What Train begins with. With the present model its feature norm goes into the settings. */
  setStart(start: 'new' | 'present'): void;
  removeSamples(ids: readonly string[]): Promise<void>;
  clearPictures(): Promise<void>;
  /** Stops extracting in the background, until `goOnWithFeatures` or a run. */
  pauseFeatures(): void;
  /** After a pause or an error; takes a new device where the former was lost. */
  goOnWithFeatures(): Promise<void>;
  train(): Promise<void>;
  pause(): void;
  continueRun(): Promise<void>;
  stop(): Promise<void>;
  /** Lets a paused run go, with what is kept of it. */
  discardRun(): Promise<void>;
  trySample(sampleId: string): Promise<void>;
  tryFile(file: File): Promise<void>;
  /** Predicts the tried picture with these squares covered; none shows it whole again. */
  coverSquares(squares: readonly number[]): Promise<void>;
  chooseEvidence(show: boolean): Promise<void>;
  /** What a picture excites in one layer, with the fit of the head that predicts, else of the settings. Rejects as the engine does. */
  layerMaps(picture: LookedAt, layerIndex: number, signal: AbortSignal): Promise<ShownMaps>;
  /** The first filters and the head. Rejects as the engine does. */
  networkWeights(): Promise<NetworkWeights>;
  /** Predicts all pictures of what was dropped or chosen, archives opened, without taking them in. In place of the former ones. */
  predictMany(files: Promise<readonly ListedFile[]> | readonly ListedFile[]): Promise<void>;
  /** Predicts the rest after a cancel or a failure; all anew where another head predicts since. */
  goOnWithMany(): Promise<void>;
  cancelMany(): void;
  /** Lets go of the pictures and of what was said of them. */
  clearMany(): Promise<void>;
  /** One of them into the Try column, with its evidence. */
  tryMany(path: string): Promise<void>;
  /** Asks the present head for its run's pictures of a split. */
  predictSplit(split: Split): Promise<void>;
  /** Five heads, each predicting the pictures that it did not see. */
  crossValidate(): Promise<void>;
  /** Lays all pictures out on a plane; missing features are computed first. No head is needed. */
  projectPictures(method: ProjectionMethod): Promise<void>;
  /** Makes the training pictures ready to be compared with, computing the features that are missing. Held ones are taken by themselves. */
  prepareLikeness(): Promise<void>;
  cancelInspection(): void;
  /** The label is right, whatever the heads say. */
  confirmLabel(sampleId: string): void;
  /** As the head that predicts sees it, or with the fit given. */
  fittedPicture(sampleId: string, fit?: Fit): Promise<FittedPicture>;
  /** Asks how much is kept of features. */
  lookAtFeatureCache(): Promise<void>;
  /** Bytes, 0 for none; null: automatic. What is beyond goes at once. */
  setFeatureBudget(bytes: number | null): Promise<void>;
  /** Frees the disk of kept features; what is in memory serves on. */
  dropKeptFeatures(): Promise<void>;
  /** The file as it was given. Rejects with `picture-gone` or `sample-unknown`. */
  pictureFile(sampleId: string): Promise<Blob>;
  /** Live tensors, for the diagnostics; null where the worker does not say. Never rejects. */
  memoryReport(): Promise<MemoryReport | null>;
  /** Shows the list of projects in place of the open one. */
  showProjects(): Promise<void>;
  hideProjects(): void;
  /** Writes a project into one ZIP. Within a click: the browser asks where it goes. */
  saveProjectFile(id: string): Promise<void>;
  /** Looks into a project's file and asks; what is no project is given to `orElse`, or refused. */
  openProjectFile(file: File, orElse?: () => Promise<void>): Promise<void>;
  takeProjectFile(): Promise<void>;
  /** Ends what goes on with a project's file, or says no to it. */
  cancelProjectFile(): void;
  dismissProjectFile(): void;
  /** Asks for the list, which is followed from then on. */
  listProjects(): Promise<void>;
  /** Saves the open project and opens another. Refused with `busy` while a run or a reading goes on. */
  openProject(id: string): Promise<void>;
  newProject(): Promise<void>;
  duplicateProject(id: string): Promise<void>;
  renameProject(id: string, name: string): Promise<void>;
  /** It can come back for a while; where it is the open one a new project takes its place. */
  deleteProject(id: string): Promise<void>;
  undeleteProject(id: string): Promise<void>;
  /** Owns the project that another tab owns; that one saves first where it answers. */
  takeOver(): Promise<void>;
  /** Within a click: the browser asks again for folders that it does not let the page read any more. */
  allowFolders(): Promise<void>;
  /** Where pictures of dropped folders are kept, for the import that waits to be confirmed. */
  chooseKeeping(keeping: Keeping): void;
  lookAtStorage(): Promise<void>;
  freeStorage(kind: FreeableKind): Promise<void>;
  /** Asks the browser not to throw away what is kept. */
  persistStorage(): Promise<void>;
  forgetEverything(): Promise<void>;
  restartWorker(): Promise<void>;
  /** Labels these pictures as the head proposed, where it did and they are still unlabelled. One step of undo. */
  acceptProposals(ids: readonly string[]): void;
  /** These two may stay as they are; `key` by `conflictKey`. */
  acceptLookAlikes(key: string): void;
  dismissNotice(): void;
  /** Starts the version that waits, and reloads; does nothing while a run is unfinished. */
  startNewVersion(): Promise<void>;
  dismissNewVersion(): void;
}

export type PageStore = PageState & { readonly actions: PageActions };

/** Splits in force for the present pictures and settings, and what the limit leaves out. */
export interface SplitOverview {
  readonly assignments: ReadonlyMap<string, Split>;
  readonly counts: Readonly<Record<Split, number>>;
  readonly leftOut: number;
}

/** How far the features of the pictures wanted now are. */
export interface FeatureProgress {
  readonly done: number;
  readonly total: number;
  /** Null until something was measured. */
  readonly secondsLeft: number | null;
}

/** What Train would take if it were pressed now. */
export interface TrainEstimate {
  /** Where pictures pass through convolutions in every epoch; `bytes` that fine-tuning takes, null for frozen features. */
  readonly moving: { readonly bytes: number | null } | null;
  /** Pictures that take part. */
  readonly total: number;
  /** Of those, the ones that still have to go through VGG-16. */
  readonly missing: number;
  readonly seconds: number;
  /** Offered when it takes long; null otherwise. */
  readonly smaller: SmallerRun | null;
}

/** Why Train is disabled, as a sentence; null when it can be pressed. */
export type TrainBlocker = ErrorRecord | null;
