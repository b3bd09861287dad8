import { classColour } from '../palette';
import styles from './unit-plot.module.css';

export interface UnitPoint {
  /** 0 to 1, left to right. */
  readonly x: number;
  /** 0 to 1, from below. */
  readonly y: number;
}

export interface UnitPlotProps {
  readonly label: string;
  readonly xName: string;
  readonly yName: string;
  /** What chance or perfection would be, dashed; null for none. */
  readonly reference: readonly [UnitPoint, UnitPoint] | null;
  /** Each a curve; those after the first are told apart by dashes too. */
  readonly lines: readonly (readonly UnitPoint[])[];
  /** What 1 stands for on the axis below. */
  readonly xMost?: number;
  /** Marks on the line; `size` 0 to 1. */
  readonly marks?: readonly (UnitPoint & { readonly size: number })[];
}

const side = 200;
const left = 34;
const top = 6;
const ticks = [0, 0.25, 0.5, 0.75, 1];

const across = (x: number) => left + x * side;
const down = (y: number) => top + (1 - y) * side;

const dashes = ['none', '6 3', '2 2', '8 2 2 2', '1 3', '10 4'] as const;

function isFinite({ x, y }: UnitPoint): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

function pointsOf(line: readonly UnitPoint[]): string {
  return line
    .filter(isFinite)
    .map(({ x, y }) => `${across(x).toFixed(2)},${down(y).toFixed(2)}`)
    .join(' ');
}

/** Curves in the unit square. Points that are no numbers are left out. */
export function UnitPlot({ label, xName, yName, reference, lines, xMost = 1, marks = [] }: UnitPlotProps) {
  return (
    <svg
      className={styles['plot']}
      viewBox={`0 0 ${String(left + side + 12)} ${String(top + side + 34)}`}
      role="img"
      aria-label={label}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line className={styles['grid']} x1={across(0)} x2={across(1)} y1={down(tick)} y2={down(tick)} />
          <text className={styles['tick']} x={left - 5} y={down(tick) + 3.5} textAnchor="end">
            {tick}
          </text>
          <text className={styles['tick']} x={across(tick)} y={down(0) + 13} textAnchor="middle">
            {Number((tick * xMost).toFixed(2))}
          </text>
        </g>
      ))}
      {reference === null ? null : (
        <line
          className={styles['reference']}
          x1={across(reference[0].x)}
          y1={down(reference[0].y)}
          x2={across(reference[1].x)}
          y2={down(reference[1].y)}
        />
      )}
      {lines.map((line, at) => (
        <polyline
          key={at}
          className={styles['line']}
          points={pointsOf(line)}
          style={at === 0 ? undefined : { stroke: classColour(at), strokeDasharray: dashes[at % dashes.length] }}
        />
      ))}
      {marks.filter(isFinite).map(({ x, y, size }, at) => (
        <circle key={at} className={styles['mark']} cx={across(x)} cy={down(y)} r={2 + 5 * Math.sqrt(size)} />
      ))}
      <text className={styles['name']} x={across(0.5)} y={down(0) + 28} textAnchor="middle">
        {xName}
      </text>
      <text className={styles['name']} textAnchor="middle" transform={`translate(8 ${String(down(0.5))}) rotate(-90)`}>
        {yName}
      </text>
    </svg>
  );
}
