import type { MergeProposal } from '../../domain/recognise/proposal';
import { Button } from '../primitives';
import { useActions } from '../store-context';
import { countOf } from '../words';
import styles from './import.module.css';

/** More offers than these are folded to one button. */
const offersShown = 3;

/** Names that seem to mean one class, each put together by one press. */
export function MergeOffers({ merges }: { readonly merges: readonly MergeProposal[] }) {
  const { mergeImport } = useActions();
  if (merges.length === 0) return null;
  return (
    <ul className={styles['merges']} aria-label="Classes that may be the same">
      {merges.slice(0, offersShown).map((merge) => (
        <li key={merge.into}>
          <span>
            {merge.from.map((name, at) => (
              <span key={name}>
                {at === 0 ? '' : at === merge.from.length - 1 ? ' and ' : ', '}“<bdi>{name}</bdi>”
              </span>
            ))}{' '}
            may be the same as “<bdi>{merge.into}</bdi>”.
          </span>
          <Button
            small
            aria-label={`Merge into ${merge.into}`}
            onPress={() => {
              mergeImport(merge);
            }}
          >
            Merge
          </Button>
        </li>
      ))}
      {merges.length > 1 ? (
        <li>
          <span>{merges.length > offersShown ? `and ${countOf(merges.length - offersShown, 'more pair')}` : ''}</span>
          <Button
            small
            onPress={() => {
              for (const merge of merges) mergeImport(merge);
            }}
          >
            Merge all {merges.length.toLocaleString('en-GB')}
          </Button>
        </li>
      ) : null}
    </ul>
  );
}
