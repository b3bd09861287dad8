import type { RunConfig } from '../../domain/run-config';
import type { RunSample } from '../../protocol/engine-api';
import type { Compute } from '../device';
import type { FeatureSource, PictureChange } from './feature-source';
import { LiveHead, type Measured } from './live-head';
import { clipScale, type BatchLesson, type BatchProgress, type Model, type ModelUpdate, type SavedModel } from './model';

export interface HeadModelParts {
  readonly saved: SavedModel;
  readonly config: RunConfig;
  readonly compute: Compute;
  readonly source: FeatureSource;
  /** What chance does to a training picture of an epoch; null leaves all as they are. */
  readonly changeOf: ((epoch: number) => PictureChange) | null;
}

/** Ways 1 and 2: the head alone moves, over features that are held, or computed anew of pictures that change. */
export class HeadModel implements Model {
  readonly source: FeatureSource;
  readonly repeats: boolean;
  readonly #head: LiveHead;

  constructor(private readonly parts: HeadModelParts) {
    this.source = parts.source;
    this.repeats = parts.changeOf !== null;
    this.#head = new LiveHead(parts.saved, parts.config, parts.compute);
  }

  async measure(batch: readonly RunSample[], { onPicture }: BatchProgress): Promise<Measured> {
    return this.#head.measure(await this.#read(batch, null, onPicture), labelsOf(batch));
  }

  async learn(
    batch: readonly RunSample[],
    { epoch, loss, divisor }: BatchLesson,
    { onPicture }: BatchProgress,
  ): Promise<Measured> {
    const features = await this.#read(batch, this.parts.changeOf?.(epoch) ?? null, onPicture);
    return (await this.#head.learn(features, labelsOf(batch), { loss, divisor })).measured;
  }

  forget(): void {
    this.#head.forget();
  }

  async update({ headRate, clip }: ModelUpdate): Promise<boolean> {
    // Without clipping nothing is read back for the norm: a gradient that is no number shows in the next loss, and `revert` undoes it.
    const squares = clip === null ? 0 : await this.#head.gradientSquares();
    if (!Number.isFinite(squares)) return false;
    this.#head.update({ learningRate: headRate, gradientScale: clipScale(squares, clip) });
    return true;
  }

  revert(): boolean {
    return this.#head.revert();
  }

  async save(): Promise<SavedModel> {
    return { ...(await this.#head.save()), backbone: null };
  }

  dispose(): void {
    this.#head.dispose();
  }

  #read(batch: readonly RunSample[], change: PictureChange | null, onPicture: (done: number) => void): Promise<Float32Array> {
    return this.source.readBatch(
      batch.map(({ id }) => id),
      this.parts.config.featureNorm,
      change,
      onPicture,
    );
  }
}

export function labelsOf(samples: readonly RunSample[]): number[] {
  return samples.map(({ labelIndex }) => labelIndex);
}
