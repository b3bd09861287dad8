import type { Fit } from '../../domain/dataset';
import { throwIfCancelled } from '../../domain/errors';
import type { RunConfig } from '../../domain/run-config';
import { convLayers } from '../../domain/vgg16';
import type { NamedTensor, PixelSource } from '../../protocol/compute-api';
import type { RunSample } from '../../protocol/engine-api';
import type { Compute } from '../device';
import { unpackFeatures } from '../../storage/packed-features';
import type { BackboneTrainer } from '../trainer';
import { gradientBeforeNorm, scaleToNorm } from './feature-norm';
import type { FeatureSource, PictureChange } from './feature-source';
import { labelsOf } from './head-model';
import { LiveHead, type Measured } from './live-head';
import {
  clipScale,
  joinMeasured,
  type BatchLesson,
  type BatchProgress,
  type Model,
  type ModelUpdate,
  type SavedModel,
} from './model';

export interface FineTuneParts {
  readonly saved: SavedModel;
  readonly config: RunConfig;
  readonly compute: Compute;
  readonly trainer: BackboneTrainer;
  /** Gives the maps before the first trained convolution; asked for nothing where every convolution is trained. */
  readonly source: FeatureSource;
  /** Whether `source` had to leave out maps for want of room. */
  readonly isFull: () => boolean;
  readonly pixels: PixelSource;
  readonly fit: Fit;
  readonly changeOf: ((epoch: number) => PictureChange) | null;
  readonly unfrozen: number;
  readonly signal: AbortSignal;
}

/** Way 3: the head and the last convolutions move. Takes the trainer over and disposes it. */
export class FineTuneModel implements Model {
  readonly #head: LiveHead;
  /** Whether the present update moves the backbone too. */
  #backboneLearns = false;
  /** Whether the backbone is no longer as it was loaded. */
  #moved: boolean;

  private constructor(private readonly parts: FineTuneParts) {
    this.#head = new LiveHead(parts.saved, parts.config, parts.compute);
    this.#moved = parts.saved.backbone !== null;
  }

  /** Brings the trainer to what was saved. */
  static async create(parts: FineTuneParts): Promise<FineTuneModel> {
    const { saved, trainer } = parts;
    try {
      if (saved.backbone !== null) {
        for (const { name, values } of saved.backbone.tensors) await trainer.writeTensor(name, values);
        await trainer.loadOptimizer(saved.backbone.optimizer);
      }
      return new FineTuneModel(parts);
    } catch (error) {
      trainer.dispose();
      throw error;
    }
  }

  /** Where all convolutions are trained, pixels are all that passes, and nothing is ever missing. */
  get source(): Model['source'] {
    const { source } = this.parts;
    return this.#fromPixels ? { pace: source.pace, seconds: source.seconds, countMissing: () => 0 } : source;
  }

  get repeats(): boolean {
    return this.parts.changeOf !== null || this.#fromPixels || this.parts.isFull();
  }

  async measure(batch: readonly RunSample[], progress: BatchProgress): Promise<Measured> {
    const measured: Measured[] = [];
    for (const { part, onPicture } of this.#partsOf(batch, progress)) {
      const { rows } = await this.#forward(part, null, onPicture);
      measured.push(await this.#head.measure(rows, labelsOf(part)));
    }
    return joinMeasured(measured);
  }

  async learn(batch: readonly RunSample[], { epoch, loss, divisor }: BatchLesson, progress: BatchProgress): Promise<Measured> {
    const { config, trainer, signal, changeOf } = this.parts;
    this.#backboneLearns = epoch >= config.headWarmupEpochs;
    const measured: Measured[] = [];
    for (const { part, onPicture } of this.#partsOf(batch, progress)) {
      const { features, rows } = await this.#forward(part, changeOf?.(epoch) ?? null, onPicture);
      const lesson = { loss, divisor, byFeatures: this.#backboneLearns };
      const answer = await this.#head.learn(rows, labelsOf(part), lesson);
      measured.push(answer.measured);
      if (!Number.isFinite(answer.measured.mean)) break;
      if (answer.featureGradients !== null)
        await trainer.backward(gradientBeforeNorm(answer.featureGradients, features, config.featureNorm), signal);
    }
    return joinMeasured(measured);
  }

  forget(): void {
    this.#head.forget();
    this.parts.trainer.zeroGradients();
  }

  async update({ headRate, backboneRate, clip }: ModelUpdate): Promise<boolean> {
    const { trainer, config } = this.parts;
    // Only a norm that is clipped has to be known beforehand: the trainer's own flag keeps its update back where the gradient is not finite.
    const own = this.#backboneLearns && clip !== null ? await trainer.gradientSquares() : 0;
    const squares = own + (await this.#head.gradientSquares());
    if (!Number.isFinite(squares)) return false;
    const gradientScale = clipScale(squares, clip);
    if (this.#backboneLearns) {
      const { weightDecay, momentum } = config;
      if (!(await trainer.update({ learningRate: backboneRate, weightDecay, momentum, gradientScale }))) return false;
      this.#moved = true;
    }
    this.#head.update({ learningRate: headRate, gradientScale });
    return true;
  }

  /** A copy of the convolutions for every step would cost more than it saves: once they moved, the last checkpoint stands. */
  revert(): boolean {
    return this.#moved ? false : this.#head.revert();
  }

  async save(): Promise<SavedModel> {
    const { trainer } = this.parts;
    const head = await this.#head.save();
    if (!this.#moved) return { ...head, backbone: null };
    const tensors: NamedTensor[] = [];
    for (const { name } of trainer.tensors) tensors.push({ name, values: await trainer.readTensor(name) });
    return { ...head, headBefore: null, backbone: { tensors, optimizer: await trainer.saveOptimizer() } };
  }

  dispose(): void {
    this.#head.dispose();
    this.parts.trainer.dispose();
  }

  get #fromPixels(): boolean {
    return this.parts.unfrozen === convLayers.length;
  }

  /** What passes together; pictures are told by their place in the whole batch. */
  *#partsOf(
    batch: readonly RunSample[],
    { onPicture }: BatchProgress,
  ): Generator<{ readonly part: readonly RunSample[]; readonly onPicture: (done: number) => void }> {
    const { microBatch } = this.parts.trainer;
    for (let from = 0; from < batch.length; from += microBatch) {
      const tell = (done: number) => {
        onPicture(from + done);
      };
      yield { part: batch.slice(from, from + microBatch), onPicture: tell };
    }
  }

  /** Features `[n, 25088]`, and the rows that the head gets. */
  async #forward(
    samples: readonly RunSample[],
    change: PictureChange | null,
    onPicture: (done: number) => void,
  ): Promise<{ readonly features: Float32Array; readonly rows: Float32Array }> {
    const { trainer, config, signal } = this.parts;
    throwIfCancelled(signal);
    const inputs = this.#fromPixels ? await this.#pixels(samples, change) : await this.#maps(samples, change, onPicture);
    const features = await trainer.forward(inputs, signal);
    return { features, rows: scaleToNorm(features, config.featureNorm) };
  }

  #pixels(samples: readonly RunSample[], change: PictureChange | null): Promise<Uint8Array[]> {
    const { pixels, fit } = this.parts;
    return Promise.all(
      samples.map(async ({ id }) => {
        const own = await pixels(id, fit);
        return change?.(id, own) ?? own;
      }),
    );
  }

  async #maps(
    samples: readonly RunSample[],
    change: PictureChange | null,
    onPicture: (done: number) => void,
  ): Promise<Float32Array[]> {
    const { source, trainer } = this.parts;
    const packed = await source.readPacked(
      samples.map(({ id }) => id),
      change,
      onPicture,
    );
    return packed.map((map) => {
      const values = new Float32Array(trainer.inputLength);
      unpackFeatures(map, null, values, 0);
      return values;
    });
  }
}
