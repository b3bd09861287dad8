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
  /** By pictures of the person's too: they often take the same model along in several formats. */
  #certifiedByOwn: { readonly ids: string; readonly made: CertifiedRun } | null = null;

  /** What is under way for a former head is not kept for this one. */
  #heads = 0;

  constructor(private readonly parts: ModelExporterParts) {}

  /** Another head, or another device: what was certified no longer counts. */
  forget(): void {
    this.#heads += 1;
    this.#certified = null;
    this.#certifiedByOwn = null;
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
    let certified = await this.#certify(onProgress, signal);
    if (ownSamples.length > 0) certified = await this.#certifyByOwn(certified.run.config.fit, ownSamples, onProgress, signal);
    const model = await this.parts.compute.exportModel();
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

  async #certifyByOwn(fit: Fit, samples: ModelExportRequest['ownSamples'], onProgress: Tell, signal: AbortSignal) {
    const { compute, pixels } = this.parts;
    const ids = JSON.stringify(samples);
    const kept = this.#certifiedByOwn;
    if (kept?.ids === ids) return kept.made;
    const own = await Promise.all(samples.map(async ({ id, name }) => ({ name, pixels: await pixels(id, fit) })));
    const head = this.#heads;
    const made = await createCertificate(compute, own, onProgress, signal);
    if (head === this.#heads) this.#certifiedByOwn = { ids, made };
    return made;
  }

  async #certify(onProgress: Tell, signal: AbortSignal): Promise<CertifiedRun> {
    const kept = this.#certified;
    if (kept !== null) return kept;
    const head = this.#heads;
    const made = await createCertificate(this.parts.compute, [], onProgress, signal);
    if (head === this.#heads) this.#certified = made;
    return made;
  }
}
