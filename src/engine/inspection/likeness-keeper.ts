import { finishInPieces } from '../../domain/in-pieces';
import type { InspectionProgress } from '../../domain/evaluation/inspection';
import { LikenessIndex, type Likeness, type LikenessReference, type LikenessReport } from '../../domain/evaluation/likeness';
import type { PooledFeatures } from '../../protocol/compute-api';
import type { PackedFeatures } from '../../storage/packed-features';
import { yieldToTasks } from '../yield';
import { poolFeatures } from './pooled-features';

/** So many of the most alike are told: some may have been removed since. */
const toldNearest = 12;

/** Holds what a picture is compared with: the pictures that the present head learnt from, by VGG-16's features as it was loaded. */
export class LikenessKeeper {
  #index: LikenessIndex | null = null;

  /** Whether there is anything to compare with. */
  get isReady(): boolean {
    return this.#index !== null;
  }

  /** Another head learnt from other pictures. */
  forget(): void {
    this.#index = null;
  }

  /** Takes the place of what was held, unless nobody wants it any more. Rejects with `cancelled`; what was held stays then. */
  async keep(
    { samples }: LikenessReference,
    { sampleIds, vectors }: PooledFeatures,
    onProgress: (progress: InspectionProgress) => void,
    signal: AbortSignal,
    isWanted: () => boolean,
  ): Promise<LikenessReport> {
    const found = new Set(sampleIds);
    const kept = samples.filter(({ id }) => found.has(id));
    const index = new LikenessIndex(kept, vectors);
    const total = kept.length;
    const learning = index.learn((share) => {
      onProgress({ stage: 'comparing', done: Math.round(share * total), total, secondsLeft: null });
    });
    await finishInPieces(learning, yieldToTasks, signal);
    if (!isWanted()) return { pictures: 0, missing: 0, limit: null };
    this.#index = kept.length === 0 ? null : index;
    return { pictures: kept.length, missing: samples.length - kept.length, limit: index.limit };
  }

  /** Null where nothing is held to compare with. */
  compare(features: PackedFeatures, sampleId: string | null): Likeness | null {
    return this.#index?.compare(poolFeatures(features), sampleId, toldNearest) ?? null;
  }
}
