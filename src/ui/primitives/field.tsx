import { useId, type ReactNode } from 'react';
import { joinClasses } from '../join-classes';
import { Term } from '../terms/term';
import type { TermName } from '../terms/terms';
import styles from './field.module.css';

/** What a control inside a Field must carry. */
export interface FieldControlProps {
  readonly id: string;
  /** Where the label explains itself: a button cannot be a label. */
  readonly 'aria-labelledby': string | undefined;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
  readonly className: string;
}

export interface FieldProps {
  readonly label: string;
  /** Explains the label. */
  readonly term?: TermName;
  /** Shown under the control and read with it. */
  readonly error?: string | null;
  readonly hint?: string;
  /** Draws an `input` or `select` with these properties. */
  readonly children: (control: FieldControlProps) => ReactNode;
}

/** A label above, the control, and what is wrong with it below. */
export function Field({ label, term, error = null, hint, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const labelId = `${id}-label`;
  const errorId = `${id}-error`;
  const described = [error === null ? null : errorId, hint === undefined ? null : hintId]
    .filter((part) => part !== null)
    .join(' ');
  return (
    <div className={styles['field']}>
      {term === undefined ? (
        <label htmlFor={id}>{label}</label>
      ) : (
        <span className={styles['label']}>
          <Term name={term}>
            <span id={labelId}>{label}</span>
          </Term>
        </span>
      )}
      {children({
        id,
        'aria-labelledby': term === undefined ? undefined : labelId,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error !== null,
        className: joinClasses(styles['control']),
      })}
      {hint === undefined ? null : (
        <span id={hintId} className={styles['hint']}>
          {hint}
        </span>
      )}
      {error === null ? null : (
        <span id={errorId} className={styles['error']}>
          {error}
        </span>
      )}
    </div>
  );
}
