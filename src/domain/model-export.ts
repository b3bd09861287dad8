import type { Fit } from './dataset';
import type { ExportedScaling } from './input-scaling';
import type { RunRecord } from './history';
import type { BackboneIdentity } from './model-import';
import { backboneParameterCount, featureCount } from './vgg16';

export type { ExportedScaling };

/** What a model can be written as. Ids are stable: they stand in scripts. */
export const exportFormatIds = ['pytorch', 'onnx', 'tensorflow', 'html'] as const;
export type ExportFormatId = (typeof exportFormatIds)[number];

/** How values lie in the file. float16 halves the file; whoever reads it computes in float32 all the same. */
export const exportPrecisions = ['float32', 'float16'] as const;
export type ExportPrecision = (typeof exportPrecisions)[number];

/** A tensor as PyTorch names and lays it out: `features.28.weight` (OIHW), `classifier.weight` (`[classes, 25088]`). Row-major. */
export interface ExportedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Exactly what is computed with. */
  readonly values: Float32Array;
}

/** What the compute worker knows of the trained model: everything but the certificate. */
export interface ModelParts {
  readonly run: RunRecord;
  /** The thirteen convolutions in their order, weight before bias, trained ones in their place; then the classifier's two. */
  readonly tensors: readonly ExportedTensor[];
  readonly scaling: ExportedScaling;
  /** The convolutions that the run stands on; null: those that come with the page. */
  readonly backbone: BackboneIdentity | null;
  /** SHA-256 over the lines `NAME SHA-256-OF-ITS-FLOAT32-BYTES\n` of all tensors in their order, hexadecimal. */
  readonly fingerprint: string;
}

/** A picture whose answer is known. */
export interface CertificatePicture {
  /** `cat 1`; of a person's own picture its file's name. */
  readonly name: string;
  readonly origin: 'drawing' | 'own';
  /** 224 x 224 RGB, 8 bit, row-major: what the network sees, after fitting. */
  readonly pixels: Uint8Array;
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  readonly classIndex: number;
  /** What the page shows for it: its features are held as float16 where the backbone is frozen. */
  readonly shownLogits: readonly number[];
  /** Of this device, decoding excluded. */
  readonly milliseconds: number;
}

/** What the model says of pictures whose pixels come along, so that whoever runs it elsewhere can see that it says the same. */
export interface Certificate {
  /** Of the run whose model it is. */
  readonly runId: string;
  readonly pictures: readonly CertificatePicture[];
  /** Root mean square of all logits: what differences are measured in. */
  readonly rms: number;
  /** Largest difference between `shownLogits` and `logits`, over `rms`. */
  readonly shownDifference: number;
  /** Of a picture on this device: the median. */
  readonly milliseconds: number;
  readonly device: 'webgpu' | 'cpu';
  readonly computePlan: string;
}

/** The largest difference that a rerun of the certificate may have, over the logits' rms; beyond it `check` fails. */
export const certificateBounds: Readonly<Record<ExportPrecision, number>> = {
  float32: 1e-4,
  // Measured: at most 1.3e-3 (README, “Take the model with you”).
  float16: 1e-2,
};

/** A model as every format's writer gets it. */
export interface ExportedModel extends ModelParts {
  readonly projectName: string;
  readonly classNames: readonly string[];
  /** Features are scaled to this L2 norm before the classifier; null leaves them as they are. */
  readonly featureNorm: number | null;
  readonly fit: Fit;
  readonly certificate: Certificate;
}

/** What a size can be told from before anything is read. */
export interface ModelSize {
  readonly classes: number;
  /** Of the convolutions and the classifier. */
  readonly parameters: number;
}

export function sizeOfModel(classes: number): ModelSize {
  return { classes, parameters: backboneParameterCount + classes * (featureCount + 1) };
}

/** How long a picture may take elsewhere. */
export interface ExpectedSpeed {
  readonly milliseconds: number;
  /** Where: `PyTorch on this processor`. */
  readonly where: string;
}

/** A format as the page offers it. */
export interface ExportOffer {
  readonly id: ExportFormatId;
  /** `PyTorch`. */
  readonly title: string;
  /** A sentence or two: what it is, and what for. */
  readonly description: string;
  /** How the file's name ends: `.zip`, or `.html` where one file is all. */
  readonly ending: '.zip' | '.html';
  readonly precisions: readonly { readonly precision: ExportPrecision; /** Estimate. */ readonly bytes: number }[];
  readonly expected: ExpectedSpeed;
}

/** What can be exported, and what it will be held to. */
export interface ModelOffers {
  readonly certificate: Certificate;
  readonly formats: readonly ExportOffer[];
}

export interface ModelExportRequest {
  readonly format: ExportFormatId;
  readonly precision: ExportPrecision;
  readonly projectName: string;
  /** Pictures of the person's own to add to the certificate: only those that they chose. */
  readonly ownSamples: readonly { readonly id: string; readonly name: string }[];
}

/** Laws: within a stage `done` never falls and `total` never changes. `certificate` counts pictures, `writing` bytes. */
export interface ModelExportProgress {
  readonly stage: 'certificate' | 'writing';
  readonly done: number;
  /** Of `writing` an estimate. */
  readonly total: number;
}

export interface ModelExportReport {
  readonly format: ExportFormatId;
  readonly precision: ExportPrecision;
  readonly files: number;
  /** Of the files, before they are put together. */
  readonly bytes: number;
}
