import { Star, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { RunRecord } from '../../domain/history';
import { formatCount, formatMeasure, formatShare, noNumber } from '../charts/format';
import { Button, IconButton } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import type { TermName } from '../terms/terms';
import { describeImported } from '../train/run-result-words';
import { RunComparison } from './run-comparison';
import { createRunRows, sortRunRows, type RunColumn, type RunOrder, type RunRow } from './run-rows';
import styles from './runs-view.module.css';

/** Of a run that came in with a file nothing was seen here. */
function madeHere(words: (run: RunRecord) => string): (row: RunRow) => string {
  return ({ run }) => (run.imported === undefined ? words(run) : noNumber);
}

/** `features`, `features, from run 3`, `brought in`. */
function describeOrigin({ config, imported, continues }: RunRecord): string {
  if (imported !== undefined) return 'brought in';
  return continues === undefined ? config.way : `${config.way}, from run ${formatCount(continues.number)}`;
}

const columns: readonly {
  readonly id: RunColumn;
  readonly name: string;
  readonly term?: TermName;
  readonly cell: (row: RunRow) => string;
}[] = [
  { id: 'number', name: 'Run', cell: ({ run }) => formatCount(run.number) },
  { id: 'way', name: 'Way', cell: ({ run }) => describeOrigin(run) },
  { id: 'epochs', name: 'Epochs', term: 'epoch', cell: madeHere((run) => formatCount(run.history.epochs.length)) },
  {
    id: 'learningRate',
    name: 'Learning rate',
    term: 'learning rate',
    cell: madeHere(({ config }) => String(config.learningRate)),
  },
  {
    id: 'train',
    name: 'Train / val',
    cell: madeHere(({ counts }) => `${formatCount(counts.train)} / ${formatCount(counts.val)}`),
  },
  { id: 'valAccuracy', name: 'Val accuracy', term: 'accuracy', cell: ({ valAccuracy }) => formatShare(valAccuracy) },
  { id: 'valLoss', name: 'Val loss', term: 'loss', cell: ({ valLoss }) => formatMeasure(valLoss) },
  {
    id: 'testAccuracy',
    name: 'Test accuracy',
    term: 'test pictures',
    cell: ({ run }) => (run.testAccuracy === null ? noNumber : formatShare(run.testAccuracy)),
  },
  { id: 'seconds', name: 'Seconds', cell: madeHere(({ seconds }) => formatCount(seconds.total)) },
];

interface ColumnHeadProps {
  readonly name: string;
  readonly term: TermName | undefined;
  /** Null where the table is not sorted by it. */
  readonly direction: RunOrder['direction'] | null;
  readonly onSort: () => void;
}

/** Sorts, and explains itself where it is a term. */
function ColumnHead({ name, term, direction, onSort }: ColumnHeadProps) {
  const words = (
    <>
      {name}
      <span aria-hidden="true">{direction === null ? '' : direction === 'descending' ? ' ↓' : ' ↑'}</span>
    </>
  );
  if (term !== undefined)
    return (
      <Term name={term} onPress={onSort}>
        {words}
      </Term>
    );
  return (
    <button type="button" onClick={onSort}>
      {words}
    </button>
  );
}

/** A text that is taken over when it is left or by Enter. */
function NoteInput({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  return (
    <input
      className={styles['input']}
      aria-label={label}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
      }}
      onBlur={() => {
        onChange(text);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(text);
      }}
    />
  );
}

function Row({ row, isChosen, onChosen }: { readonly row: RunRow; readonly isChosen: boolean; readonly onChosen: () => void }) {
  const { dispatch } = useActions();
  const [isAsking, setIsAsking] = useState(false);
  const { id, run, title, name, note, starred } = row;
  const number = `run ${formatCount(run.number)}`;
  return (
    <tr>
      <td>
        <input type="checkbox" aria-label={`Compare ${number}`} checked={isChosen} onChange={onChosen} />
      </td>
      <td>
        <IconButton
          label={starred ? `Take the star from ${number}` : `Star ${number}`}
          onPress={() => {
            dispatch({ kind: 'annotate-run', runId: id, change: { starred: !starred } });
          }}
        >
          <Star size={16} aria-hidden="true" fill={starred ? 'currentColor' : 'none'} />
        </IconButton>
      </td>
      {columns.map((column) => (
        <td key={column.id}>{column.cell(row)}</td>
      ))}
      <td>
        <NoteInput
          key={name}
          label={`Name of ${number}`}
          value={name}
          onChange={(text) => {
            dispatch({ kind: 'annotate-run', runId: id, change: { name: text } });
          }}
        />
      </td>
      <td>
        <NoteInput
          key={note}
          label={`Note on ${number}`}
          value={note}
          onChange={(text) => {
            dispatch({ kind: 'annotate-run', runId: id, change: { note: text } });
          }}
        />
      </td>
      <td>
        {isAsking ? (
          <Button
            small
            look="danger"
            autoFocus
            onBlur={() => {
              setIsAsking(false);
            }}
            onPress={() => {
              dispatch({ kind: 'remove-run', runId: id });
            }}
          >
            Delete {title} for good
          </Button>
        ) : (
          <IconButton
            label={`Delete ${number}`}
            onPress={() => {
              setIsAsking(true);
            }}
          >
            <Trash2 size={16} aria-hidden="true" />
          </IconButton>
        )}
      </td>
    </tr>
  );
}

/** Every run of the project: sorted, named, starred; the chosen ones side by side. */
export function RunsView() {
  const runs = usePage(({ project }) => project.document.runs);
  const notes = usePage(({ project }) => project.document.runNotes);
  const [order, setOrder] = useState<RunOrder>({ column: 'number', direction: 'descending' });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const rows = useMemo(() => sortRunRows(createRunRows(runs, notes), order), [runs, notes, order]);
  if (rows.length === 0) return <p>No run is kept. Press Train to make one.</p>;
  const compared = rows.filter(({ id }) => chosen.includes(id));
  return (
    <div className={styles['runs']}>
      <div className={styles['scroll']} role="region" aria-label="Runs, table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Compare</th>
              <th scope="col">Star</th>
              {columns.map(({ id, name, term }) => (
                <th key={id} scope="col" aria-sort={order.column === id ? order.direction : 'none'}>
                  <ColumnHead
                    {...{ name, term }}
                    direction={order.column === id ? order.direction : null}
                    onSort={() => {
                      const isAgain = order.column === id && order.direction === 'descending';
                      setOrder({ column: id, direction: isAgain ? 'ascending' : 'descending' });
                    }}
                  />
                </th>
              ))}
              <th scope="col">Name</th>
              <th scope="col">Note</th>
              <th scope="col">Delete</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={row.id}
                row={row}
                isChosen={chosen.includes(row.id)}
                onChosen={() => {
                  setChosen(chosen.includes(row.id) ? chosen.filter((id) => id !== row.id) : [...chosen, row.id]);
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      {rows.map(({ id, title, run: { imported } }) =>
        imported === undefined ? null : (
          <p key={id}>
            {title}: {describeImported(imported)}
          </p>
        ),
      )}
      {compared.length < 2 ? <p>Choose two runs or more to see them side by side.</p> : <RunComparison rows={compared} />}
    </div>
  );
}
