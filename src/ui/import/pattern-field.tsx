import { useMemo, useState } from 'react';
import { toHeadstartError } from '../../domain/errors';
import type { ImportReader, PatternPreview } from '../../domain/recognise/import-reader';
import { Field } from '../primitives';
import { useActions } from '../store-context';
import styles from './import.module.css';

export interface PatternFieldProps {
  readonly reader: ImportReader;
  /** The pattern that the rows were read by. */
  readonly applied: string;
}

interface Tried {
  readonly preview: readonly PatternPreview[];
  readonly error: string | null;
}

function tryPattern(reader: ImportReader, text: string): Tried {
  try {
    return { preview: reader.previewPattern(text), error: null };
  } catch (thrown) {
    const { message, remedy } = toHeadstartError(thrown).toRecord();
    return { preview: [], error: `${message} ${remedy}` };
  }
}

/** The pattern of the names, and how ten of them come out while it is typed. */
export function PatternField({ reader, applied }: PatternFieldProps) {
  const { readImportByPattern } = useActions();
  const [text, setText] = useState(applied);
  const { preview, error } = useMemo(() => tryPattern(reader, text), [reader, text]);
  const change = (typed: string): void => {
    setText(typed);
    if (tryPattern(reader, typed).error === null) void readImportByPattern(typed);
  };
  return (
    <div className={styles['pattern']}>
      <Field
        label="Pattern"
        error={error}
        hint="{class} is the class, {number} digits, {split} train or val, * anything. Or a regular expression: /^(?<class>[a-z]+)_/"
      >
        {(control) => (
          <input
            {...control}
            value={text}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => {
              change(event.target.value);
            }}
          />
        )}
      </Field>
      <ul className={styles['preview']} aria-label="How names come out" aria-live="polite">
        {preview.map(({ path, className }) => (
          <li key={path}>
            <bdi title={path}>{path.slice(path.lastIndexOf('/') + 1)}</bdi>
            {className === null ? (
              <span className={styles['muted']}>does not fit</span>
            ) : (
              <bdi className={styles['outcome']}>{className}</bdi>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
