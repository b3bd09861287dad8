import type { ModelFileFormat } from '../../domain/model-import';
import type { ByteSource } from './byte-source';
import type { ZipFileMember } from './zip-file';

/** A file that holds a model, told by its content. */
export type ModelPlace =
  | { readonly kind: 'safetensors' | 'onnx' | 'legacy-torch' | 'pickle'; readonly source: ByteSource }
  | {
      readonly kind: 'torch-archive';
      readonly source: ByteSource;
      readonly members: readonly ZipFileMember[];
      /** Of torch's own files in the ZIP, with its slash. */
      readonly folder: string;
    };

/** A file beside a model's: found by its name alone, never by a path. */
export interface Companion {
  /** Without folders. */
  readonly baseName: string;
  /** Bytes. */
  readonly size: number;
  open(): Promise<ByteSource>;
}

/** A model's file with the files that came with it, which may hold its values or describe it. */
export interface FoundModel {
  readonly place: ModelPlace;
  /** Of the file that was given. */
  readonly fileName: string;
  readonly beside: readonly Companion[];
}

const formats: Readonly<Record<ModelPlace['kind'], ModelFileFormat>> = {
  safetensors: 'safetensors',
  onnx: 'onnx',
  'legacy-torch': 'pytorch',
  'torch-archive': 'pytorch',
  pickle: 'pytorch',
};

export function formatOf({ kind }: ModelPlace): ModelFileFormat {
  return formats[kind];
}
