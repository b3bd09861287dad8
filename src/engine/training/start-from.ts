import { HeadstartError } from '../../domain/errors';
import { hasOwnConvolutions } from '../../domain/history';
import { unfrozenConvs } from '../../domain/run-config';
import { featureCount } from '../../domain/vgg16';
import type { KeptHead } from '../../protocol/compute-api';
import type { HeadWeights } from '../head';
import { freshOptimizerState } from '../optimizers';
import type { SavedModel } from './model';
import type { RunPlan } from './run-plan';

/** Rows of a head in the order of other class names; each row is a class' weights. */
function reorder({ run, weight, bias }: KeptHead, classNames: readonly string[]): HeadWeights {
  const places = new Map(run.classNames.map((name, at) => [name, at]));
  const order = classNames.map((name) => places.get(name) ?? -1);
  const rows = new Float32Array(weight.length);
  order.forEach((from, to) => {
    rows.set(weight.subarray(from * featureCount, (from + 1) * featureCount), to * featureCount);
  });
  return { weight: rows, bias: Float32Array.from(order, (from) => bias[from] ?? NaN) };
}

const normWords = (norm: number | null): string => (norm === null ? 'no norm' : `the norm ${String(norm)}`);

/**
 * The first weights of a run that goes on from a trained model: its head, and its trained convolutions where it has some; no optimizer's
 * memory. Its convolutions must be among those that are trained now: which lie before stay as they are in force.
 * @throws HeadstartError `start-classes-differ`, `start-norm-differs`, `start-tuned`, `start-tuned-more`
 */
export function startFrom(kept: KeptHead, { config, classNames }: Pick<RunPlan, 'config' | 'classNames'>): SavedModel {
  const { run, tensors } = kept;
  const known = new Set(run.classNames);
  if (known.size !== classNames.length || classNames.some((name) => !known.has(name)))
    throw new HeadstartError('start-classes-differ', { found: run.classNames.join(', '), expected: classNames.join(', ') });
  const [found, expected] = [run.config.featureNorm, config.featureNorm];
  if (found !== expected)
    throw new HeadstartError('start-norm-differs', { found: normWords(found), expected: normWords(expected) });
  const [own, wanted] = [hasOwnConvolutions(run) ? unfrozenConvs(run.config) : 0, unfrozenConvs(config)];
  if (own > 0 && wanted === 0) throw new HeadstartError('start-tuned');
  if (own > wanted) throw new HeadstartError('start-tuned-more', { found: own, expected: wanted });
  return {
    head: reorder(kept, classNames),
    headBefore: null,
    optimizer: freshOptimizerState,
    backbone:
      tensors.length === 0
        ? null
        : { tensors: tensors.map(({ name, values }) => ({ name, values: values.slice() })), optimizer: freshOptimizerState },
  };
}
