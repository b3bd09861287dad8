import { HeadstartError, throwIfCancelled } from '../domain/errors';
import type { ModelExportProgress, ModelExportReport, ModelExportRequest, ModelOffers } from '../domain/model-export';
import type { Fit } from '../domain/dataset';
import { describeFormats, findFormat } from '../export/formats';
import { writeExport } from '../export/write-export';
import type { ComputeApi } from '../protocol/compute-api';
import { createCertificate, type CertifiedRun } from './certificate';

type Tell = (progress: ModelExportProgress) => void;

export interface ModelExporterParts {
  readonly compute: ComputeApi;
  /** 224 x 224 RGB of a picture of the person's. */
  readonly pixels: (sampleId: string, fit: Fit) => Promise<Uint8Array>;
}

/** Takes the trained model out into the world: certifies it, reads it from the compute worker, has it written. */
export class ModelExporter {
  /** By our drawings alone, of the head that was present then. */
  #certified: CertifiedRun | null = null;

  constructor(private readonly parts: ModelExporterParts) {}

  /** Another head, or another device: what was certified no longer counts. */
  forget(): void {
    this.#certified = null;
  }

  async offer(onProgress: Tell, signal: AbortSignal): Promise<ModelOffers> {
    const { certificate, run } = await this.#certify(onProgress, signal);
    return { certificate, formats: describeFormats(run.classNames.length, certificate) };
  }

  async write(
    { format, precision, projectName, ownSamples }: ModelExportRequest,
    target: FileSystemFileHandle,
    onProgress: Tell,
    signal: AbortSignal,
  ): Promise<ModelExportReport> {
    const writer = findFormat(format, precision);
    const { compute, pixels } = this.parts;
    let certified = await this.#certify(onProgress, signal);
    if (ownSamples.length > 0) {
      const { fit } = certified.run.config;
      const own = await Promise.all(ownSamples.map(async ({ id, name }) => ({ name, pixels: await pixels(id, fit) })));
      certified = await createCertificate(compute, own, onProgress, signal);
    }
    const model = await compute.exportModel();
    throwIfCancelled(signal);
    // A run ended in between: its head has answers of its own.
    if (model.run.id !== certified.certificate.runId) throw new HeadstartError('busy');
    const { run } = model;
    return writeExport(
      writer,
      {
        ...model,
        projectName,
        classNames: run.classNames,
        featureNorm: run.config.featureNorm,
        fit: run.config.fit,
        certificate: certified.certificate,
      },
      precision,
      { target, onProgress, signal },
    );
  }

  async #certify(onProgress: Tell, signal: AbortSignal): Promise<CertifiedRun> {
    const kept = this.#certified;
    if (kept !== null) return kept;
    const made = await createCertificate(this.parts.compute, [], onProgress, signal);
    this.#certified = made;
    return made;
  }
}
