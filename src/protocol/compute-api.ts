import type { OutsideRequest } from '../domain/outside-request';
import type { Fit } from '../domain/dataset';
import type {
  ComputeStatus,
  DeviceChoice,
  DeviceProgress,
  FeaturesProgress,
  MemoryReport,
  RunEvent,
  WeightsProgress,
  WeightsReport,
} from '../domain/events';
import type { CrossValidation, Explanation, InspectionProgress } from '../domain/evaluation/inspection';
import type { LayerMaps, NetworkWeights } from '../domain/look/layer-maps';
import type { LikenessReference, LikenessReport } from '../domain/evaluation/likeness';
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { ModelParts } from '../domain/model-export';
import type { BackboneIdentity, HubWeightsState, KeptBackbone, ModelImportProgress, ModelOffer } from '../domain/model-import';
import type { Prediction, RunRecord, SamplePrediction } from '../domain/history';
import type { CarriedFeatures } from '../domain/project-file';
import type {
  DeviceOptions,
  HeadWish,
  RunKeep,
  RunOutcome,
  RunRequest,
  RunSample,
  TakenModel,
  UnfinishedRun,
  UsedBackbone,
} from './engine-api';

/**
 * Gives the pixels of a sample: 224 x 224 RGB, 8 bit, row-major, 150,528 values, transferred.
 * Rejects with `picture-gone` when the file can no longer be read.
 */
export type PixelSource = (sampleId: string, fit: Fit) => Promise<Uint8Array>;

/** A tensor of the backbone that was trained, named as in PyTorch: `features.28.weight` (OIHW), `features.28.bias`. */
export interface NamedTensor {
  readonly name: string;
  readonly values: Float32Array;
}

/** What the head says of a picture's pixels with nothing rounded on the way, and what a prediction on the page says. */
export interface CertifiedPicture {
  readonly prediction: Prediction;
  readonly shownLogits: readonly number[];
}

/** Of the head that is present, which may be another one the next time. */
export interface CertifiedModel {
  readonly run: RunRecord;
  readonly device: 'webgpu' | 'cpu';
  readonly computePlan: string;
  readonly pictures: readonly CertifiedPicture[];
}

/** A trained head as it is kept: everything a prediction needs besides the loaded backbone. */
export interface KeptHead {
  readonly run: RunRecord;
  /** `[classes, 25088]`, row-major, PyTorch's layout of Linear.weight. */
  readonly weight: Float32Array;
  /** `[classes]`. */
  readonly bias: Float32Array;
  /** Of the backbone, by fine-tuning: block 5 is 28 MB, everything 59 MB. Empty where it was frozen. */
  readonly tensors: readonly NamedTensor[];
}

/** Convolutions that came in. */
export interface BackboneParts {
  readonly identity: BackboneIdentity;
  /** All 26, by torchvision's names, OIHW. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** Of weights, what decides features. */
export type FeatureBase = Pick<BackboneIdentity, 'id' | 'scaling'>;

/** Features of pictures, pooled to one value a channel. */
export interface PooledFeatures {
  /** Of those asked for that could be read, in that order. */
  readonly sampleIds: readonly string[];
  /** `[n, 512]`, row-major, each row of length 1. */
  readonly vectors: Float32Array;
}

/**
 * The compute worker's contract with the control worker. It owns every tensor, the GPU device and the weights.
 * It yields between pictures and steps, so that an aborted signal is heard there.
 */
export interface ComputeApi {
  configureDevice(choice: DeviceChoice, options?: DeviceOptions): Promise<ComputeStatus>;
  loadWeights(baseUrl: string, onProgress: (progress: WeightsProgress) => void, signal: AbortSignal): Promise<WeightsReport>;
  proveDevice(onProgress: (progress: DeviceProgress) => void, signal: AbortSignal): Promise<ComputeStatus>;
  skipMeasuring(): Promise<void>;
  /** See EngineApi, for this and the following. `modelHub` is the address where the hub's weights are. */
  openModel(
    files: readonly File[],
    fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer>;
  hubModelState(modelHub: string): Promise<HubWeightsState>;
  fetchHubModel(
    modelHub: string,
    fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer>;
  /** `run` of the answer is of the head that is present then: the model's own, or the former one where its convolutions stay in force. */
  takeModel(head: HeadWish | null, onProgress: (progress: ModelImportProgress) => void, signal: AbortSignal): Promise<TakenModel>;
  closeModel(): Promise<void>;
  /** From then on no head is present, unless these convolutions were in force already. */
  useBackbone(id: string): Promise<UsedBackbone>;
  listBackbones(): Promise<readonly KeptBackbone[]>;
  removeBackbone(id: string): Promise<readonly KeptBackbone[]>;
  /** Some that are kept, or of this visit alone, copied; null where they are neither. */
  exportBackbone(id: string): Promise<BackboneParts | null>;
  prepareFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    pixels: PixelSource,
    onProgress: (progress: FeaturesProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** While pictures are being read, extraction in the background leaves a core of the processor to that and to the page. */
  beGentle(gentle: boolean): Promise<void>;
  startRun(
    request: RunRequest,
    pixels: PixelSource,
    onEvent: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<RunOutcome>;
  continueRun(pixels: PixelSource, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome>;
  finishRun(pixels: PixelSource, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome>;
  /** See EngineApi. */
  unfinishedRun(keep: RunKeep): Promise<UnfinishedRun | null>;
  /** Of a finished run too: what is kept of it is no longer needed once its record and head are. */
  discardRun(id: string): Promise<void>;
  /** Unfinished runs of every project, in memory and on disk. Rejects with `storage-refused`. */
  forgetRuns(): Promise<void>;
  /** The fit that the present head was trained with; null when there is no head. */
  headFit(): Promise<Fit | null>;
  /** `sampleId` lets features that are already held be used again. */
  predict(pixels: Uint8Array, sampleId: string | null, signal: AbortSignal): Promise<Prediction>;
  /** As `predict` for several pictures that are no samples, which pass together. */
  predictBatch(pixels: readonly Uint8Array[], signal: AbortSignal): Promise<readonly Prediction[]>;
  /** As `predict`, with what each cell of the last map adds to each logit. */
  explain(pixels: Uint8Array, sampleId: string | null, signal: AbortSignal): Promise<Explanation>;
  /**
   * What a picture excites in one layer (`features.N`, a ReLU or a pooling), by the backbone of the present head, or as it was loaded where
   * there is none.
   */
  layerMaps(pixels: Uint8Array, layerIndex: number, signal: AbortSignal): Promise<LayerMaps>;
  /** Rejects with `weights-tensor-invalid`. */
  networkWeights(): Promise<NetworkWeights>;
  predictSamples(
    samples: readonly RunSample[],
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly SamplePrediction[]>;
  crossValidate(
    request: RunRequest,
    folds: number,
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<CrossValidation>;
  /**
   * Pooled features by VGG-16 as it was loaded, for looking at the set as a whole; missing ones are computed. Pictures that cannot be
   * read are left out. Rejects with `busy`, `cancelled`.
   */
  pooledFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<PooledFeatures>;
  /**
   * Makes the pictures ready that later predictions are compared with, until there is another head. With `missing: 'leave'` nothing is
   * computed: where features are missing, nothing is ready either, and it may go on beside anything else.
   */
  prepareLikeness(
    reference: LikenessReference,
    missing: 'compute' | 'leave',
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<LikenessReport>;
  /**
   * What the present head says of pictures (pixels as `PixelSource` gives them), features not rounded, one after the other.
   * Rejects with `head-absent`, `cancelled` or a failure.
   */
  certify(pictures: readonly Uint8Array[], onPicture: (done: number) => void, signal: AbortSignal): Promise<CertifiedModel>;
  /** The present head with all convolutions, transferred. Rejects with `head-absent`, `model-not-finite`, `weights-tensor-invalid`. */
  exportModel(): Promise<ModelParts>;
  /** The present head, copied; null when nothing is trained. */
  exportHead(): Promise<KeptHead | null>;
  /** Rejects with `project-invalid`, and with `head-of-other-weights` where it stands on other convolutions than those in force. */
  restoreHead(head: KeptHead): Promise<void>;
  /** Forgets head and paused run: another project is opened. The device, and features of any picture, stay. */
  closeProject(): Promise<void>;
  /** Content hashes of all samples whose id is another: the same content in several classes. Features are held by content. */
  identifySamples(contents: ReadonlyMap<string, string>): Promise<void>;
  /** Frees memory of samples that were removed; what is kept on disk stays. */
  forgetSamples(ids: readonly string[]): Promise<void>;
  /**
   * What decides features on this device (see engine/feature-key): with the weights in force, or with these, null for those that come with
   * the page. Null before a backbone was proved.
   */
  featureOrigin(base?: FeatureBase | null): Promise<string | null>;
  /** Features that are held or kept of these contents; null where there are none. Some 11 kB a picture: ask for a few hundred. */
  collectFeatures(contents: readonly string[], fit: Fit): Promise<CarriedFeatures | null>;
  /** Takes in what another device collected of these contents; gives how many, 0 where they are of another origin than `featureOrigin` of `base`. */
  takeFeatures(features: CarriedFeatures, contents: readonly string[], base?: FeatureBase | null): Promise<number>;
  featureCache(): Promise<FeatureCacheReport>;
  setFeatureBudget(bytes: number | null): Promise<FeatureCacheReport>;
  dropKeptFeatures(): Promise<FeatureCacheReport>;
  /** Every feature, in memory and on disk. Rejects with `storage-refused`. */
  forgetFeatures(): Promise<void>;
  /** Of this worker; see EngineApi. */
  followRequests(onRequests: (requests: readonly OutsideRequest[]) => void, signal: AbortSignal): Promise<void>;
  memory(): Promise<MemoryReport>;
  dispose(): Promise<void>;
}
