import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../domain/history';
import { createPreset } from '../../domain/presets';
import { createRunRows, sortRunRows } from './run-rows';

function createRun(number: number, valAccuracy: number): RunRecord {
  const epoch = { epoch: 0, trainLoss: 0, trainAccuracy: 0, valLoss: 1, valAccuracy, noteValLoss: 0, seconds: 0 };
  return {
    ...{ id: `r${String(number)}`, number, startedAt: '', config: createPreset('recommended', 0), classNames: [], log: [] },
    ...{ counts: { train: 1, val: 1, test: 0 }, device: 'cpu', adapter: null, threads: 1, computePlan: '', stoppedEarly: false },
    history: { steps: [], epochs: Number.isNaN(valAccuracy) ? [] : [epoch] },
    seconds: { weights: 0, features: 0, train: 0, total: 0 },
    ...{ testAccuracy: null, chosenBy: null, bestEpoch: null, weightsHash: null },
  };
}

const runs = [createRun(1, 0.9), createRun(2, NaN), createRun(3, 0.7), createRun(4, 0.9)];
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('the table of runs', () => {
  it('is sorted by any column, equal ones by number, what is no number last either way', () => {
    const rows = createRunRows(runs, {});
    expect(idsOf(sortRunRows(rows, { column: 'valAccuracy', direction: 'descending' }))).toEqual(['r1', 'r4', 'r3', 'r2']);
    expect(idsOf(sortRunRows(rows, { column: 'valAccuracy', direction: 'ascending' }))).toEqual(['r3', 'r1', 'r4', 'r2']);
    expect(idsOf(sortRunRows(rows, { column: 'number', direction: 'descending' }))).toEqual(['r4', 'r3', 'r2', 'r1']);
  });

  it('has starred runs first, and calls a run by its name where it has one', () => {
    const rows = createRunRows(runs, { r3: { name: 'best', note: '', starred: true } });
    const sorted = sortRunRows(rows, { column: 'valAccuracy', direction: 'descending' });
    expect(sorted.map(({ title }) => title)).toEqual(['best', 'Run 1', 'Run 4', 'Run 2']);
  });
});
