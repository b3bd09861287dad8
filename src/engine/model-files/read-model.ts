import { HeadstartError } from '../../domain/errors';
import type { Fit } from '../../domain/dataset';
import type { ExportedScaling } from '../../domain/model-export';
import type { ModelFileFormat, ModelImportProgress } from '../../domain/model-import';
import type { RunConfig } from '../../domain/run-config';
import type { ToldResize } from './preprocessing-differences';
import { readTensors } from './read-tensors';
import type { FoundTensor } from './tensor-values';
import type { ToldConfig } from './told-config';
import { checkVgg16, type Vgg16Tensors } from './vgg16-check';

export interface ReadHead {
  /** `[classes, 25088]`, row-major. */
  readonly weight: Float32Array;
  /** `[classes]`. */
  readonly bias: Float32Array;
  /** By class index; null where the file has no names. */
  readonly classNames: readonly string[] | null;
  readonly featureNorm: number | null;
  readonly fit: Fit | null;
  readonly settings: RunConfig | null;
  readonly trainedBy: 'headstart' | 'pytorch' | null;
}

/** A model as it came out of its file: whole, checked, float32. */
export interface ReadModel {
  /** Of the file that was given. */
  readonly fileName: string;
  readonly format: ModelFileFormat;
  /** 26 tensors by torchvision's names, in VGG-16's order, OIHW; null: a head alone. */
  readonly conv: ReadonlyMap<string, Float32Array> | null;
  readonly head: ReadHead | null;
  /** Why the head that is in the file was left out; null where there is none, or it is here. */
  readonly headProblem: HeadstartError | null;
  /** Told by the file; null where it does not say. */
  readonly scaling: ExportedScaling | null;
  readonly resize: ToldResize | null;
  /** Tensors that are known and not used. */
  readonly ignored: readonly string[];
  /** As the used tensors lie in the file: `float32`, `float16`, `bfloat16`. */
  readonly precision: readonly string[];
}

/** A model file whose list of tensors was read. */
export interface OpenedModel {
  /** For sentences. */
  readonly name: string;
  readonly fileName: string;
  readonly format: ModelFileFormat;
  readonly tensors: readonly FoundTensor[];
  readonly told: ToldConfig;
  /** Why its head cannot be used, where opening it told that already. */
  readonly headProblem: HeadstartError | null;
}

const [weightName, biasName] = ['classifier.weight', 'classifier.bias'];

function checkClassNames({ told, name }: OpenedModel, { head }: Vgg16Tensors): void {
  const [classes] = head?.weight.shape ?? [];
  const named = told.classNames?.length;
  if (head !== null && classes !== undefined && named !== undefined && named !== classes)
    throw new HeadstartError('model-head-unusable', {
      name,
      detail: `it names ${String(named)} classes and has weights for ${String(classes)}`,
    });
}

/** The tensors to read, and what is wrong with the head where only that is. */
function choose(opened: OpenedModel, checked: Vgg16Tensors): Pick<Vgg16Tensors, 'head' | 'headProblem'> {
  try {
    if (opened.headProblem !== null && checked.head !== null) throw opened.headProblem;
    checkClassNames(opened, checked);
    return checked;
  } catch (thrown) {
    if (checked.conv === null || !(thrown instanceof HeadstartError)) throw thrown;
    return { head: null, headProblem: thrown };
  }
}

/**
 * Checks an opened file and reads what is used of it.
 * @throws HeadstartError what `checkVgg16` and `readTensors` throw
 */
export async function readOpened(
  opened: OpenedModel,
  onProgress: (progress: ModelImportProgress) => void,
  signal: AbortSignal,
): Promise<ReadModel> {
  const { name, fileName, format, tensors, told } = opened;
  const checked = checkVgg16(tensors, name);
  const { head, headProblem } = choose(opened, checked);
  let problem = headProblem;
  const wanted = new Map<string, FoundTensor>(checked.conv ?? []);
  if (head !== null) wanted.set(weightName, head.weight).set(biasName, head.bias);
  const values = await readTensors(wanted, name, onProgress, signal, (tensor, error) => {
    // Convolutions that are sound can be taken without the head.
    if (checked.conv === null || checked.conv.has(tensor)) throw error;
    problem = error;
  });
  const [weight, bias] = [values.get(weightName), values.get(biasName)];
  values.delete(weightName);
  values.delete(biasName);
  const { classNames, featureNorm, fit, settings, trainedBy, scaling, resize } = told;
  return {
    fileName,
    format,
    conv: checked.conv === null ? null : values,
    head: weight === undefined || bias === undefined ? null : { weight, bias, classNames, featureNorm, fit, settings, trainedBy },
    headProblem: problem,
    scaling,
    resize,
    ignored: checked.ignored,
    precision: [...new Set([...wanted.values()].map(({ type }) => type))],
  };
}
