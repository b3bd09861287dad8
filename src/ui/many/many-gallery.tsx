import { useMemo, useState } from 'react';
import { manyOrders, orderMany, sureness, type ManyOrder, type SeenPrediction } from '../../domain/many/many';
import { writePredictions } from '../../domain/many/predictions-csv';
import { selectPaletteIndex } from '../../store/selectors';
import { formatCount, formatShare } from '../charts/format';
import { VirtualGrid } from '../grid/virtual-grid';
import { Button, ClassSwatch, Field } from '../primitives';
import { saveText } from '../save-text';
import { useActions, usePage } from '../store-context';
import { BlobImage } from '../try/blob-image';
import { PredictionCard } from '../try/prediction-card';
import styles from './many.module.css';
import { ManyTotals } from './many-totals';

const orderNames: Readonly<Record<ManyOrder, string>> = {
  file: 'File',
  class: 'Class, surest first',
  probability: 'Least probable first',
  margin: 'Smallest margin first',
};

const noClasses: readonly string[] = [];
const nothingSelected: ReadonlySet<string> = new Set();

function Tile({ seen, className }: { readonly seen: SeenPrediction; readonly className: string }) {
  const paletteIndex = usePage(selectPaletteIndex(className));
  return (
    <>
      <BlobImage blob={seen.thumbnail} />
      <span className={styles['label']}>
        <ClassSwatch paletteIndex={paletteIndex} size={8} />
        <span>{className}</span>
        <span>{formatShare(sureness(seen).probability)}</span>
      </span>
    </>
  );
}

/** What was said of each picture, sorted and filtered; the one chosen with everything that the head says of it. */
export function ManyGallery() {
  const results = usePage(({ many }) => many.results);
  const classNames = usePage(({ many }) => many.run?.classNames ?? noClasses);
  const isWorking = usePage(({ many }) => many.phase === 'listing' || many.phase === 'predicting');
  const projectName = usePage(({ project }) => project.document.name);
  const target = usePage(({ trial }) => trial.target);
  const { tryMany, clearMany } = useActions();
  const [order, setOrder] = useState<ManyOrder>('file');
  const [wanted, setWanted] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const [chosen, setChosen] = useState<string | null>(null);
  const counts = useMemo(() => {
    const found = classNames.map(() => 0);
    for (const { classIndex } of results) found[classIndex] = (found[classIndex] ?? 0) + 1;
    return found;
  }, [results, classNames]);
  const shown = useMemo(() => {
    const own = wanted === null ? results : results.filter(({ classIndex }) => classIndex === wanted);
    return orderMany(own, order);
  }, [results, wanted, order]);
  const nameOf = ({ classIndex }: SeenPrediction) => classNames[classIndex] ?? `class ${String(classIndex)}`;
  const choose = (index: number) => {
    const seen = shown[index];
    if (seen === undefined) return;
    setChosen(seen.path);
    void tryMany(seen.path);
  };
  const chosenName = chosen?.split('/').at(-1);
  return (
    <div className={styles['gallery']}>
      <ManyTotals />
      <div className={styles['toolbar']} role="group" aria-label="What is shown">
        <Field label="Order">
          {(control) => (
            <select
              {...control}
              value={order}
              onChange={(event) => {
                const next = manyOrders.find((one) => one === event.target.value);
                if (next !== undefined) setOrder(next);
                setActive(0);
              }}
            >
              {manyOrders.map((one) => (
                <option key={one} value={one}>
                  {orderNames[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Predicted class">
          {(control) => (
            <select
              {...control}
              value={wanted ?? ''}
              onChange={({ target: { value } }) => {
                setWanted(value === '' ? null : Number(value));
                setActive(0);
              }}
            >
              <option value="">All {formatCount(results.length)}</option>
              {classNames.map((name, classIndex) => (
                <option key={classIndex} value={classIndex}>
                  {name} {formatCount(counts[classIndex] ?? 0)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className={styles['buttons']}>
          <Button
            isDisabled={results.length === 0}
            onPress={() => {
              saveText(`${projectName} predictions.csv`, 'text/csv', writePredictions(orderMany(results, 'file'), classNames));
            }}
          >
            Save as CSV
          </Button>
          <Button
            isDisabled={isWorking}
            onPress={() => {
              setChosen(null);
              void clearMany();
            }}
          >
            Clear
          </Button>
        </div>
      </div>
      <div className={styles['split']} data-chosen={chosen !== null}>
        <div className={styles['grid']}>
          {shown.length === 0 ? (
            <p className={styles['empty']}>{results.length === 0 ? 'No picture was predicted yet.' : 'None of this class.'}</p>
          ) : (
            <VirtualGrid
              label="Predicted pictures"
              count={shown.length}
              minTile={104}
              keyOf={(index) => shown[index]?.path ?? String(index)}
              labelOf={(index) => {
                const seen = shown[index];
                return seen === undefined ? '' : `${seen.path}, ${nameOf(seen)}, ${formatShare(sureness(seen).probability)}`;
              }}
              renderTile={(index) => {
                const seen = shown[index];
                return seen === undefined ? null : <Tile seen={seen} className={nameOf(seen)} />;
              }}
              selected={chosen === null ? nothingSelected : new Set([chosen])}
              onSelectionChange={(keys) => {
                // One at a time: of several the one that was added.
                const next = [...keys].find((key) => key !== chosen);
                const at = next === undefined ? -1 : shown.findIndex(({ path }) => path === next);
                if (at >= 0) choose(at);
                else if (keys.size === 0) setChosen(null);
              }}
              active={active}
              onActiveChange={setActive}
              onOpen={choose}
            />
          )}
        </div>
        {chosen !== null && target?.kind === 'file' && target.name === chosenName ? (
          <aside className={styles['card']} aria-label={`Prediction of ${chosen}`}>
            <PredictionCard target={target} />
          </aside>
        ) : null}
      </div>
    </div>
  );
}
