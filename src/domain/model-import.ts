import * as v from 'valibot';
import type { Fit } from './dataset';
import type { ErrorRecord } from './errors';
import type { ExportedScaling } from './input-scaling';
import type { RunConfig } from './run-config';

/** What a model file can be: by its content, not by its name. A ZIP is looked into for one of these. */
export const modelFileFormats = ['safetensors', 'pytorch', 'onnx'] as const;
export type ModelFileFormat = (typeof modelFileFormats)[number];

/** A head of more classes (25,088 values each) is not taken: a project's file has room for so many (see `maxHeadBytes`). */
export const mostHeadClasses = 2000;

/** Names the convolutions that come with the page, wherever another backbone has its digest. */
export const shippedBackboneId = 'shipped';
/** What they are called beside others. */
export const shippedTitle = 'As they come with the page';

/** Where convolutions came from. */
export type BackboneSource =
  | { readonly kind: 'hub'; readonly repository: string; /** Of the repository, pinned. */ readonly revision: string }
  | { readonly kind: 'file'; readonly fileName: string; readonly format: ModelFileFormat };

/** Convolutions other than those that come with the page, as a project names them. */
export interface BackboneIdentity {
  /** SHA-256 of the input's scaling and the 26 tensors as float32, hexadecimal: the same wherever they were read from. */
  readonly id: string;
  /** For people: `torchvision’s VGG-16`, or the file's name. */
  readonly title: string;
  readonly source: BackboneSource;
  readonly scaling: ExportedScaling;
  /** ISO 8601. */
  readonly addedAt: string;
}

const number = v.pipe(v.number(), v.finite());
const three = v.tuple([number, number, number]);

/** Also as it stands in what is kept on this device and in a project's file. */
export const backboneIdentitySchema: v.GenericSchema<unknown, BackboneIdentity> = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  title: v.pipe(v.string(), v.maxLength(300)),
  source: v.variant('kind', [
    v.object({ kind: v.literal('hub'), repository: v.string(), revision: v.string() }),
    v.object({ kind: v.literal('file'), fileName: v.string(), format: v.picklist(modelFileFormats) }),
  ]),
  scaling: v.object({ mean: three, std: three }),
  addedAt: v.string(),
});

/** What a file's head was trained as; null where the file does not say. */
export interface OfferedHead {
  /** By class index; null where the file has no names: then there are `classes` of them to be named. */
  readonly classNames: readonly string[] | null;
  readonly classes: number;
  /** Features are scaled to this L2 norm before the classifier; null leaves them as they are. */
  readonly featureNorm: number | null;
  readonly fit: Fit | null;
  /** Of the run that made it, where it was made by this app or its train.py. */
  readonly settings: RunConfig | null;
  readonly trainedBy: 'headstart' | 'pytorch' | null;
}

/** What was read of a model file or of the Hub. It is held by the worker; nothing is replaced yet. */
export interface ModelOffer {
  readonly title: string;
  readonly source: BackboneSource;
  /** Null: the file holds a head alone, which is used with the convolutions in force. */
  readonly backbone: {
    readonly id: string;
    /** Value for value those that come with the page (as float16 where the file is float16). */
    readonly isShipped: boolean;
    readonly isInForce: boolean;
    /** Of 26, those with other values than the page's own. */
    readonly otherTensors: number;
  } | null;
  readonly scaling: ExportedScaling;
  /**
   * Where the scaling was read: in the file; or the file does not say, and it is `page`'s where some of the convolutions are the page's own (a model that
   * was fine-tuned here) or there are none, else torchvision's, which weights of PyTorch are trained with unless they say otherwise.
   */
  readonly scalingFrom: 'file' | 'page' | 'torchvision';
  /** What the page does otherwise than the weights were trained with; the page words them. */
  readonly differences: readonly PreprocessingDifference[];
  readonly head: OfferedHead | null;
  /** Why the file's head is left out, where it has one that this page cannot use; the convolutions can be taken without it. */
  readonly headProblem?: ErrorRecord | null;
  /** Tensors that are known and not used, such as ImageNet's classifier. */
  readonly ignored: readonly string[];
  /** As they lie in the file: `float32`, `float16`, `bfloat16`. */
  readonly precision: readonly string[];
}

export type PreprocessingDifference =
  | { readonly kind: 'mean' | 'std'; readonly own: readonly number[]; readonly theirs: readonly number[] }
  | { readonly kind: 'fit'; readonly own: Fit; readonly theirs: Fit }
  /** Ours is antialiased bilinear, as Pillow; torchvision's on tensors is as well, timm's default is bicubic. */
  | { readonly kind: 'resize'; readonly own: string; readonly theirs: string };

export interface ModelImportProgress {
  readonly stage: 'fetching' | 'reading' | 'checking' | 'keeping';
  /** Bytes; `done` never falls within a stage, `total` never changes within it. */
  readonly done: number;
  readonly total: number;
}

/** What is on this device of the weights that the Hub holds. */
export interface HubWeightsState {
  readonly repository: string;
  readonly revision: string;
  /** Whom a fetch asks. */
  readonly host: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** Convolutions that are kept on this device, beside those that come with the page. */
export interface KeptBackbone extends BackboneIdentity {
  readonly bytes: number;
}
