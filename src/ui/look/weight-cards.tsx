import { useEffect, useRef, useState } from 'react';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import type { HeadMaps, NetworkWeights } from '../../domain/look/layer-maps';
import { selectPaletteIndex } from '../../store/selectors';
import { formatCount, formatMeasure } from '../charts/format';
import { ChartCard } from '../inspect/card';
import { Button, ClassSwatch, ErrorNote } from '../primitives';
import { usePage, useActions } from '../store-context';
import { drawFilters, filtersInRow } from './draw-map';
import styles from './look.module.css';

/** The weights in force; another head asks anew. */
function useNetworkWeights(): { readonly weights: NetworkWeights | null; readonly error: ErrorRecord | null } {
  const { networkWeights } = useActions();
  const runId = usePage(({ headRun }) => headRun?.id ?? null);
  const [answer, setAnswer] = useState<{ readonly weights: NetworkWeights | null; readonly error: ErrorRecord | null }>({
    weights: null,
    error: null,
  });
  useEffect(() => {
    let isPresent = true;
    networkWeights().then(
      (weights) => {
        if (isPresent) setAnswer({ weights, error: null });
      },
      (thrown: unknown) => {
        if (isPresent) setAnswer({ weights: null, error: toHeadstartError(thrown).toRecord() });
      },
    );
    return () => {
      isPresent = false;
    };
  }, [networkWeights, runId]);
  return answer;
}

function meanOf(filters: Float32Array, filter: number, colour: number): number {
  let sum = 0;
  for (let place = 0; place < 9; place += 1) sum += filters[filter * 27 + place * 3 + colour] ?? 0;
  return sum / 9;
}

/** The first convolution's filters as pictures: what it looks for in the picture itself. */
export function FirstFilters() {
  const { weights, error } = useNetworkWeights();
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const filters = weights?.filters ?? null;
  const draw = (canvas: HTMLCanvasElement | null) => {
    canvasRef.current = canvas;
    if (canvas !== null && filters !== null) drawFilters(canvas, filters);
  };
  if (error !== null) return <ErrorNote record={error} />;
  if (weights === null || filters === null) return null;
  const colours = ['red', 'green', 'blue'];
  return (
    <ChartCard
      label="First filters"
      heading="The 64 filters of 3 × 3 × 3"
      summary={`${weights.isTuned ? 'As fine-tuned. ' : ''}Each by its own largest weight: brighter speaks for a colour, darker against it, grey is nothing.`}
      rows={Array.from({ length: filters.length / 27 }, (_, filter) => filter)}
      columns={[
        { name: 'Filter', cell: (filter) => formatCount(filter + 1) },
        ...colours.map((name, colour) => ({
          name: `Mean of ${name}`,
          cell: (filter: number) => formatMeasure(meanOf(filters, filter, colour)),
        })),
      ]}
    >
      <div
        className={styles['filters']}
        role="img"
        aria-label={`64 filters in rows of ${String(filtersInRow)}; the table shows their colours as numbers`}
      >
        <canvas ref={draw} />
      </div>
    </ChartCard>
  );
}

const side = 7;
/** More at once is more than anybody looks at. */
const shownAtFirst = 40;

function cellsOf({ cells }: HeadMaps, classIndex: number): Float32Array {
  return cells.subarray(classIndex * side * side, (classIndex + 1) * side * side);
}

function strongest(cells: Float32Array): number {
  return cells.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function ClassMap({ head, classIndex, most }: { readonly head: HeadMaps; readonly classIndex: number; readonly most: number }) {
  const name = head.classNames[classIndex] ?? '';
  const paletteIndex = usePage(selectPaletteIndex(name));
  return (
    <figure className={styles['classMap']}>
      <svg
        viewBox={`0 0 ${String(side)} ${String(side)}`}
        role="img"
        aria-label={`Mean weights of ${name}`}
        shapeRendering="crispEdges"
      >
        {Array.from(cellsOf(head, classIndex), (value, cell) => (
          <rect
            key={cell}
            x={cell % side}
            y={Math.floor(cell / side)}
            width={1}
            height={1}
            className={value >= 0 ? styles['for'] : styles['against']}
            fillOpacity={most === 0 ? 0 : Math.abs(value) / most}
          />
        ))}
      </svg>
      <figcaption title={name}>
        <ClassSwatch paletteIndex={paletteIndex} size={10} /> <span>{name}</span>
      </figcaption>
    </figure>
  );
}

/** Where in the picture each class's weights are positive or negative on average: what evidence is made of. */
export function HeadCells() {
  const { weights, error } = useNetworkWeights();
  const [showAll, setShowAll] = useState(false);
  if (error !== null) return <ErrorNote record={error} />;
  if (weights === null) return null;
  const { head } = weights;
  if (head === null) return <p>Nothing is trained yet. Press Train first: then each class’s weights are shown here.</p>;
  const most = strongest(head.cells);
  const classes = head.classNames.map((_, classIndex) => classIndex);
  const shown = showAll ? classes : classes.slice(0, shownAtFirst);
  return (
    <ChartCard
      label="Head"
      heading="The head’s weights by place"
      isWide
      summary={
        <span className={styles['legend']}>
          The mean of 512 weights in each of the 7 × 7 cells.{' '}
          <span className={styles['diverging']}>
            −{formatMeasure(most)} <i aria-hidden="true" /> +{formatMeasure(most)}
          </span>
        </span>
      }
      rows={classes}
      columns={[
        { name: 'Class', cell: (classIndex) => head.classNames[classIndex] ?? '' },
        ...Array.from({ length: side * side }, (_, cell) => ({
          name: `${String(Math.floor(cell / side) + 1)}.${String((cell % side) + 1)}`,
          cell: (classIndex: number) => formatMeasure(cellsOf(head, classIndex)[cell] ?? Number.NaN),
        })),
      ]}
    >
      <div className={styles['classMaps']}>
        {shown.map((classIndex) => (
          <ClassMap key={classIndex} head={head} classIndex={classIndex} most={most} />
        ))}
      </div>
      {classes.length > shownAtFirst ? (
        <Button
          small
          look="quiet"
          onPress={() => {
            setShowAll(!showAll);
          }}
        >
          {showAll ? 'Show fewer' : `Show all ${formatCount(classes.length)}`}
        </Button>
      ) : null}
    </ChartCard>
  );
}
