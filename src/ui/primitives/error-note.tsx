import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ErrorRecord } from '../../domain/errors';
import { joinClasses } from '../join-classes';
import styles from './error-note.module.css';

export interface ErrorNoteProps {
  readonly record: ErrorRecord;
  /** `bad` interrupts a screen reader; `warn` is read when there is a pause. */
  readonly tone?: 'bad' | 'warn' | 'neutral';
  /** A button beside the sentence. */
  readonly action?: ReactNode;
}

/** What went wrong and what to do, where it happened. */
export function ErrorNote({ record, tone = 'bad', action }: ErrorNoteProps) {
  const Icon = tone === 'bad' ? CircleAlert : TriangleAlert;
  return (
    <div className={joinClasses(styles['note'], styles[tone])} role={tone === 'bad' ? 'alert' : 'status'} data-code={record.code}>
      <Icon size={16} aria-hidden="true" className={styles['icon']} />
      <div className={styles['text']}>
        <strong>{record.message}</strong> <span>{record.remedy}</span>
      </div>
      {action === undefined ? null : <div className={styles['action']}>{action}</div>}
    </div>
  );
}
