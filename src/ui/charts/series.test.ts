import { describe, expect, it } from 'vitest';
import type { EpochRecord, History, StepRecord } from '../../domain/history';
import { createChartColumns, createChartRows, smooth, toPlotted } from './series';

function step(epoch: number, index: number, trainLoss: number, trainAccuracy: number): StepRecord {
  return { epoch, step: index, batchSize: 32, trainLoss, trainAccuracy, noteLoss: 9, noteAccuracy: 9 };
}

function epoch(index: number, valLoss: number, valAccuracy: number): EpochRecord {
  return { epoch: index, trainLoss: 9, trainAccuracy: 9, valLoss, valAccuracy, noteValLoss: 9, seconds: 1 };
}

/** `epochs` epochs of `perEpoch` steps with values that tell their position. */
function createHistory(epochs: number, perEpoch: number): History {
  const steps = Array.from({ length: epochs * perEpoch }, (_, i) =>
    step(Math.floor(i / perEpoch), i % perEpoch, 1 / (i + 1), i / 1000),
  );
  return { steps, epochs: Array.from({ length: epochs }, (_, e) => epoch(e, 10 + e, 0.5 + e / 100)) };
}

describe('chart series', () => {
  it('plots every step of the history at its own position, unchanged', () => {
    const history = createHistory(3, 7);
    const loss = createChartColumns(history, 'loss');
    expect(loss.train.slice(0, 21)).toEqual(history.steps.map(({ trainLoss }) => trainLoss));
    expect(createChartColumns(history, 'accuracy').train.slice(0, 21)).toEqual(
      history.steps.map(({ trainAccuracy }) => trainAccuracy),
    );
    expect(loss.steps).toEqual(Array.from({ length: 22 }, (_, i) => i));
  });

  it('plots each validation after the last step of its epoch', () => {
    const columns = createChartColumns(createHistory(3, 7), 'loss');
    const plotted = columns.steps.filter((_, i) => columns.validation[i] !== null);
    expect(plotted).toEqual([7, 14, 21]);
    expect(columns.validation.filter((value) => value !== null)).toEqual([10, 11, 12]);
    expect(columns.train[21]).toBeNull();
  });

  it('keeps an epoch that was stopped midway at its real end', () => {
    const history: History = {
      steps: [step(0, 0, 1, 0.5), step(0, 1, 1, 0.5), step(1, 0, 1, 0.5)],
      epochs: [epoch(0, 3, 0.7), epoch(1, 2, 0.8)],
    };
    const columns = createChartColumns(history, 'loss');
    expect(columns.validation).toEqual([null, null, 3, 2]);
  });

  it('plots nothing for an empty history and gaps for what is not finite', () => {
    expect(createChartColumns({ steps: [], epochs: [] }, 'loss').steps).toEqual([]);
    const broken = createChartColumns(
      { steps: [step(0, 0, 1, 0), step(0, 1, Number.NaN, 0), step(0, 2, Infinity, 0)], epochs: [] },
      'loss',
    );
    expect(broken.train).toEqual([1, null, null]);
  });

  it('smooths only long histories, starts at the first value and leaves a constant alone', () => {
    expect(createChartColumns(createHistory(1, 19), 'loss').smoothed.every((value) => value === null)).toBe(true);
    const [first, second] = createChartColumns(createHistory(2, 20), 'loss').smoothed;
    expect(first).toBeCloseTo(1, 12);
    // (0.9 * 0.1 * 1 + 0.1 * 0.5) / (1 - 0.9 ** 2)
    expect(second).toBeCloseTo(0.14 / 0.19, 12);
    for (const value of smooth([0.5, 0.5, null, 0.5])) if (value !== null) expect(value).toBeCloseTo(0.5, 12);
  });

  it('leaves zero out of a logarithmic drawing and keeps it in the table', () => {
    const columns = createChartColumns({ steps: [step(0, 0, 1, 0), step(0, 1, 0, 0)], epochs: [] }, 'loss');
    expect(toPlotted(columns, true)[1]).toEqual([1, null]);
    expect(toPlotted(columns, false)[1]).toEqual([1, 0]);
    expect(createChartRows(columns).map(({ train }) => train)).toEqual([1, 0]);
  });

  it('lists the latest rows and every epoch', () => {
    const rows = createChartRows(createChartColumns(createHistory(4, 100), 'loss'), 50);
    expect(rows.map(({ step: position }) => position)).toEqual([100, 200, 300, ...Array.from({ length: 50 }, (_, i) => 351 + i)]);
    expect(rows[0]?.validation).toBe(10);
  });
});
