import { useEffect, useState } from 'react';
import { formatCount, formatMeasure } from './format';
import type { ChartSource } from './history-source';
import styles from './line-chart.module.css';
import { createChartColumns, createChartRows, type Metric } from './series';

/** Training goes on while the table is read: it follows a few times a second, not at every step. */
const refreshMilliseconds = 400;

function useSlowHistory(source: ChartSource) {
  const [history, setHistory] = useState(() => source.read().history);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = source.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = null;
        setHistory(source.read().history);
      }, refreshMilliseconds);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [source]);
  return history;
}

function Cell({ value }: { readonly value: number | null }) {
  return <td>{value === null ? '' : <data value={String(value)}>{formatMeasure(value)}</data>}</td>;
}

/** What the chart plots, as numbers: the latest steps and every epoch. */
export function ChartTable({
  metric,
  heading,
  source,
}: {
  readonly metric: Metric;
  readonly heading: string;
  readonly source: ChartSource;
}) {
  const columns = createChartColumns(useSlowHistory(source), metric);
  const rows = createChartRows(columns);
  const leftOut = columns.steps.length - rows.length;
  const smoothed = rows.some((row) => row.smoothed !== null);
  return (
    <div className={styles['table']} tabIndex={0} role="region" aria-label={`${heading}, table`}>
      <table>
        <caption>
          {heading}: training before each step, validation after each epoch
          {leftOut > 0 ? `; ${formatCount(leftOut)} earlier steps are left out` : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Train</th>
            {smoothed ? <th scope="col">Smoothed</th> : null}
            <th scope="col">Validation</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.step}>
              <th scope="row">{formatCount(row.step)}</th>
              <Cell value={row.train} />
              {smoothed ? <Cell value={row.smoothed} /> : null}
              <Cell value={row.validation} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
