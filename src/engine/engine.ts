import * as tf from '@tensorflow/tfjs-core';
import type { Fit } from '../domain/dataset';
import type { OutsideRequest } from '../domain/outside-request';
import { RequestLog } from '../domain/request-log';
import { HeadstartError, throwIfCancelled, type ErrorCode, type ErrorRecord } from '../domain/errors';
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
import type { LikenessReference, LikenessReport } from '../domain/evaluation/likeness';
import type { Prediction, SamplePrediction } from '../domain/history';
import type { ModelParts } from '../domain/model-export';
import type { HubWeightsState, KeptBackbone, ModelImportProgress, ModelOffer } from '../domain/model-import';
import { hasOwnConvolutions } from '../domain/history';
import { unfrozenConvs } from '../domain/run-config';
import { featureCount } from '../domain/vgg16';
import type { LayerMaps, NetworkWeights } from '../domain/look/layer-maps';
import type { FeatureCacheReport } from '../domain/feature-cache';
import type { CarriedFeatures } from '../domain/project-file';
import type {
  BackboneParts,
  CertifiedModel,
  ComputeApi,
  FeatureBase,
  KeptHead,
  PixelSource,
  PooledFeatures,
} from '../protocol/compute-api';
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
} from '../protocol/engine-api';
import type { Backbone } from './backbone';
import { collectFeatures, takeFeatures } from './carried-features';
import { BaseWeights, type KeptBases } from './base-weights';
import { BackgroundExtraction } from './background-extraction';
import { toComputeError } from './compute-errors';
import type { ComputePaths } from './compute-paths';
import type { DeviceEnvironment } from './device';
import type { CheckpointStore } from '../storage/checkpoint-store';
import type { FeatureCache } from '../storage/feature-cache';
import { packFeatures, unpackFeatures, type PackedFeatures } from '../storage/packed-features';
import { describeOrigin } from './feature-key';
import { FeatureStore } from './feature-store';
import { certifyPictures, readModelParts } from './export-model';
import { crossValidate } from './inspection/cross-validate';
import { explainPrediction } from './inspection/explain';
import { computeLayerMaps, readNetworkWeights } from './inspection/layer-maps';
import { importHead } from './imported-head';
import { LikenessKeeper } from './inspection/likeness-keeper';
import { poolHeld, poolSamples } from './inspection/pool-samples';
import { predictSamples } from './inspection/predict-samples';
import { ModelIntake, type ModelSources } from './model-intake';
import { predictFeatures, predictRows } from './predict';
import { ProvedCompute, type OpenTraining, type ProvedComputeParts, type Ready } from './proved-compute';
import { createRunRecord } from './run-record';
import { createRunPlan, type RunPlan } from './training/run-plan';
import { goOn } from './training/run-session';
import { RunDesk } from './training/run-desk';
import type { RunKeeper } from './training/run-keeper';
import {
  chosenWeights,
  createRunState,
  plainBeginning,
  type RunBeginning,
  type RunOrigin,
  type RunState,
} from './training/run-state';
import { startFrom } from './training/start-from';
import { trainedTensors } from './trained-tensors';
import { preparationStage, tellBeginning, tellElsewhere, tellOrigin } from './training/preparation';
import { withTensors, type BackboneWeights } from './weights/conv-weights';
import { hashWeights } from './weights-hash';
import { WeightsLoader } from './weights/weights-loader';

/** What the engine takes from its surroundings; tests give their own. */
export interface EngineParts {
  readonly device: DeviceEnvironment;
  readonly paths: ComputePaths;
  readonly selfTest: ProvedComputeParts['selfTest'];
  readonly trainingTest: ProvedComputeParts['trainingTest'];
  readonly loader: WeightsLoader;
  /** Milliseconds, steady. */
  readonly now: () => number;
  /** The time of day. */
  readonly today: () => Date;
  /** Bytes that maps before the first trained convolution may take; beyond it they are computed again in every epoch. */
  readonly boundaryBudget: number;
  /** Keeps features beyond this visit; null holds them in memory only. */
  readonly disk: FeatureCache | null;
  /** What makes pixels of files: see `decoderOf`. */
  readonly decoder: string;
  /** What this worker asks of other sites. */
  readonly requests: RequestLog;
  /** Keeps unfinished runs beyond this visit; null holds them in memory only. */
  readonly runs: CheckpointStore | null;
  /** Where models come from; null where none come in. */
  readonly models: ModelSources | null;
  /** Keeps convolutions that came in beyond this visit; null holds them in memory only. */
  readonly bases: KeptBases | null;
}

/** Some 3,000 pictures before block 5. */
const usualBoundaryBudget = 2 ** 30;

const nothingKept: FeatureCacheReport = { pictures: 0, bytes: 0, budget: 0, automaticBudget: 0, problem: null };

/** What takes a device or its workers away but not the run: its last checkpoint stands. */
const losses: ReadonlySet<string> = new Set<ErrorCode>(['device-lost', 'cpu-worker-lost']);

/** Owns every tensor, the device, the weights, the features and the head. See ComputeApi for the contract. */
export class Engine implements ComputeApi {
  readonly #parts: EngineParts;
  readonly #store: FeatureStore;
  readonly #boundaries: FeatureStore;
  readonly #device: ProvedCompute;
  readonly #background: BackgroundExtraction;
  readonly #bases: BaseWeights;
  /** What the proved device computes by; of the last one while another is on its way. */
  #plan: string | null = null;
  readonly #models: ModelIntake;
  readonly #runs: RunDesk;
  #kept: KeptHead | null = null;
  /** The backbone as the present head was trained with it, once a prediction asked for it. */
  #tuned: Promise<Backbone> | null = null;
  /** What pictures are compared with; of the present head. */
  readonly #likeness = new LikenessKeeper();
  #loading = false;
  #configuring: Promise<unknown> = Promise.resolve();
  #tellDevice: (progress: DeviceProgress) => void = () => undefined;
  /** Predictions in flight: they may run beside a run, so a change of device waits for them. */
  readonly #predictions = new Set<Promise<unknown>>();
  /** Runs and changes of device exclude each other. */
  #task: { readonly stop: AbortController; readonly ended: Promise<unknown> } | null = null;

  constructor(parts: Pick<EngineParts, 'device' | 'paths' | 'selfTest' | 'trainingTest'> & Partial<EngineParts>) {
    this.#parts = {
      ...parts,
      loader: parts.loader ?? new WeightsLoader(),
      now: parts.now ?? (() => performance.now()),
      today: parts.today ?? (() => new Date()),
      boundaryBudget: parts.boundaryBudget ?? usualBoundaryBudget,
      disk: parts.disk ?? null,
      decoder: parts.decoder ?? '',
      requests: parts.requests ?? new RequestLog(),
      runs: parts.runs ?? null,
      models: parts.models ?? null,
      bases: parts.bases ?? null,
    };
    const { disk, now } = this.#parts;
    this.#runs = new RunDesk({ store: this.#parts.runs, now: this.#parts.now, today: this.#parts.today });
    this.#bases = new BaseWeights(this.#parts.bases);
    this.#models = new ModelIntake(this.#parts.models, this.#parts.today);
    // Rounded before their first use, so that a run over kept features is bit for bit the one that computed them.
    this.#store = new FeatureStore(Infinity, { precision: 'float16', now, ...(disk === null ? {} : { disk }) });
    this.#boundaries = new FeatureStore(this.#parts.boundaryBudget);
    this.#background = new BackgroundExtraction(this.#store, this.#parts.now);
    this.#device = new ProvedCompute({
      device: parts.device,
      paths: parts.paths,
      weights: () => this.#bases.inUse(),
      selfTest: parts.selfTest,
      trainingTest: parts.trainingTest,
      settle: async () => {
        await this.#background.stop();
        await this.#dropTuned();
      },
      onProgress: (progress) => {
        this.#tellDevice(progress);
      },
      onPlan: (plan) => {
        const { decoder } = this.#parts;
        this.#plan = plan;
        this.#store.useOrigin(describeOrigin({ weights: this.#bases.inUse().inForce, decoder, plan }));
      },
    });
  }

  configureDevice(choice: DeviceChoice, options: DeviceOptions = { threads: null }): Promise<ComputeStatus> {
    const configured = this.#alone(null, () => this.#device.configure(choice, options));
    this.#configuring = configured;
    return configured;
  }

  async proveDevice(onProgress: (progress: DeviceProgress) => void, signal: AbortSignal): Promise<ComputeStatus> {
    throwIfCancelled(signal);
    this.#tellDevice = onProgress;
    try {
      return (await this.#ready()).status;
    } catch (error) {
      throw this.#device.failure() ?? toComputeError(error);
    }
  }

  skipMeasuring(): Promise<void> {
    this.#parts.paths.skipMeasuring();
    return Promise.resolve();
  }

  async loadWeights(
    baseUrl: string,
    onProgress: (progress: WeightsProgress) => void,
    signal: AbortSignal,
  ): Promise<WeightsReport> {
    if (this.#loading) throw new HeadstartError('busy');
    const { report } = this.#bases;
    if (report !== null) {
      const { from, totalBytes } = report;
      onProgress({ from, receivedBytes: totalBytes, totalBytes, bytesPerSecond: null, secondsLeft: 0 });
      return report;
    }
    this.#loading = true;
    try {
      const loaded = await this.#parts.loader.load(baseUrl, onProgress, signal);
      this.#bases.load(loaded);
      return loaded.report;
    } catch (error) {
      throw toComputeError(error);
    } finally {
      this.#loading = false;
    }
  }

  beGentle(gentle: boolean): Promise<void> {
    this.#background.gentle = gentle;
    return Promise.resolve();
  }

  async prepareFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    pixels: PixelSource,
    onProgress: (progress: FeaturesProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const { backbone } = await this.#ready();
      throwIfCancelled(signal);
      // A run extracts by itself what it needs, and a device on its way would take the backbone away.
      if (this.#task !== null) return;
      await this.#background.extract({ sampleIds, fit, pixels, onProgress, signal, backbone });
    } catch (error) {
      throw this.#device.failure() ?? toComputeError(error);
    }
  }

  startRun(
    request: RunRequest,
    pixels: PixelSource,
    onEvent: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    return this.#alone(signal, async (stop) => {
      const savedAt = this.#parts.today().toISOString();
      const plan = createRunPlan(request);
      const kept = this.#kept;
      const state = createRunState(plan, savedAt, await this.#beginningOf(request, plan));
      const run = this.#runs.begin(state, request.keep ?? null);
      tellBeginning(state, kept, onEvent);
      return this.#runs.goOn(run, true, onEvent, (keeper) => this.#goOn(run.state, pixels, onEvent, stop, false, keeper));
    });
  }

  continueRun(pixels: PixelSource, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    return this.#alone(signal, (stop) => {
      const run = this.#runs.paused(this.#bases.id ?? null);
      return this.#runs.goOn(run, false, onEvent, (keeper) => this.#goOn(run.state, pixels, onEvent, stop, false, keeper));
    });
  }

  finishRun(pixels: PixelSource, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunOutcome> {
    return this.#alone(signal, (stop) => {
      const run = this.#runs.paused(this.#bases.id ?? null);
      return this.#runs.goOn(run, false, onEvent, (keeper) => this.#goOn(run.state, pixels, onEvent, stop, true, keeper));
    });
  }

  unfinishedRun(keep: RunKeep): Promise<UnfinishedRun | null> {
    return this.#runs.unfinished(keep);
  }

  discardRun(id: string): Promise<void> {
    return this.#runs.discard(id);
  }

  async forgetRuns(): Promise<void> {
    // What still trains would leave something behind.
    this.#task?.stop.abort();
    await Promise.allSettled([this.#task?.ended]);
    await this.#runs.forget();
  }

  headFit(): Promise<Fit | null> {
    return Promise.resolve(this.#kept?.run.config.fit ?? null);
  }

  async predict(pixels: Uint8Array, sampleId: string | null, signal: AbortSignal): Promise<Prediction> {
    return this.#withHead(signal, async (ready, kept) => (await this.#predictWith(ready, kept, pixels, sampleId)).prediction);
  }

  predictBatch(pixels: readonly Uint8Array[], signal: AbortSignal): Promise<readonly Prediction[]> {
    return this.#withHead(signal, async (ready, kept) => {
      if (pixels.length === 0) return [];
      const { now } = this.#parts;
      const started = now();
      const own = kept.tensors.length > 0 ? await this.#tunedBackbone(ready, kept) : ready.backbone;
      const rows = await own.extractBatch(pixels, signal);
      const predictions = await predictRows(
        rows.map((row) => this.#packFor(kept, row)),
        kept,
        ready.compute,
      );
      const milliseconds = (now() - started) / Math.max(1, pixels.length);
      return predictions.map((prediction) => ({ ...prediction, milliseconds }));
    });
  }

  explain(pixels: Uint8Array, sampleId: string | null, signal: AbortSignal): Promise<Explanation> {
    return this.#withHead(signal, async (ready, kept) => {
      const { prediction, features } = await this.#predictWith(ready, kept, pixels, sampleId);
      const row = new Float32Array(featureCount);
      unpackFeatures(features, null, row, 0);
      return explainPrediction(prediction, row, kept);
    });
  }

  layerMaps(pixels: Uint8Array, layerIndex: number, signal: AbortSignal): Promise<LayerMaps> {
    return this.#beside(signal, async (ready) => {
      const kept = this.#kept;
      const isTuned = kept !== null && kept.tensors.length > 0;
      const backbone = isTuned ? await this.#tunedBackbone(ready, kept) : ready.backbone;
      const weights = this.#weightsInForce(kept);
      return computeLayerMaps(pixels, layerIndex, { compute: ready.compute, backbone, weights, signal });
    });
  }

  networkWeights(): Promise<NetworkWeights> {
    return Promise.resolve().then(() => readNetworkWeights(this.#weightsInForce(this.#kept), this.#kept));
  }

  predictSamples(
    samples: readonly RunSample[],
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly SamplePrediction[]> {
    return this.#alone(signal, async (stop) => {
      const kept = this.#requireHead();
      await this.#background.stop();
      const ready = await this.#ready();
      const backbone = kept.tensors.length > 0 ? await this.#tunedBackbone(ready, kept) : ready.backbone;
      // As in #predictWith: what is held is not what a fine-tuned head learned from.
      const store = hasOwnConvolutions(kept.run) ? new FeatureStore(0) : this.#store;
      const { now } = this.#parts;
      return predictSamples(kept, samples, onProgress, { compute: ready.compute, backbone, store, pixels, signal: stop, now });
    });
  }

  crossValidate(
    request: RunRequest,
    folds: number,
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<CrossValidation> {
    return this.#alone(signal, async (stop) => {
      await this.#background.stop();
      const { compute, backbone } = await this.#ready();
      const [store, boundaries, { now }] = [this.#store, this.#boundaries, this.#parts];
      return crossValidate(request, folds, onProgress, { compute, backbone, store, boundaries, pixels, signal: stop, now });
    });
  }

  pooledFeatures(
    sampleIds: readonly string[],
    fit: Fit,
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<PooledFeatures> {
    return this.#alone(signal, async (stop) => {
      await this.#background.stop();
      const { backbone } = await this.#ready();
      const [store, { now }] = [this.#store, this.#parts];
      return poolSamples(sampleIds, onProgress, { backbone, store, pixels, fit, signal: stop, now });
    });
  }

  async prepareLikeness(
    reference: LikenessReference,
    missing: 'compute' | 'leave',
    pixels: PixelSource,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
  ): Promise<LikenessReport> {
    const kept = this.#requireHead();
    const ids = reference.samples.map(({ id }) => id);
    const { fit } = reference;
    const pooled =
      missing === 'compute'
        ? await this.pooledFeatures(ids, fit, pixels, onProgress, signal)
        : await this.#poolHeld(ids, fit, signal);
    const isLeft = missing === 'leave' && pooled.sampleIds.length < ids.length;
    // Another head may have come meanwhile.
    if (isLeft || this.#kept !== kept) return { pictures: 0, missing: ids.length - pooled.sampleIds.length, limit: null };
    return this.#likeness.keep(reference, pooled, onProgress, signal, () => this.#kept === kept);
  }

  certify(pictures: readonly Uint8Array[], onPicture: (done: number) => void, signal: AbortSignal): Promise<CertifiedModel> {
    return this.#withHead(signal, async (ready, kept) => {
      const backbone = kept.tensors.length > 0 ? await this.#tunedBackbone(ready, kept) : ready.backbone;
      const { now } = this.#parts;
      const { compute, status } = ready;
      const parts = { compute, backbone, store: this.#store, onPicture, signal, now };
      const certified = await certifyPictures(kept, pictures, parts);
      return { run: kept.run, device: status.device, computePlan: backbone.computePlan, pictures: certified };
    });
  }

  async exportModel(): Promise<ModelParts> {
    try {
      const kept = this.#requireHead();
      return await readModelParts(kept, this.#bases.inUse().inForce, this.#bases.identity);
    } catch (error) {
      throw toComputeError(error);
    }
  }

  openModel(
    files: readonly File[],
    fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer> {
    return this.#reading(() => this.#models.open(files, { ...this.#bases.inUse(), fit }, onProgress, signal));
  }

  hubModelState(modelHub: string): Promise<HubWeightsState> {
    return this.#reading(() => this.#models.state(modelHub));
  }

  fetchHubModel(
    modelHub: string,
    fit: Fit,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer> {
    return this.#reading(() => this.#models.fetch(modelHub, { ...this.#bases.inUse(), fit }, onProgress, signal));
  }

  closeModel(): Promise<void> {
    this.#models.close();
    return Promise.resolve();
  }

  takeModel(
    wish: HeadWish | null,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<TakenModel> {
    return this.#alone(signal, async (stop) => {
      const { offer, base: own, head: read } = this.#models.held;
      const base = offer.backbone === null ? this.#bases.present : own;
      const id = base?.identity.id;
      this.#runs.requireNoneOn(id ?? null, this.#bases.id ?? null);
      const at = this.#parts.today().toISOString();
      const head = wish === null || read === null ? null : importHead(read, offer, wish, at, id);
      let notKept: ErrorRecord | null = null;
      if (base !== null && offer.backbone !== null) {
        onProgress({ stage: 'keeping', done: 0, total: 1 });
        ({ notKept } = await this.#bases.keep(base, stop));
        onProgress({ stage: 'keeping', done: 1, total: 1 });
        if (offer.source.kind === 'hub' && notKept === null) await this.#models.dropFetched();
      }
      await this.#useBase(base);
      if (head !== null) await this.#keep(head);
      this.#models.close();
      return { backbone: this.#bases.identity, run: this.#kept?.run ?? null, notKept };
    });
  }

  async useBackbone(id: string): Promise<UsedBackbone> {
    // A project may be opened while a device is chosen.
    await Promise.allSettled([this.#configuring]);
    return this.#alone(null, async () => {
      const base = await this.#bases.find(id);
      this.#runs.requireNoneOn(base?.identity.id ?? null, this.#bases.id ?? null);
      await this.#useBase(base);
      return { backbone: this.#bases.identity, run: this.#kept?.run ?? null };
    });
  }

  listBackbones(): Promise<readonly KeptBackbone[]> {
    return this.#bases.list();
  }

  async removeBackbone(id: string): Promise<readonly KeptBackbone[]> {
    await this.#bases.remove(id);
    return this.#bases.list();
  }

  async exportBackbone(id: string): Promise<BackboneParts | null> {
    return this.#bases.find(id).catch(() => null);
  }

  exportHead(): Promise<KeptHead | null> {
    const kept = this.#kept;
    return Promise.resolve(kept === null ? null : copyHead(kept));
  }

  async restoreHead(head: KeptHead): Promise<void> {
    const { run, weight, bias, tensors } = head;
    const classes = run.classNames.length;
    const isWhole = bias.length === classes && weight.length === classes * featureCount;
    if (!isWhole || trainedTensors(tensors) === null) throw new HeadstartError('project-invalid');
    if (run.backbone !== this.#bases.id) throw new HeadstartError('head-of-other-weights', { number: run.number });
    await this.#keep(copyHead(head));
  }

  async closeProject(): Promise<void> {
    await this.#background.stop();
    await this.#dropTuned();
    this.#boundaries.clear();
    this.#runs.letGo();
    this.#kept = null;
    this.#likeness.forget();
  }

  identifySamples(contents: ReadonlyMap<string, string>): Promise<void> {
    this.#store.identify(contents);
    return Promise.resolve();
  }

  forgetSamples(ids: readonly string[]): Promise<void> {
    this.#store.release(ids);
    this.#boundaries.forget(ids);
    return Promise.resolve();
  }

  featureOrigin(base?: FeatureBase | null): Promise<string | null> {
    const [plan, { decoder }] = [this.#plan, this.#parts];
    if (base === undefined || plan === null) return Promise.resolve(this.#store.origin);
    const { shipped } = this.#bases.inUse();
    const weights = base === null ? shipped : { index: shipped.index, scaling: base.scaling, baseId: base.id };
    return Promise.resolve(describeOrigin({ weights, decoder, plan }));
  }

  collectFeatures(contents: readonly string[], fit: Fit): Promise<CarriedFeatures | null> {
    return collectFeatures(this.#store, contents, fit);
  }

  async takeFeatures(features: CarriedFeatures, contents: readonly string[], base?: FeatureBase | null): Promise<number> {
    const count = await takeFeatures(this.#store, features, contents, await this.featureOrigin(base));
    await this.#store.settle();
    return count;
  }

  async featureCache(): Promise<FeatureCacheReport> {
    await this.#store.settle();
    return this.#reportCache();
  }

  async setFeatureBudget(bytes: number | null): Promise<FeatureCacheReport> {
    await this.#parts.disk?.setBudget(bytes);
    return this.#reportCache();
  }

  async dropKeptFeatures(): Promise<FeatureCacheReport> {
    await this.#store.settle();
    await this.#parts.disk?.clear();
    return this.#reportCache();
  }

  async forgetFeatures(): Promise<void> {
    // What still computes would leave something behind.
    this.#task?.stop.abort();
    await Promise.allSettled([this.#task?.ended]);
    await this.#background.stop();
    this.#boundaries.clear();
    this.#store.clear();
    await this.#store.settle();
    await this.#parts.disk?.clear();
  }

  followRequests(onRequests: (requests: readonly OutsideRequest[]) => void, signal: AbortSignal): Promise<void> {
    return this.#parts.requests.follow(onRequests, signal);
  }

  memory(): Promise<MemoryReport> {
    const { numTensors, numBytes } = tf.engine().state; // tf.memory() would start a backend where there is none
    return Promise.resolve(this.#device.memory() ?? { tensors: numTensors, bytes: numBytes, gpuBytes: null });
  }

  async dispose(): Promise<void> {
    this.#task?.stop.abort();
    await Promise.allSettled([this.#task?.ended, ...this.#predictions]); // their callers were told
    await this.#device.stop();
    await this.#store.settle();
    this.#store.clear();
    this.#boundaries.clear();
    this.#bases.dispose();
    this.#models.close();
    this.#kept = null;
    this.#likeness.forget();
    this.#runs.letGo();
  }

  /** A prediction, which may go on beside a run. Rejects with `head-absent`. */
  #withHead<T>(signal: AbortSignal, work: (ready: Ready, kept: KeptHead) => Promise<T>): Promise<T> {
    const kept = this.#kept;
    if (kept === null) return Promise.reject(new HeadstartError('head-absent'));
    return this.#beside(signal, (ready) => work(ready, kept));
  }

  /** What may go on beside a run. */
  async #beside<T>(signal: AbortSignal, work: (ready: Ready) => Promise<T>): Promise<T> {
    try {
      const ready = await this.#ready();
      throwIfCancelled(signal);
      const prediction = work(ready);
      this.#predictions.add(prediction);
      return await prediction.finally(() => this.#predictions.delete(prediction));
    } catch (error) {
      throw this.#device.failure() ?? toComputeError(error);
    }
  }

  #requireHead(): KeptHead {
    if (this.#kept === null) throw new HeadstartError('head-absent');
    return this.#kept;
  }

  async #predictWith(ready: Ready, kept: KeptHead, pixels: Uint8Array, sampleId: string | null) {
    const { now } = this.#parts;
    const { compute, backbone } = ready;
    const started = now();
    const { config } = kept.run;
    // What is held are features of the backbone as it was loaded; a fine-tuned head learned from its own, which are not rounded.
    const isFineTuned = hasOwnConvolutions(kept.run);
    if (sampleId !== null && !isFineTuned) await this.#store.bring([sampleId], config.fit);
    const held = sampleId === null || isFineTuned ? undefined : this.#store.get(sampleId, config.fit);
    const own = kept.tensors.length > 0 ? await this.#tunedBackbone(ready, kept) : backbone;
    const features = held ?? this.#packFor(kept, await own.extractFeatures(pixels));
    const prediction = await predictFeatures(features, kept, compute);
    const milliseconds = now() - started;
    const likeness = await this.#likenessOf(isFineTuned ? null : features, backbone, pixels, sampleId, config.fit);
    return { prediction: { ...prediction, milliseconds, ...(likeness === null ? {} : { likeness }) }, features };
  }

  /** By VGG-16's features as it was loaded, also for a head that was fine-tuned: its own are known of no training picture. */
  async #likenessOf(features: PackedFeatures | null, backbone: Backbone, pixels: Uint8Array, sampleId: string | null, fit: Fit) {
    if (!this.#likeness.isReady) return null;
    if (features !== null) return this.#likeness.compare(features, sampleId);
    if (sampleId !== null) await this.#store.bring([sampleId], fit);
    const held = sampleId === null ? undefined : this.#store.get(sampleId, fit);
    return this.#likeness.compare(held ?? this.#store.pack(await backbone.extractFeatures(pixels)), sampleId);
  }

  async #poolHeld(sampleIds: readonly string[], fit: Fit, signal: AbortSignal): Promise<PooledFeatures> {
    await this.#store.bring(sampleIds, fit, signal);
    throwIfCancelled(signal);
    return poolHeld(sampleIds, { store: this.#store, fit, signal });
  }

  /** Rounded as those that the head learned from. */
  #packFor({ run }: KeptHead, features: Float32Array): PackedFeatures {
    return hasOwnConvolutions(run) ? packFeatures(features, 'float32') : this.#store.pack(features);
  }

  async #tunedBackbone(ready: Ready, kept: KeptHead): Promise<Backbone> {
    const present = await this.#tuned;
    if (present !== null && !present.isLost()) return present;
    present?.dispose();
    const opening = this.#device.openTuned(ready, this.#weightsInForce(kept));
    this.#tuned = opening;
    return opening.catch((error: unknown) => {
      this.#tuned = null;
      throw error;
    });
  }

  /** The backbone's, with what a head's run trained of them. */
  #weightsInForce(kept: KeptHead | null): BackboneWeights {
    const { inForce } = this.#bases.inUse();
    const trained = trainedTensors(kept?.tensors ?? []);
    if (trained === null) throw new HeadstartError('project-invalid');
    return withTensors(inForce, trained);
  }

  /** Once no prediction uses it. */
  async #dropTuned(): Promise<void> {
    await Promise.allSettled(this.#predictions);
    const present = await this.#tuned?.catch(() => null);
    this.#tuned = null;
    present?.dispose();
  }

  /** Puts convolutions in force; the head of others goes, and whatever was computed with them. */
  async #useBase(base: BackboneParts | null): Promise<void> {
    if (base?.identity.id === this.#bases.id) return;
    this.#kept = null;
    this.#likeness.forget();
    this.#runs.dropFailed();
    this.#bases.use(base);
    await this.#device.changeWeights();
    this.#boundaries.clear();
  }

  /** What a run begins with: a new head, or the present one. */
  async #beginningOf({ startFrom: runId }: RunRequest, plan: RunPlan): Promise<RunBeginning> {
    const baseId = this.#bases.id ?? null;
    if (runId === undefined) return { ...plainBeginning, baseId };
    const kept = this.#kept;
    if (kept?.run.id !== runId) throw new HeadstartError('start-gone');
    const first = startFrom(kept, plan);
    const { fingerprint } = await readModelParts(kept, this.#bases.inUse().inForce);
    return { baseId, first, continues: { runId, number: kept.run.number, fingerprint } };
  }

  /** What is asked of files and of the network; every rejection leaves as a HeadstartError. */
  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toComputeError(error);
    }
  }

  async #keep(kept: KeptHead): Promise<void> {
    await this.#dropTuned();
    this.#likeness.forget();
    this.#kept = kept;
  }

  #reportCache(): Promise<FeatureCacheReport> {
    const { disk } = this.#parts;
    return disk?.report() ?? Promise.resolve(nothingKept);
  }

  async #goOn(
    state: RunState,
    pixels: PixelSource,
    onEvent: (event: RunEvent) => void,
    signal: AbortSignal,
    skipTraining: boolean,
    keeper: RunKeeper | null,
  ): Promise<RunOutcome> {
    await this.#background.stop();
    let ready = await this.#ready();
    state.seconds.features += this.#background.takeSeconds();
    let computePlan = ready.status.computePlan;
    const goFrom = async ({ compute, backbone, status }: Ready) => {
      const trainer = await this.#openTraining(state, onEvent, signal);
      if (trainer === 'cancelled') return null;
      try {
        computePlan =
          trainer?.isElsewhere === true ? `${status.computePlan} + ${trainer.training.computePlan}` : status.computePlan;
        const [store, boundaries, { now }] = [this.#store, this.#boundaries, this.#parts];
        const training = trainer?.training ?? null;
        tellOrigin(state, this.#originOf(status, computePlan), status, onEvent);
        const parts = { compute, backbone, training, store, boundaries, pixels, onEvent, signal, now, keeper };
        return await goOn(state, parts, skipTraining);
      } finally {
        trainer?.release();
      }
    };
    const predictions = await goFrom(ready).catch(async (thrown: unknown) => {
      const error = ready.compute.failure() ?? toComputeError(thrown);
      // By itself once: what is lost twice is offered to the person.
      if (!losses.has(error.code) || signal.aborted) throw error;
      ready = await this.#ready();
      state.origin = null; // that it goes on elsewhere is told with the loss
      onEvent({ kind: 'resumed', reason: error.toRecord(), status: ready.status });
      return goFrom(ready);
    });
    if (predictions === null) return { status: 'paused', ...state.checkpoint.position };
    const seconds = this.#bases.report?.seconds ?? 0;
    const { head, tensors } = chosenWeights(state);
    const hash = hashWeights({ head, tensors });
    const run = createRunRecord(state, { ...ready.status, computePlan }, seconds, predictions, hash);
    await this.#keep({ run, ...head, tensors });
    this.#runs.end();
    return { status: 'done', run };
  }

  #originOf({ label, adapter }: ComputeStatus, computePlan: string): RunOrigin {
    const plan = `${computePlan} ${adapter ?? ''}`;
    const { decoder } = this.#parts;
    return { text: describeOrigin({ weights: this.#bases.inUse().inForce, decoder, plan }), label };
  }

  /** Null for the ways that move the head alone. What is tested first counts as training: the person waits for it. */
  async #openTraining(
    state: RunState,
    onEvent: (event: RunEvent) => void,
    signal: AbortSignal,
  ): Promise<OpenTraining | null | 'cancelled'> {
    const { optimizer } = state.plan.config;
    const unfrozen = unfrozenConvs(state.plan.config);
    if (unfrozen === 0) return null;
    const { now } = this.#parts;
    const started = now();
    const onProgress = (progress: DeviceProgress) => {
      onEvent(preparationStage(state, progress));
    };
    try {
      const opened = await this.#device.openTraining({ unfrozen, optimizer, onProgress, signal });
      onEvent(preparationStage(state, null));
      const status = this.#device.status();
      if (opened.refusal !== null && status !== null) onEvent({ kind: 'status', status });
      if (opened.isElsewhere) tellElsewhere(state, opened, onEvent);
      return opened;
    } catch (error) {
      if (signal.aborted && toComputeError(error).code === 'cancelled') return 'cancelled';
      throw error;
    } finally {
      state.seconds.train += (now() - started) / 1000;
    }
  }

  /** The device and a proved backbone; what is missing, or was lost, is made first. */
  #ready(): Promise<Ready> {
    return this.#device.ready();
  }

  /** Runs a task that no other may run beside; every rejection leaves as a HeadstartError. */
  async #alone<T>(signal: AbortSignal | null, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#task !== null) throw new HeadstartError('busy');
    const stop = new AbortController();
    const abort = () => {
      stop.abort();
    };
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    // A microtask later, so that a throw of `work` itself is a rejection too.
    const ended = Promise.resolve().then(() => work(stop.signal));
    this.#task = { stop, ended };
    try {
      return await ended;
    } catch (error) {
      throw this.#device.failure() ?? toComputeError(error);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#task = null;
      void this.#store.settle();
    }
  }
}

function copyHead({ run, weight, bias, tensors }: KeptHead): KeptHead {
  return {
    run,
    weight: weight.slice(),
    bias: bias.slice(),
    tensors: tensors.map(({ name, values }) => ({ name, values: values.slice() })),
  };
}
