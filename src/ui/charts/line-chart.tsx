import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ToggleButton } from 'react-aria-components';
import 'uplot/dist/uPlot.min.css';
import { formatMeasure } from './format';
import { ChartTable } from './chart-table';
import { watchTheme } from './chart-theme';
import type { ChartSource } from './history-source';
import { Term } from '../terms/term';
import styles from './line-chart.module.css';
import { createPlot, describeReadout, type Plot } from './plot';
import { createChartColumns, type Metric } from './series';

export interface LineChartProps {
  readonly metric: Metric;
  readonly heading: string;
  readonly source: ChartSource;
  /** What stands there before the first step. */
  readonly emptyText: string;
}

function useHasSteps(source: ChartSource): boolean {
  return useSyncExternalStore(
    (listener) => source.subscribe(listener),
    () => source.read().history.steps.length > 0,
  );
}

function useLastValidation(source: ChartSource, metric: Metric): number | null {
  return useSyncExternalStore(
    (listener) => source.subscribe(listener),
    () => {
      const last = source.read().history.epochs.at(-1);
      if (last === undefined) return null;
      return metric === 'loss' ? last.valLoss : last.valAccuracy;
    },
  );
}

interface CanvasProps {
  readonly metric: Metric;
  readonly heading: string;
  readonly source: ChartSource;
  readonly logarithmic: boolean;
}

/** The drawing. It follows the source by itself, at most once an animation frame; React renders it once. */
function ChartCanvas({ metric, heading, source, logarithmic }: CanvasProps) {
  const containerRef = useRef<HTMLDivElement>(null);
  const readoutRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<Plot | null>(null);
  const [zoomed, setZoomed] = useState(false);

  useEffect(() => {
    const container = containerRef.current;
    if (container === null) return undefined;
    const plot = createPlot(container, metric, {
      logarithmic,
      onReadout: (readout) => {
        if (readoutRef.current !== null) readoutRef.current.textContent = readout === null ? '' : describeReadout(readout);
      },
      onZoom: setZoomed,
    });
    plotRef.current = plot;
    let frame = 0;
    let drawn: unknown = null;
    const draw = () => {
      frame = 0;
      const { history, plannedSteps } = source.read();
      if (history === drawn) return;
      drawn = history;
      plot.update(createChartColumns(history, metric), plannedSteps);
    };
    const schedule = () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    };
    draw();
    const stopFollowing = source.subscribe(schedule);
    const stopWatching = watchTheme(() => {
      plot.restyle();
    });
    const sizes = new ResizeObserver(() => {
      plot.resize();
    });
    sizes.observe(container);
    return () => {
      if (frame !== 0) cancelAnimationFrame(frame);
      stopFollowing();
      stopWatching();
      sizes.disconnect();
      plot.dispose();
      plotRef.current = null;
      setZoomed(false);
    };
  }, [metric, source, logarithmic]);

  return (
    <div className={styles['drawing']}>
      <div
        ref={containerRef}
        className={styles['canvas']}
        role="img"
        aria-label={`${heading} by step; the table shows the same numbers`}
      />
      <div className={styles['under']}>
        <div ref={readoutRef} className={styles['readout']} />
        {zoomed ? (
          <button type="button" className={styles['link']} onClick={() => plotRef.current?.resetZoom()}>
            Reset zoom
          </button>
        ) : null}
      </div>
    </div>
  );
}

/** A live chart of one measure, train by step and validation by epoch, with a table of the same numbers. */
export function LineChart({ metric, heading, source, emptyText }: LineChartProps) {
  const [showTable, setShowTable] = useState(false);
  const [logarithmic, setLogarithmic] = useState(false);
  const hasSteps = useHasSteps(source);
  const lastValidation = useLastValidation(source, metric);
  return (
    <section className={styles['chart']} aria-label={heading}>
      <div className={styles['head']}>
        <h3>
          <Term name={metric}>{heading}</Term>
        </h3>
        {lastValidation === null ? null : (
          <span className={styles['latest']}>
            <b>{formatMeasure(lastValidation)}</b> <Term name="validation pictures">validation</Term>
          </span>
        )}
      </div>
      {hasSteps ? (
        <>
          <div className={styles['head']}>
            <div className={styles['legend']} aria-hidden="true">
              <span>
                <i className={styles['trainLine']} />
                train
              </span>
              <span>
                <i className={styles['validationLine']} />
                validation
              </span>
            </div>
            <div className={styles['toggles']}>
              {metric === 'loss' ? (
                <ToggleButton className={styles['toggle'] ?? ''} isSelected={logarithmic} onChange={setLogarithmic}>
                  Log
                </ToggleButton>
              ) : null}
              <ToggleButton className={styles['toggle'] ?? ''} isSelected={showTable} onChange={setShowTable}>
                Table
              </ToggleButton>
            </div>
          </div>
          {showTable ? (
            <ChartTable metric={metric} heading={heading} source={source} />
          ) : (
            <ChartCanvas metric={metric} heading={heading} source={source} logarithmic={metric === 'loss' && logarithmic} />
          )}
        </>
      ) : (
        <p className={styles['empty']}>{emptyText}</p>
      )}
    </section>
  );
}
