import { certificateBounds, type Certificate, type ExportPrecision } from '../domain/model-export';
import { inputSize } from '../domain/vgg16';
import type { ExportFile } from './export-format';
import { formatConfig } from './model-config';
import { writePng } from './png-writer';

/** `certificate/certificate.json`: what `check` of every format reads. Fields are only ever added. */
export interface CertificateRecord {
  readonly format: 'headstart-certificate';
  readonly version: 1;
  /** Root mean square of all logits. */
  readonly rms: number;
  /** The largest difference over `rms` that a rerun from these pixels may have. */
  readonly bound: number;
  readonly precision: ExportPrecision;
  readonly device: 'webgpu' | 'cpu';
  readonly computePlan: string;
  /** Of a picture where the certificate was made. */
  readonly milliseconds: number;
  /** How far what the page shows is from these logits, over `rms`: it holds features as float16. */
  readonly shownDifference: number;
  readonly pictures: readonly {
    /** Beside this file: PNG, 224 x 224, to be taken as it is. */
    readonly file: string;
    readonly name: string;
    readonly origin: 'drawing' | 'own';
    readonly classIndex: number;
    readonly logits: readonly number[];
    readonly probabilities: readonly number[];
  }[];
}

export function createCertificateRecord(certificate: Certificate, precision: ExportPrecision): CertificateRecord {
  const { rms, device, computePlan, milliseconds, shownDifference, pictures } = certificate;
  return {
    format: 'headstart-certificate',
    version: 1,
    rms,
    bound: certificateBounds[precision],
    precision,
    device,
    computePlan,
    milliseconds,
    shownDifference,
    pictures: pictures.map(({ name, origin, classIndex, logits, probabilities }, index) => ({
      file: pictureFile(index),
      name,
      origin,
      classIndex,
      logits,
      probabilities,
    })),
  };
}

function pictureFile(index: number): string {
  return `${String(index + 1).padStart(2, '0')}.png`;
}

/** The pictures and what is known of them, in a folder of their own. */
export async function* certificateFiles(certificate: Certificate, precision: ExportPrecision): AsyncGenerator<ExportFile> {
  yield { path: 'certificate/certificate.json', bytes: formatConfig(createCertificateRecord(certificate, precision)) };
  for (const [index, { pixels }] of certificate.pictures.entries())
    yield { path: `certificate/${pictureFile(index)}`, bytes: await writePng(pixels, inputSize, inputSize) };
}
