import { useMemo, useState } from 'react';
import { scoreFolders } from '../../domain/many/many';
import { wilsonInterval } from '../../domain/metrics';
import { formatCount, formatCounted, formatShare } from '../charts/format';
import { countReasons, toCsv } from '../data/skipped-reasons';
import { Button } from '../primitives';
import { usePage } from '../store-context';
import { Term } from '../terms/term';
import { CopyButton } from '../train/copy-button';
import styles from './many.module.css';

const noClasses: readonly string[] = [];
/** More than anyone reads; the copy has them all. */
const rowsShown = 200;

function Skipped() {
  const skipped = usePage(({ many }) => many.skipped);
  const [isOpen, setIsOpen] = useState(false);
  if (skipped.length === 0) return null;
  return (
    <div className={styles['skipped']}>
      <div className={styles['line']}>
        {formatCounted(skipped.length, 'file')} skipped: {countReasons(skipped)}.{' '}
        <Button
          small
          look="quiet"
          onPress={() => {
            setIsOpen(!isOpen);
          }}
        >
          {isOpen ? 'Hide them' : 'Show them'}
        </Button>
        <CopyButton subject="list as CSV" getText={() => toCsv(skipped)} />
      </div>
      {isOpen ? (
        <ul tabIndex={0} aria-label="Skipped files">
          {skipped.slice(0, rowsShown).map(({ path, reason }, at) => (
            <li key={`${String(at)} ${path}`}>
              <b dir="auto">{path}</b> {reason.message} {reason.remedy}
            </li>
          ))}
          {skipped.length > rowsShown ? (
            <li>and {formatCount(skipped.length - rowsShown)} more, which Copy takes along</li>
          ) : null}
        </ul>
      ) : null}
    </div>
  );
}

/** How many were predicted, how many of those in folders named as classes are right, and what was skipped. */
export function ManyTotals() {
  const results = usePage(({ many }) => many.results);
  const run = usePage(({ many }) => many.run);
  const score = useMemo(() => scoreFolders(results, run?.classNames ?? noClasses), [results, run]);
  const interval = score === null ? null : wilsonInterval(score.right, score.labelled);
  return (
    <div className={styles['totals']}>
      <p>
        {formatCounted(results.length, 'picture')} predicted{run === null ? '' : ` by run ${formatCount(run.number)}`}.{' '}
        {score === null || interval === null ? null : (
          <span data-testid="many-score">
            Of the {formatCount(score.labelled)} in folders named as a class, {formatCount(score.right)} are right:{' '}
            <Term name="accuracy">accuracy</Term> {formatShare(score.right / score.labelled)},{' '}
            <Term name="interval">95 % interval</Term> {interval.low.toFixed(2)}–{interval.high.toFixed(2)}.
          </span>
        )}
      </p>
      <Skipped />
    </div>
  );
}
