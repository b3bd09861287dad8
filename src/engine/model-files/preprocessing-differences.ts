import type { Fit } from '../../domain/dataset';
import type { ExportedScaling } from '../../domain/model-export';
import type { PreprocessingDifference } from '../../domain/model-import';

/** What torchvision's and timm's weights of VGG-16 were trained with: ImageNet's mean and standard deviation. */
export const torchvisionScaling: ExportedScaling = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** How this page makes pictures smaller, and torchvision too (`interpolation=BILINEAR, antialias=True`). */
export const pageResampling = 'antialiased bilinear';

/** What a file tells of how pictures came to its network. */
export interface ToldResize {
  readonly fit: Fit;
  /** `antialiased bilinear`, `bicubic`. */
  readonly resampling: string;
}

/** As torchvision's note says for its VGG-16: Resize(256), CenterCrop(224). */
export const torchvisionResize: ToldResize = { fit: 'crop', resampling: pageResampling };

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((value, at) => Math.fround(value) === Math.fround(b[at] ?? NaN));

/**
 * What the page does otherwise than the weights were trained with; what a file does not say is torchvision's.
 *
 * `mean` and `std` are told relative to those of the page's own weights (`own.scaling`): they come into force together with the new
 * weights, so they change what the page does and are no fault. `fit` is a difference only as long as the project's setting (`own.fit`)
 * is another; the page can offer to change it. `resize` stays: the page has one way to make pictures smaller.
 */
export function differencesOf(
  told: { readonly scaling: ExportedScaling | null; readonly resize: ToldResize | null },
  own: { readonly scaling: ExportedScaling; readonly fit: Fit },
): readonly PreprocessingDifference[] {
  const { mean, std } = told.scaling ?? torchvisionScaling;
  const { fit, resampling } = told.resize ?? torchvisionResize;
  const differences: PreprocessingDifference[] = [];
  if (!isSame(own.scaling.mean, mean)) differences.push({ kind: 'mean', own: own.scaling.mean, theirs: mean });
  if (!isSame(own.scaling.std, std)) differences.push({ kind: 'std', own: own.scaling.std, theirs: std });
  if (own.fit !== fit) differences.push({ kind: 'fit', own: own.fit, theirs: fit });
  if (resampling !== pageResampling) differences.push({ kind: 'resize', own: pageResampling, theirs: resampling });
  return differences;
}
