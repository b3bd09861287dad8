import { conflictKey, type Conflict } from '../../domain/look-alikes';
import type { Sample } from '../../domain/dataset';
import { selectConflicts, selectSampleIndex, selectSplits } from '../../store/selectors';
import { Button, Dialog } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Thumbnail } from '../try/thumbnail';
import { countOf } from '../words';
import styles from './conflicts.module.css';
import { UndoButtons } from './undo-buttons';

/** More than these at once would only be slow; as some are mended the next ones come. */
const shownAtOnce = 50;
const splitNames = { train: 'train', val: 'validation', test: 'test' } as const;

/** Pairs of pictures that make accuracy lie, side by side, each mended by one press. */
export function ConflictsDialog({ onClose }: { readonly onClose: () => void }) {
  const conflicts = usePage(selectConflicts);
  const { dispatch } = useActions();
  const leaks = conflicts.filter(({ between }) => between === 'splits');
  return (
    <Dialog
      heading={countOf(conflicts.length, 'conflict')}
      size="wide"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <UndoButtons />
          {leaks.length > 1 ? (
            <Button
              onPress={() => {
                dispatch({ kind: 'pin-split', ids: [...new Set(leaks.flatMap(({ a, b }) => [a, b]))], split: 'train' });
              }}
            >
              Put all {leaks.length.toLocaleString('en-GB')} across splits to train
            </Button>
          ) : null}
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      {conflicts.length === 0 ? (
        <p>Nothing is left to mend.</p>
      ) : (
        <ul className={styles['conflicts']}>
          {conflicts.slice(0, shownAtOnce).map((conflict) => (
            <ConflictRow key={conflictKey(conflict)} conflict={conflict} />
          ))}
        </ul>
      )}
      {conflicts.length > shownAtOnce ? (
        <p className={styles['muted']}>and {(conflicts.length - shownAtOnce).toLocaleString('en-GB')} more</p>
      ) : null}
    </Dialog>
  );
}

function wordsOf({ isExact, between }: Conflict): string {
  const what = isExact ? 'The same file' : 'They look the same';
  return between === 'classes' ? `${what}, in two classes` : `${what}, in two splits: the head sees what it is tested on`;
}

function ConflictRow({ conflict }: { readonly conflict: Conflict }) {
  const samples = usePage(selectSampleIndex);
  const { dispatch, removeSamples, acceptLookAlikes } = useActions();
  const [one, two] = [samples.get(conflict.a), samples.get(conflict.b)];
  if (one === undefined || two === undefined) return null;
  /** One of two equal files is enough; of two that look the same both can learn. */
  const keepAs = (kept: Sample, other: Sample): void => {
    if (conflict.isExact) void removeSamples([other.id]);
    else dispatch({ kind: 'move-samples', ids: [other.id], className: kept.className });
  };
  return (
    <li className={styles['conflict']} aria-label={`${one.name} and ${two.name}`}>
      <Side sample={one} />
      <Side sample={two} />
      <div className={styles['remedies']}>
        <p>{wordsOf(conflict)}</p>
        <div className={styles['buttons']}>
          {conflict.between === 'classes' ? (
            [
              [one, two],
              [two, one],
            ].map(([kept = one, other = two]) => (
              <Button
                key={kept.id}
                small
                onPress={() => {
                  keepAs(kept, other);
                }}
              >
                {conflict.isExact ? 'Keep' : 'Both are'} {kept.className}
              </Button>
            ))
          ) : (
            <Button
              small
              onPress={() => {
                dispatch({ kind: 'pin-split', ids: [one.id, two.id], split: 'train' });
              }}
            >
              Both to train
            </Button>
          )}
          {conflict.between === 'classes' && conflict.isExact ? null : (
            <>
              <Button small look="quiet" aria-label={`Remove ${one.path}`} onPress={() => void removeSamples([one.id])}>
                Remove first
              </Button>
              <Button small look="quiet" aria-label={`Remove ${two.path}`} onPress={() => void removeSamples([two.id])}>
                Remove second
              </Button>
            </>
          )}
          <Button
            small
            look="quiet"
            onPress={() => {
              acceptLookAlikes(conflictKey(conflict));
            }}
          >
            Leave both
          </Button>
        </div>
      </div>
    </li>
  );
}

function Side({ sample }: { readonly sample: Sample }) {
  const { assignments } = usePage(selectSplits);
  const split = assignments.get(sample.id);
  return (
    <figure className={styles['side']}>
      <div className={styles['picture']}>
        <Thumbnail sampleId={sample.id} />
      </div>
      <figcaption>
        <b dir="auto">{sample.className}</b> {split === undefined ? '' : `· ${splitNames[split]}`}
        <span className={styles['muted']} dir="auto" title={sample.path}>
          {sample.path}
        </span>
      </figcaption>
    </figure>
  );
}
