import { keptEpoch, type RunRecord } from '../../domain/history';
import { plainNote, type RunNote } from '../../domain/project';

/** A run as a row of the table. */
export interface RunRow extends RunNote {
  readonly run: RunRecord;
  readonly id: string;
  /** What it is called: its name, else its number. */
  readonly title: string;
  readonly valAccuracy: number;
  readonly valLoss: number;
}

export type RunColumn =
  'number' | 'way' | 'epochs' | 'learningRate' | 'train' | 'valAccuracy' | 'valLoss' | 'testAccuracy' | 'seconds';

export interface RunOrder {
  readonly column: RunColumn;
  readonly direction: 'ascending' | 'descending';
}

export function createRunRows(runs: readonly RunRecord[], notes: Readonly<Record<string, RunNote>>): RunRow[] {
  return runs.map((run) => {
    const note = notes[run.id] ?? plainNote;
    const kept = keptEpoch(run);
    return {
      ...note,
      run,
      id: run.id,
      title: note.name === '' ? `Run ${String(run.number)}` : note.name,
      valAccuracy: kept?.valAccuracy ?? Number.NaN,
      valLoss: kept?.valLoss ?? Number.NaN,
    };
  });
}

function keyOf({ run, valAccuracy, valLoss }: RunRow, column: RunColumn): number | string {
  switch (column) {
    case 'number':
      return run.number;
    case 'way':
      return run.config.way;
    case 'epochs':
      return run.history.epochs.length;
    case 'learningRate':
      return run.config.learningRate;
    case 'train':
      return run.counts.train;
    case 'valAccuracy':
      return valAccuracy;
    case 'valLoss':
      return valLoss;
    case 'testAccuracy':
      return run.testAccuracy ?? Number.NaN;
    case 'seconds':
      return run.seconds.total;
  }
}

/** Starred runs first, then by the column; what is no number comes last either way. */
export function sortRunRows(rows: readonly RunRow[], { column, direction }: RunOrder): RunRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return [...rows].sort((a, b) => {
    if (a.starred !== b.starred) return a.starred ? -1 : 1;
    const [left, right] = [keyOf(a, column), keyOf(b, column)];
    const [isLeftNone, isRightNone] = [Number.isNaN(left), Number.isNaN(right)];
    if (isLeftNone || isRightNone) return Number(isLeftNone) - Number(isRightNone);
    return left === right ? a.run.number - b.run.number : (left < right ? -1 : 1) * sign;
  });
}
