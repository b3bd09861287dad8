import { useMemo, useState, type ReactNode } from 'react';
import { headlineOf } from '../../domain/headline';
import { wilsonInterval } from '../../domain/metrics';
import { selectSampleIndex, selectSplits } from '../../store/selectors';
import type { PageState } from '../../store/state';
import { formatCount } from '../charts/format';
import { ManyButton } from '../many/many-button';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import { chosenWords } from '../train/run-result-words';
import { createHeldOut, filterHeldOut, type HeldOutFilter, type HeldOutPicture, type HeldOutSplit } from './held-out';
import { InspectButton } from './inspect-button';
import { HeldOutGrid } from './held-out-grid';
import styles from './held-out-section.module.css';
import { Segments } from './segments';

const filterNames: Readonly<Record<HeldOutFilter, string>> = { all: 'All', wrong: 'Wrong', unsure: 'Unsure' };
const filters: readonly HeldOutFilter[] = ['all', 'wrong', 'unsure'];
const splitNames: Readonly<Record<HeldOutSplit, string>> = { val: 'Validation', test: 'Test' };

/** The pictures kept apart: those of the run that predicts, else those of the present settings. */
export function useHeldOut(): readonly HeldOutPicture[] {
  const samples = usePage(selectSampleIndex);
  const splits = usePage(selectSplits);
  const predictions = usePage(({ run }) => run.predictions);
  return useMemo(() => createHeldOut(samples, splits, predictions), [samples, splits, predictions]);
}

function formatInterval(right: number, total: number): string {
  const { low, high } = wilsonInterval(right, total);
  return `${formatCount(right)} of ${formatCount(total)} right, 95 % interval ${low.toFixed(2)}–${high.toFixed(2)}`;
}

/** How the epoch was chosen belongs to a validation accuracy. */
function join(words: string, chosen: string | null): string {
  return chosen === null ? words : `${words}; ${chosen}`;
}

/** After a reload the pictures' own predictions are gone; the kept run still knows how many were right. */
function selectKeptResult({ headRun }: PageState): string | null {
  const headline = headRun === null ? null : headlineOf(headRun);
  if (headRun === null || headline === null || headline.pictures === 0) return null;
  const { split, accuracy, pictures, chosenBy } = headline;
  const interval = formatInterval(Math.round(accuracy * pictures), pictures);
  const name = `Run ${formatCount(headRun.number)}${split === 'test' ? ', test pictures' : ''}`;
  return join(`${name}: ${interval}`, chosenBy === null ? null : chosenWords(headRun));
}

/** The words with their one term explained. */
function explainInterval(words: string): ReactNode {
  const [before, after] = words.split('95 % interval');
  if (after === undefined) return words;
  return (
    <>
      {before}
      <Term name="interval">95 % interval</Term>
      {after}
    </>
  );
}

function Footer({ pictures }: { readonly pictures: readonly HeldOutPicture[] }) {
  const kept = usePage(selectKeptResult);
  const judged = pictures.filter(({ prediction }) => prediction !== null);
  const right = judged.filter(({ isWrong }) => !isWrong).length;
  const chosen = usePage(({ run }) => (run.result === null ? null : chosenWords(run.result)));
  const isValidation = judged.every(({ split }) => split === 'val');
  const words = judged.length > 0 ? join(formatInterval(right, judged.length), isValidation ? chosen : null) : kept;
  return (
    <div className={styles['footer']}>
      {words === null ? null : <p>{explainInterval(words)}</p>}
      <div className={styles['buttons']}>
        <ManyButton />
        <InspectButton />
      </div>
    </div>
  );
}

/** How many of the pictures that were never trained on are right, in words; for when no picture is here. */
export function KeptResult() {
  return <Footer pictures={[]} />;
}

/** The grid of pictures kept apart from training, with its filters. */
export function HeldOutSection({ pictures }: { readonly pictures: readonly HeldOutPicture[] }) {
  const [split, setSplit] = useState<HeldOutSplit>('val');
  const [filter, setFilter] = useState<HeldOutFilter>('all');
  const selectedId = usePage(({ trial }) => (trial.target?.kind === 'sample' ? trial.target.sampleId : null));
  // While pictures come in, the split moves with each batch: a grid that follows would cost the page its frames.
  const isReading = usePage(({ ingest }) => ingest.phase === 'reading');
  const { trySample } = useActions();
  const hasTest = pictures.some((picture) => picture.split === 'test');
  const shownSplit = hasTest ? split : 'val';
  const ofSplit = useMemo(() => pictures.filter((picture) => picture.split === shownSplit), [pictures, shownSplit]);
  const isJudged = ofSplit.some(({ prediction }) => prediction !== null);
  const shownFilter = isJudged ? filter : 'all';
  const shown = useMemo(() => filterHeldOut(ofSplit, shownFilter), [ofSplit, shownFilter]);
  const heading = `${splitNames[shownSplit]} pictures`;
  const emptyTexts: Readonly<Record<HeldOutFilter, string>> = {
    all: `No ${splitNames[shownSplit].toLowerCase()} pictures.`,
    wrong: 'None is wrong.',
    unsure: 'The head is at least 70 % sure of each.',
  };
  return (
    <section className={styles['section']} aria-label={heading}>
      <div className={styles['head']}>
        {hasTest ? (
          <Segments
            label="Split"
            value={shownSplit}
            onChange={setSplit}
            options={(['val', 'test'] as const).map((value) => ({ value, text: splitNames[value] }))}
          />
        ) : (
          <h3>
            <Term name={shownSplit === 'test' ? 'test pictures' : 'validation pictures'}>{heading}</Term>
          </h3>
        )}
        {isJudged ? (
          <Segments
            label="Filter"
            value={shownFilter}
            onChange={setFilter}
            options={filters.map((value) => ({
              value,
              text: `${filterNames[value]} ${formatCount(filterHeldOut(ofSplit, value).length)}`,
            }))}
          />
        ) : (
          <span className={styles['count']}>{formatCount(ofSplit.length)}</span>
        )}
      </div>
      {isReading && !isJudged ? (
        <p className={styles['reading']}>They are shown once all pictures are read.</p>
      ) : (
        <HeldOutGrid
          key={`${shownSplit} ${shownFilter}`}
          label={heading}
          pictures={shown}
          selectedId={selectedId}
          onChoose={(sampleId) => void trySample(sampleId)}
          emptyText={emptyTexts[shownFilter]}
        />
      )}
      <Footer pictures={ofSplit} />
    </section>
  );
}
