import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { BackboneIdentity, KeptBackbone } from '../../domain/model-import';
import { featureCount } from '../../domain/vgg16';
import type { KeptBases } from '../base-weights';
import type { ReadHead, ReadModel } from '../model-files/read-model';
import type { ModelSources } from '../model-intake';
import { tensorLengths } from '../trained-tensors';
import { standInTensor } from './stand-in-trainer';

/** All 26 tensors, of zeros but for the one that a stand-in backbone knows. */
export function createTensors(value: number): ReadonlyMap<string, Float32Array> {
  return new Map(
    [...tensorLengths].map(([name, length]) => [name, new Float32Array(length).fill(name === standInTensor ? value : 0)]),
  );
}

export function createReadHead(change: Partial<ReadHead> = {}): ReadHead {
  return {
    weight: Float32Array.from({ length: 2 * featureCount }, (_, at) => (((at * 7919) % 1009) / 1009 - 0.5) * 0.01),
    bias: Float32Array.of(0.25, -0.25),
    classNames: ['cat', 'dog'],
    featureNorm: null,
    fit: 'crop',
    settings: null,
    trainedBy: 'pytorch',
    ...change,
  };
}

export function createReadModel(change: Partial<ReadModel> = {}): ReadModel {
  return {
    fileName: 'model.safetensors',
    format: 'safetensors',
    conv: null,
    head: null,
    headProblem: null,
    scaling: null,
    resize: null,
    ignored: [],
    precision: ['float32'],
    ...change,
  };
}

/** Reads what the test says by the file's name, and hears a cancel before and after. */
export function createSources(models: ReadonlyMap<string, ReadModel>, hub?: ReadonlyMap<string, Float32Array>) {
  const dropped: string[] = [];
  const sources: ModelSources = {
    read: async ([file], onProgress, signal) => {
      throwIfCancelled(signal);
      onProgress({ stage: 'reading', done: 0, total: 1 });
      await Promise.resolve();
      throwIfCancelled(signal);
      const model = models.get(file?.name ?? '');
      if (model === undefined) throw new HeadstartError('model-file-unknown', { name: file?.name ?? '' });
      return model;
    },
    hub: {
      state: (modelHub) =>
        Promise.resolve({
          ...{ repository: 'timm/vgg16.tv_in1k', revision: 'b8d8aa2' },
          ...{ host: new URL(modelHub).host, receivedBytes: 0, totalBytes: 58_858_752 },
        }),
      fetch: (_hub, _onProgress, signal) => {
        throwIfCancelled(signal);
        if (hub === undefined) return Promise.reject(new HeadstartError('hub-weights-offline', { host: 'hub.example' }));
        return Promise.resolve(createReadModel({ conv: hub, ignored: ['head.fc.weight'] }));
      },
      drop: () => {
        dropped.push('part');
        return Promise.resolve();
      },
    },
  };
  return { sources, dropped };
}

/** A disk for convolutions; `refusal` is what it says to every write. */
export class MemoryBases implements KeptBases {
  readonly kept = new Map<string, { readonly identity: BackboneIdentity; readonly conv: ReadonlyMap<string, Float32Array> }>();
  refusal: HeadstartError | null = null;
  /** Called within each write. */
  onWrite: () => void = () => undefined;

  list(): Promise<readonly KeptBackbone[]> {
    return Promise.resolve([...this.kept.values()].map(({ identity }) => ({ ...identity, bytes: 58_858_752 })));
  }

  read(id: string): Promise<ReadonlyMap<string, Float32Array> | null> {
    return Promise.resolve(this.kept.get(id)?.conv ?? null);
  }

  write(identity: BackboneIdentity, conv: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.onWrite();
    if (this.refusal !== null) return Promise.reject(this.refusal);
    this.kept.set(identity.id, { identity, conv });
    return Promise.resolve();
  }

  remove(id: string): Promise<void> {
    this.kept.delete(id);
    return Promise.resolve();
  }
}
