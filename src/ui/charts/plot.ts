import UPlot from 'uplot';
import { formatCount, formatMeasure } from './format';
import { readChartTheme, type ChartTheme } from './chart-theme';
import { toPlotted, type ChartColumns } from './series';

export interface PlotReadout {
  readonly step: number;
  readonly train: number | null;
  readonly validation: number | null;
}

export interface PlotOptions {
  readonly logarithmic: boolean;
  /** Where the cursor stands; null when it has left. */
  readonly onReadout: (readout: PlotReadout | null) => void;
  readonly onZoom: (zoomed: boolean) => void;
}

export interface Plot {
  /** `plannedSteps`: how far the x axis reaches while the run is not there yet. */
  update(columns: ChartColumns, plannedSteps: number): void;
  resetZoom(): void;
  resize(): void;
  /** Reads the colours again. */
  restyle(): void;
  dispose(): void;
}

const height = 172;

/** uPlot names its distributions by an enum that exists in its types only. */
const logarithmicScale = { distr: 3 };

function tick(value: number | null): string {
  if (value === null) return ''; // uPlot blanks out crowded logarithmic ticks
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100_000)) return value.toExponential(0);
  return String(Number(value.toPrecision(3)));
}

/** A uPlot of train by step and validation by epoch; it lives outside React and takes new values by `update`. */
export function createPlot(container: HTMLElement, metric: ChartColumns['metric'], options: PlotOptions): Plot {
  let theme: ChartTheme = readChartTheme(container);
  let columns: ChartColumns | null = null;
  let planned = 1;
  /** Whether a moving average stands before the raw values, which are then thin and faint. */
  let smoothed = false;
  let zoom: { min: number; max: number } | null = null;

  function lastStep(): number {
    return columns?.steps.at(-1) ?? 0;
  }

  function rangeX(): [number, number] {
    return zoom === null ? [0, Math.max(planned, lastStep(), 1)] : [zoom.min, zoom.max];
  }

  function rangeY(_: UPlot, min: number | null, max: number | null): [number, number] {
    if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max))
      return options.logarithmic ? [0.1, 1] : [0, 1];
    if (options.logarithmic) {
      const [low, high] = UPlot.rangeLog(min, max, 10, false);
      return [low ?? min, high ?? max];
    }
    const margin = Math.max((max - min) * 0.08, 1e-9);
    if (metric === 'accuracy') return [Math.max(0, Math.min(min - margin, 0.9)), 1];
    return [min >= 0 ? 0 : min - margin, max + margin];
  }

  const axis = { stroke: () => theme.text, ticks: { show: false }, gap: 6 } as const;
  const plot = new UPlot(
    {
      width: Math.max(container.clientWidth, 80),
      height,
      padding: [8, 6, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: rangeX },
        y: UPlot.assign({ range: rangeY }, options.logarithmic ? logarithmicScale : {}),
      },
      axes: [
        {
          ...axis,
          font: theme.font,
          size: 26,
          space: 56,
          grid: { show: false },
          // Steps are whole: no tick between two of them.
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000],
          values: (_, ticks) => ticks.map(formatCount),
        },
        {
          ...axis,
          font: theme.font,
          size: 44,
          space: 30,
          grid: { stroke: () => theme.grid, width: 1 },
          values: (_, ticks) => ticks.map(tick),
        },
      ],
      series: [
        {},
        { label: 'train', stroke: () => (smoothed ? theme.trainFaint : theme.train), width: 2, points: { show: false } },
        { label: 'train, smoothed', stroke: () => theme.train, width: 2, points: { show: false } },
        {
          label: 'validation',
          stroke: () => theme.validation,
          width: 2,
          dash: [5, 4],
          spanGaps: true,
          points: { show: true, size: 7, width: 2, fill: () => theme.panel },
        },
      ],
      cursor: {
        drag: { x: true, y: false, setScale: false },
        points: { size: 7 },
        bind: {
          dblclick: () => () => {
            setZoom(null);
            return null;
          },
        },
      },
      hooks: {
        setCursor: [
          (self) => {
            const index = self.cursor.idx;
            if (columns === null || index === null || index === undefined || (self.cursor.left ?? -1) < 0) {
              options.onReadout(null);
              return;
            }
            options.onReadout({
              step: columns.steps[index] ?? index,
              train: columns.train[index] ?? null,
              validation: columns.validation[index] ?? null,
            });
          },
        ],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width <= 0) return;
            const min = self.posToVal(left, 'x');
            const max = self.posToVal(left + width, 'x');
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            setZoom({ min, max });
          },
        ],
      },
    },
    [[], [], [], []],
    container,
  );

  function draw(): void {
    if (columns === null) return;
    smoothed = columns.smoothed.some((value) => value !== null);
    const [, raw] = plot.series;
    if (raw !== undefined) raw.width = smoothed ? 1 : 2;
    // Without resetting the scales nothing is drawn until a scale is set, and setting x fits y as well.
    plot.setData(toPlotted(columns, options.logarithmic), false);
    const [min, max] = rangeX();
    plot.setScale('x', { min, max });
  }

  function setZoom(next: { min: number; max: number } | null): void {
    zoom = next;
    options.onZoom(next !== null);
    draw();
  }

  return {
    update(next, plannedSteps) {
      columns = next;
      planned = plannedSteps;
      draw();
    },
    resetZoom() {
      setZoom(null);
    },
    resize() {
      const width = container.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height });
    },
    restyle() {
      theme = readChartTheme(container);
      plot.redraw(true, true);
    },
    dispose() {
      plot.destroy();
    },
  };
}

/** The readout as one line: `step 45 · train 0.0123 · validation 0.0310`. */
export function describeReadout({ step, train, validation }: PlotReadout): string {
  const parts = [`step ${formatCount(step)}`];
  if (train !== null) parts.push(`train ${formatMeasure(train)}`);
  if (validation !== null) parts.push(`validation ${formatMeasure(validation)}`);
  return parts.join(' · ');
}
