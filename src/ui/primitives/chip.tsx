import type { ReactNode } from 'react';
import { joinClasses } from '../join-classes';
import styles from './chip.module.css';

export interface ChipProps {
  readonly tone?: 'neutral' | 'ok' | 'bad' | 'warn';
  readonly children: ReactNode;
}

export function Chip({ tone = 'neutral', children }: ChipProps) {
  return <span className={joinClasses(styles['chip'], styles[tone])}>{children}</span>;
}
