import { HeadstartError, throwIfCancelled, toHeadstartError, type ErrorRecord } from '../domain/errors';
import type { WeightsReport } from '../domain/events';
import { shippedBackboneId, type BackboneIdentity, type KeptBackbone } from '../domain/model-import';
import type { BackboneParts } from '../protocol/compute-api';
import type { BackboneStore } from '../storage/backbone-store';
import type { WeightsInUse } from './proved-compute';
import type { BackboneWeights } from './weights/conv-weights';
import type { LoadedWeights } from './weights/weights-loader';

export type KeptBases = Pick<BackboneStore, 'list' | 'read' | 'write' | 'remove'>;

/** Which convolutions everything stands on: those that come with the page, or others that came in. */
export class BaseWeights {
  #loaded: LoadedWeights | null = null;
  #base: BackboneParts | null = null;
  #inForce: BackboneWeights | null = null;
  readonly #store: KeptBases | null;
  /** What the disk did not take serves until the tab closes. */
  readonly #unkept = new Map<string, BackboneParts>();

  constructor(store: KeptBases | null) {
    this.#store = store;
  }

  /** Of those that come with the page; null before they are loaded. */
  get report(): WeightsReport | null {
    return this.#loaded?.report ?? null;
  }

  /** In force; null: those that come with the page. */
  get present(): BackboneParts | null {
    return this.#base;
  }

  /** Of those in force; null: those that come with the page. */
  get identity(): BackboneIdentity | null {
    return this.#base?.identity ?? null;
  }

  /** As a run's record has it. */
  get id(): string | undefined {
    return this.#base?.identity.id;
  }

  load(loaded: LoadedWeights): void {
    this.#loaded = loaded;
    this.#compose();
  }

  /** Null: those that come with the page. */
  use(base: BackboneParts | null): void {
    this.#base = base;
    this.#compose();
  }

  /** Throws `unexpected` before the weights that come with the page are loaded: paths are proved with them. */
  inUse(): WeightsInUse {
    if (this.#loaded === null || this.#inForce === null)
      throw new HeadstartError('unexpected', { detail: 'the weights are not loaded' });
    return { shipped: this.#loaded.weights, inForce: this.#inForce };
  }

  /**
   * Convolutions by their id, null for those that come with the page.
   * @throws HeadstartError `backbone-gone` where they are kept no more
   */
  async find(id: string): Promise<BackboneParts | null> {
    if (id === shippedBackboneId) return null;
    if (this.#base?.identity.id === id) return this.#base;
    const unkept = this.#unkept.get(id);
    if (unkept !== undefined) return unkept;
    const kept = (await this.list()).find((one) => one.id === id);
    const gone = (cause?: unknown) => new HeadstartError('backbone-gone', { title: kept?.title ?? id.slice(0, 8) }, { cause });
    if (kept === undefined || this.#store === null) throw gone();
    const tensors = await this.#store.read(id).catch((thrown: unknown) => {
      throw gone(thrown);
    });
    if (tensors === null) throw gone();
    const { bytes: _bytes, ...identity } = kept;
    return { identity, tensors };
  }

  /** Keeps them for later visits, and tells why where that cannot be. Rejects with `cancelled`; then they are not, unless they were before. */
  async keep(base: BackboneParts, signal: AbortSignal): Promise<{ readonly notKept: ErrorRecord | null }> {
    const { identity, tensors } = base;
    try {
      if (this.#store === null) throw new HeadstartError('storage-refused');
      const wasKept = (await this.#store.list()).some(({ id }) => id === identity.id);
      await this.#store.write(identity, tensors);
      if (signal.aborted) {
        if (!wasKept) await this.#store.remove(identity.id);
        throw new HeadstartError('cancelled');
      }
      this.#unkept.delete(identity.id);
      return { notKept: null };
    } catch (thrown) {
      throwIfCancelled(signal);
      this.#unkept.set(identity.id, base);
      const detail = toHeadstartError(thrown).message.replace(/\.$/, '');
      const notKept = new HeadstartError('backbone-not-kept', { title: identity.title, detail }, { cause: thrown });
      return { notKept: notKept.toRecord() };
    }
  }

  /** Those of this visit that the disk did not take are not among them. */
  async list(): Promise<readonly KeptBackbone[]> {
    return (await this.#store?.list()) ?? [];
  }

  /** @throws HeadstartError `backbone-in-use`, `storage-refused` */
  async remove(id: string): Promise<void> {
    const present = this.identity;
    if (present?.id === id) throw new HeadstartError('backbone-in-use', { title: present.title });
    this.#unkept.delete(id);
    await this.#store?.remove(id);
  }

  dispose(): void {
    [this.#loaded, this.#base, this.#inForce] = [null, null, null];
    this.#unkept.clear();
  }

  #compose(): void {
    const [loaded, base] = [this.#loaded, this.#base];
    if (loaded === null || base === null) {
      this.#inForce = loaded?.weights ?? null;
      return;
    }
    const { id: baseId, scaling } = base.identity;
    this.#inForce = { ...loaded.weights, scaling, trained: base.tensors, baseId };
  }
}
