import { memo, useState } from 'react';
import type { Split } from '../../domain/dataset';
import type { ImportRow, ImportTarget } from '../../domain/recognise/proposal';
import { useActions } from '../store-context';
import styles from './import.module.css';

export interface FoundRowProps {
  readonly row: ImportRow;
  readonly index: number;
  /** Pixels. */
  readonly top: number;
  readonly height: number;
  /** The `datalist` of class names. */
  readonly listId: string;
}

const kinds = [
  ['class', 'Class'],
  ['unlabelled', 'No label'],
  ['ignore', 'Ignore'],
] as const;

const splits = [
  ['', 'By share'],
  ['train', 'Train'],
  ['val', 'Validation'],
  ['test', 'Test'],
] as const;

function isSplit(value: string): value is Split {
  return value === 'train' || value === 'val' || value === 'test';
}

/** What a class is called that a row gets when it had none. */
function usualClass({ found, foundAs }: ImportRow): string {
  return foundAs === 'rest' ? found.slice(found.lastIndexOf('/') + 1) || 'pictures' : found;
}

/** One row: what was found, how much of it, what it becomes. */
export const FoundRow = memo(function FoundRow({ row, index, top, height, listId }: FoundRowProps) {
  const { changeImportRows } = useActions();
  const { key, found, pictures, examples, target, split } = row;
  const name = found === '' ? 'Not in a folder' : found;
  const set = (next: ImportTarget): void => {
    changeImportRows([key], { target: next });
  };
  const change = (kind: string): void => {
    if (kind === 'class') set({ kind, className: usualClass(row) });
    else if (kind === 'unlabelled' || kind === 'ignore') set({ kind });
  };
  return (
    <div role="row" aria-rowindex={index + 2} className={styles['row']} data-target={target.kind} style={{ top, height }}>
      <span role="rowheader" className={styles['found']}>
        <bdi className={styles['foundName']} title={name}>
          {name}
        </bdi>
        <bdi className={styles['examples']} title={examples.join(', ')}>
          {examples.join(', ')}
        </bdi>
      </span>
      <span role="cell" className={styles['pictures']}>
        {pictures.toLocaleString('en-GB')}
      </span>
      <span role="cell">
        <select
          aria-label={`Take ${name} as`}
          className={styles['control']}
          value={target.kind}
          onChange={(event) => {
            change(event.target.value);
          }}
        >
          {kinds.map(([kind, words]) => (
            <option key={kind} value={kind}>
              {words}
            </option>
          ))}
        </select>
      </span>
      <span role="cell">
        <ClassInput
          key={target.kind === 'class' ? target.className : target.kind}
          label={`Class of ${name}`}
          className={target.kind === 'class' ? target.className : null}
          listId={listId}
          onCommit={(className) => {
            set({ kind: 'class', className });
          }}
        />
      </span>
      <span role="cell">
        <select
          aria-label={`Split of ${name}`}
          className={styles['control']}
          value={split ?? ''}
          disabled={target.kind === 'ignore'}
          onChange={({ target: { value } }) => {
            changeImportRows([key], { split: isSplit(value) ? value : null });
          }}
        >
          {splits.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </span>
    </div>
  );
});

interface ClassInputProps {
  readonly label: string;
  /** null: the row has no class. */
  readonly className: string | null;
  readonly listId: string;
  readonly onCommit: (className: string) => void;
}

/** A class's name, typed or chosen of those there are; it counts when it is left or Enter is pressed. */
function ClassInput({ label, className, listId, onCommit }: ClassInputProps) {
  const [text, setText] = useState(className ?? '');
  const commit = (): void => {
    const typed = text.normalize('NFC').trim();
    if (typed === '' || typed === className) setText(className ?? '');
    else onCommit(typed);
  };
  return (
    <input
      aria-label={label}
      className={styles['control']}
      dir="auto"
      list={listId}
      maxLength={200}
      autoComplete="off"
      value={text}
      disabled={className === null}
      onChange={(event) => {
        setText(event.target.value);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape' && text !== className) {
          // Gives up the typing and not the whole dialog.
          event.stopPropagation();
          setText(className ?? '');
        }
      }}
    />
  );
}
