import { convLayers } from '../../../domain/vgg16';
import { stripPrefixes } from '../tensor-names';
import { entryOf, type PickleDict, type PickleTensor, type PickleValue } from './pickle-values';

export interface NamedTensor {
  readonly name: string;
  readonly tensor: PickleTensor;
}

/** Checkpoints hold their model at most so deep: `{'model': {'state_dict': …}}`. */
const deepest = 3;
/** Dicts that are looked into: an optimizer's state has one a parameter. */
const mostDicts = 10_000;

const isDict = (value: PickleValue): value is PickleDict => typeof value === 'object' && value?.kind === 'dict';
const isTensor = (value: PickleValue | undefined): value is PickleTensor =>
  typeof value === 'object' && value !== null && value.kind === 'tensor';

const featureNames = new Set(
  convLayers.flatMap(({ index }) => [`features.${String(index)}.weight`, `features.${String(index)}.bias`]),
);

/** The tensors that lie directly in a dict, by names that are text. */
function tensorsIn(dict: PickleDict): NamedTensor[] {
  const tensors = new Map<string, PickleTensor>();
  for (const [name, value] of dict.entries) if (typeof name === 'string' && isTensor(value)) tensors.set(name, value);
  return [...tensors].map(([name, tensor]) => ({ name, tensor }));
}

/** The dict itself and those in it, the outer first. It may hold itself, so each is met once. */
function dictsOf(root: PickleDict): readonly PickleDict[] {
  const met = new Set([root]);
  let level = [root];
  for (let depth = 0; depth < deepest && level.length > 0; depth += 1) {
    const next: PickleDict[] = [];
    for (const { entries } of level)
      for (const [name, value] of entries) {
        if (typeof name !== 'string' || !isDict(value) || met.has(value) || met.size >= mostDicts) continue;
        met.add(value);
        next.push(value);
      }
    level = next;
  }
  return [...met];
}

function likeness(tensors: readonly NamedTensor[]): number {
  return stripPrefixes(tensors.map(({ name }) => name)).filter((name) => featureNames.has(name) || name.startsWith('classifier.'))
    .length;
}

/** Where checkpoints keep the model, beside what the optimizer needs. */
const usualKeys = ['state_dict', 'model_state_dict', 'model'] as const;

/**
 * The tensors of the model in what was saved: a state dict, or a checkpoint that holds one beside other things. Of several the one most
 * like VGG-16; of equals the outer and earlier. Empty where there is none.
 */
export function findStateDict(root: PickleValue): readonly NamedTensor[] {
  if (!isDict(root)) return [];
  const usual = usualKeys.map((key) => entryOf(root, key)).filter((value) => value !== undefined && isDict(value));
  let [best, bestLikeness]: [readonly NamedTensor[], number] = [[], 0];
  for (const dict of [...usual, ...dictsOf(root)]) {
    const tensors = tensorsIn(dict);
    const own = likeness(tensors);
    // Where nothing is like it, the one with most tensors tells best what the file holds.
    if (own > bestLikeness || (own === 0 && bestLikeness === 0 && tensors.length > best.length))
      [best, bestLikeness] = [tensors, own];
  }
  return best;
}
