import { describeError, type ErrorRecord } from '../domain/errors';
import { hasOwnConvolutions, type RunRecord } from '../domain/history';
import { unfrozenConvs } from '../domain/run-config';
import type { PageState, StartOffer } from './state';

const newHead: StartOffer = { offered: false, value: 'new', reasonNot: null, run: null };

/** Names that a sentence holds. */
const mostNamed = 5;

function list(names: readonly string[]): string {
  const named = names.slice(0, mostNamed);
  const more = names.length - named.length;
  return [...named, ...(more > 0 ? [`${String(more)} more`] : [])].join(', ');
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  const own = new Set(a);
  return own.size === b.length && b.every((name) => own.has(name));
}

function normWords(norm: number | null): string {
  return norm === null ? 'no norm' : `the norm ${String(norm)}`;
}

/** Why a run cannot begin with this model, whatever is chosen; null where it can. */
function reasonAgainst({ project }: PageState, run: RunRecord): ErrorRecord | null {
  const { classNames, settings } = project.document;
  if (!isSameSet(run.classNames, classNames))
    return describeError('start-classes-differ', { found: list(run.classNames), expected: list(classNames) });
  const [own, wanted] = [hasOwnConvolutions(run) ? unfrozenConvs(run.config) : 0, unfrozenConvs(settings)];
  if (own > 0 && wanted === 0) return describeError('start-tuned');
  if (own > wanted) return describeError('start-tuned-more', { found: own, expected: wanted });
  return null;
}

let startOf: { keys: readonly unknown[]; offer: StartOffer } | null = null;

/** What Train begins with, and whether it can begin with the model that is present. The same object until something in it changes. */
export function selectStart(state: PageState): StartOffer {
  const { headReady, headRun, project, run } = state;
  if (!headReady || headRun === null) return newHead;
  const { classNames, settings } = project.document;
  const keys = [headRun, classNames, settings, run.start];
  if (startOf?.keys.every((key, at) => key === keys[at]) === true) return startOf.offer;
  const reason = reasonAgainst(state, headRun);
  // Choosing it takes its norm into the settings, so another norm is in the way only where it was changed afterwards.
  const { featureNorm } = headRun.config;
  const isOtherNorm = run.start === 'present' && featureNorm !== settings.featureNorm;
  const otherNorm = isOtherNorm
    ? describeError('start-norm-differs', { found: normWords(featureNorm), expected: normWords(settings.featureNorm) })
    : null;
  const offer: StartOffer = { offered: reason === null, value: run.start, reasonNot: reason ?? otherNorm, run: headRun };
  startOf = { keys, offer };
  return offer;
}
