import type {
  Certificate,
  ExpectedSpeed,
  ExportedModel,
  ExportFormatId,
  ExportPrecision,
  ModelSize,
} from '../domain/model-export';

/** A file of an export. */
export interface ExportFile {
  /** Inside the archive: `model.safetensors`, `certificate/1.png`. */
  readonly path: string;
  /** All of it, or its pieces in order: what is large comes in pieces, so that it never stands in memory twice. */
  readonly bytes: Uint8Array<ArrayBuffer> | string | AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** What a model can be written as. A new one joins the list in `formats.ts`; page, demo and tests follow from there. */
export interface ExportFormat {
  readonly id: ExportFormatId;
  readonly title: string;
  /** A sentence or two for the page. */
  readonly description: string;
  /** `file`: `files` gives one file, which is saved as it is. */
  readonly packaging: 'zip' | 'file';
  readonly precisions: readonly ExportPrecision[];
  /** Bytes of the whole, estimated. */
  estimateBytes(size: ModelSize, precision: ExportPrecision): number;
  /** From what this page takes a picture. */
  expectSpeed(measured: Pick<Certificate, 'milliseconds' | 'device'>): ExpectedSpeed;
  /** Every file, in the order in which they are written; nothing is computed before it is asked for. */
  files(model: ExportedModel, precision: ExportPrecision): AsyncIterable<ExportFile>;
}
