import { hasOwnConvolutions, type RunRecord } from '../../domain/history';
import type { Way } from '../../domain/run-config';
import { formatCount } from '../charts/format';

/**
 * What moves, from which start, and when to choose it. `weights` are the title of convolutions other than the page's own; `start` is the
 * run whose model is gone on with.
 */
export function describeWay(way: Way, weights: string | null, start: RunRecord | null): string {
  const run = start === null ? '' : `run ${formatCount(start.number)}’s`;
  const classifier = start === null ? 'small random weights' : `${run} weights`;
  switch (way) {
    case 'features':
      return (
        `Each picture goes through VGG-16 once. Only the classifier moves: it starts from ${classifier} and learns on the kept ` +
        'features. Choose it first; for photos like ImageNet’s it is often all that is needed.'
      );
    case 'frozen':
      return (
        `Pictures flow through the whole model, whose features stay as ${weights === null ? 'ImageNet left them' : `“${weights}” has them`}. ` +
        `Only the classifier moves, from ${classifier}. Choose it when you have few pictures: augmentation can show them differently in ` +
        'every epoch.'
      );
    case 'fine-tune': {
      const isTuned = start !== null && hasOwnConvolutions(start);
      const convolutions = isTuned ? `${run} weights` : weights === null ? 'ImageNet’s weights' : `“${weights}”`;
      const head = start === null ? 'small random ones' : isTuned ? 'its own' : `${run} own`;
      return (
        `The last convolutions move too: they start from ${convolutions}, the classifier from ${head}. Choose it when the pictures are ` +
        'quite unlike ImageNet’s, such as microscope images or scans. It takes longer.'
      );
    }
  }
}
