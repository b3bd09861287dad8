import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { selectFoldPredictions, selectRunSamples } from '../../store/inspection-selectors';
import { selectSampleIndex } from '../../store/selectors';
import type { PageState } from '../../store/state';
import { formatCounted, formatShare } from '../charts/format';
import { Button, Chip, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import { Thumbnail } from '../try/thumbnail';
import styles from './label-doctor.module.css';
import { findSuspicions, type Suspicion } from './suspicions';
import { TaskProgress } from './task-progress';

const noClasses: readonly string[] = [];

function selectClassNames({ headRun }: PageState): readonly string[] {
  return headRun?.classNames ?? noClasses;
}

/** What the folds' accuracy was before labels were changed, and is now. */
function BeforeAndAfter({ right, count }: { readonly right: number; readonly count: number }) {
  const before = usePage(({ inspection }) => inspection.folds?.before ?? null);
  return (
    <p>
      <Term name="5-fold accuracy" /> {before === null ? null : <>before {formatShare(before.right / before.count)}, now </>}
      <b>{formatShare(right / count)}</b> of {formatCounted(count, 'picture')}
    </p>
  );
}

function Current({
  suspicion,
  onRelabel,
  onKeep,
}: {
  readonly suspicion: Suspicion;
  readonly onRelabel: () => void;
  readonly onKeep: () => void;
}) {
  const { sampleId, name, label, suggestion, margin, verdict } = suspicion;
  return (
    <div className={styles['current']}>
      <div className={styles['picture']}>
        <Thumbnail sampleId={sampleId} />
      </div>
      <div className={styles['words']}>
        <b title={name}>{name}</b>
        <span>
          label <b>{label}</b>, but it looks like <b>{suggestion}</b>
        </span>
        <span>
          <Term name="margin" /> {margin.toFixed(3)}
        </span>
        <div className={styles['actions']}>
          <Button isDisabled={verdict === 'relabelled'} onPress={onRelabel}>
            Relabel as {suggestion} <kbd>A</kbd>
          </Button>
          <Button isDisabled={verdict !== 'open'} onPress={onKeep}>
            Keep {label} <kbd>K</kbd>
          </Button>
        </div>
      </div>
    </div>
  );
}

/** Labels that five heads, each without the picture in question, doubt; accepted or rejected one by one, by keys too. */
export function LabelDoctor({ onClose }: { readonly onClose: () => void }) {
  const classNames = usePage(selectClassNames);
  const folds = usePage(selectFoldPredictions);
  const samples = usePage(selectSampleIndex);
  const hasSamples = usePage((state) => selectRunSamples(state).length > 0);
  const isTuned = usePage(({ headRun }) => headRun?.config.way === 'fine-tune');
  const { task, error, confirmed } = usePage(({ inspection }) => inspection);
  const { dispatch, confirmLabel, crossValidate, train } = useActions();
  const [chosenId, setChosenId] = useState<string | null>(null);
  const listRef = useRef<HTMLUListElement>(null);
  const suspicions = useMemo(
    () => (folds === null ? [] : findSuspicions(folds, classNames, samples, confirmed)),
    [folds, classNames, samples, confirmed],
  );
  const at = Math.max(
    0,
    suspicions.findIndex(({ sampleId }) => sampleId === chosenId),
  );
  const current = suspicions[at];
  const relabelled = suspicions.filter(({ verdict }) => verdict === 'relabelled').length;

  const choose = (index: number) => {
    const next = suspicions[Math.max(0, Math.min(suspicions.length - 1, index))];
    if (next === undefined) return;
    setChosenId(next.sampleId);
    const item = listRef.current?.querySelector(`[data-sample="${CSS.escape(next.sampleId)}"]`);
    if (item instanceof HTMLElement) item.scrollIntoView({ block: 'nearest' });
  };
  const relabel = () => {
    if (current === undefined) return;
    dispatch({ kind: 'move-samples', ids: [current.sampleId], className: current.suggestion });
    choose(at + 1);
  };
  const keep = () => {
    if (current?.verdict !== 'open') return;
    confirmLabel(current.sampleId);
    choose(at + 1);
  };
  const listen = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const action = { a: relabel, k: keep, arrowdown: () => choose(at + 1), arrowup: () => choose(at - 1) }[key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  return (
    <div className={styles['doctor']}>
      <p className={styles['lead']}>
        Each picture is predicted <Term name="out-of-fold">out-of-fold</Term>. Where heads that never saw it would have given
        another label, it is listed, the most doubtful first; “likely” says that they are surer of that than is usual for the
        class.
      </p>
      <TaskProgress />
      {error === null ? null : <ErrorNote record={error} />}
      {folds === null ? (
        isTuned ? (
          <p>Not offered for a fine-tuned run: each of the five folds would take as long as the run did.</p>
        ) : hasSamples ? (
          <Button isDisabled={task !== null} onPress={() => void crossValidate()}>
            Look for label errors
          </Button>
        ) : (
          <p>There are no pictures here. Add the pictures of this run again.</p>
        )
      ) : (
        <>
          <BeforeAndAfter
            right={folds.filter(({ classIndex, labelIndex }) => classIndex === labelIndex).length}
            count={folds.length}
          />
          {current === undefined ? (
            <p>No label looks doubtful.</p>
          ) : (
            <div className={styles['desk']} onKeyDown={listen}>
              <ul
                ref={listRef}
                className={styles['list']}
                role="listbox"
                aria-label={`${formatCounted(suspicions.length, 'doubtful label')}; A relabels, K keeps`}
                aria-activedescendant={`suspicion-${current.sampleId}`}
                tabIndex={0}
              >
                {suspicions.map(({ sampleId, name, label, suggestion, isLikely, verdict }, index) => (
                  <li
                    key={sampleId}
                    id={`suspicion-${sampleId}`}
                    role="option"
                    aria-selected={index === at}
                    data-sample={sampleId}
                    className={styles['item']}
                    onClick={() => {
                      setChosenId(sampleId);
                    }}
                  >
                    <span className={styles['name']}>{name}</span>
                    <span>
                      {label} → {suggestion}
                    </span>
                    {verdict !== 'open' ? (
                      <Chip tone={verdict === 'relabelled' ? 'ok' : 'neutral'}>{verdict}</Chip>
                    ) : isLikely ? (
                      <Chip tone="warn">likely</Chip>
                    ) : null}
                  </li>
                ))}
              </ul>
              <Current suspicion={current} onRelabel={relabel} onKeep={keep} />
            </div>
          )}
          <div className={styles['actions']}>
            <Button isDisabled={task !== null} onPress={() => void crossValidate()}>
              Measure again
            </Button>
            {relabelled === 0 ? null : (
              <Button
                onPress={() => {
                  onClose();
                  void train();
                }}
              >
                Train again with {formatCounted(relabelled, 'new label')}
              </Button>
            )}
          </div>
        </>
      )}
    </div>
  );
}
