import { useMemo, useState } from 'react';
import { compareRuns } from '../../domain/evaluation/run-verdict';
import { diffData, diffSettings } from '../../domain/evaluation/settings-diff';
import { selectHeldOut } from '../../store/inspection-selectors';
import { selectSampleIndex } from '../../store/selectors';
import { formatCount, formatCounted, formatShare } from '../charts/format';
import { classColour } from '../palette';
import { usePage } from '../store-context';
import { Term } from '../terms/term';
import { createJudged } from '../try/held-out';
import { HeldOutGrid } from '../try/held-out-grid';
import { Card, ChartCard } from './card';
import cardStyles from './card.module.css';
import type { RunRow } from './run-rows';
import styles from './runs-view.module.css';
import { UnitPlot } from './unit-plot';

function Settings({ rows }: { readonly rows: readonly RunRow[] }) {
  const runData = usePage(({ project }) => project.document.runData);
  const differences = [
    ...diffSettings(rows.map(({ run }) => run.config)),
    ...diffData(rows.map(({ id }) => runData[id] ?? null)),
  ];
  return (
    <Card label="Settings that differ" heading="Settings that differ">
      {differences.length === 0 ? (
        <p>None: these runs have the same settings and the same pictures, labels and splits as far as it is kept.</p>
      ) : (
        <div className={cardStyles['table']} tabIndex={0} role="region" aria-label="Settings that differ, table">
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                {rows.map(({ id, title }) => (
                  <th key={id} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ field, name, values }) => (
                <tr key={field}>
                  <th scope="row">{name}</th>
                  {values.map((value, at) => (
                    <td key={at}>{value}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Curves({ rows }: { readonly rows: readonly RunRow[] }) {
  const epochs = rows.reduce((most, { run }) => Math.max(most, run.history.epochs.length), 1);
  return (
    <ChartCard
      label="Validation accuracy by epoch"
      heading="Validation accuracy by epoch"
      summary={
        <span className={styles['legend']}>
          {rows.map(({ id, title }, at) => (
            <span key={id}>
              <i style={{ background: at === 0 ? 'var(--accent)' : classColour(at) }} aria-hidden="true" />
              {title}
            </span>
          ))}
        </span>
      }
      rows={Array.from({ length: epochs }, (_, epoch) => epoch)}
      columns={[
        { name: 'Epoch', cell: (epoch) => formatCount(epoch + 1) },
        ...rows.map(({ title, run }) => ({
          name: title,
          cell: (epoch: number) => formatShare(run.history.epochs[epoch]?.valAccuracy ?? Number.NaN),
        })),
      ]}
    >
      <UnitPlot
        label="Validation accuracy by epoch; the table shows the same numbers"
        xName="epoch"
        yName="accuracy"
        reference={null}
        xMost={epochs}
        lines={rows.map(({ run }) =>
          run.history.epochs.map(({ epoch, valAccuracy }) => ({ x: (epoch + 1) / epochs, y: valAccuracy })),
        )}
      />
    </ChartCard>
  );
}

/** Of two runs: are they different, or is it chance, and on which pictures do they disagree. */
function Verdict({ first, second }: { readonly first: RunRow; readonly second: RunRow }) {
  const heldOut = usePage(selectHeldOut);
  const samples = usePage(selectSampleIndex);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [a, b] = [heldOut.get(first.id), heldOut.get(second.id)];
  const verdict = useMemo(
    () => (a === undefined || b === undefined ? null : compareRuns(a, b, [first.title, second.title])),
    [a, b, first.title, second.title],
  );
  const pictures = useMemo(() => createJudged(samples, verdict?.disagreements ?? []), [samples, verdict]);
  const chosen = verdict?.disagreements.find(({ sampleId }) => sampleId === chosenId);
  const other = a?.find(({ sampleId }) => sampleId === chosenId);
  return (
    <Card label="Better, or chance?" heading={<Term name="McNemar’s test">Better, or chance?</Term>}>
      {a === undefined || b === undefined ? (
        <p>What one of them said of each picture is not kept any more. Train both again to compare them.</p>
      ) : verdict === null ? (
        <p>These runs have no held-out picture in common.</p>
      ) : (
        <>
          <p>
            On {formatCounted(verdict.count, 'picture')} held out from both: {verdict.words}
          </p>
          <p>They disagree on {formatCounted(verdict.disagreements.length, 'picture')}.</p>
          <HeldOutGrid
            label="Pictures on which they disagree"
            pictures={pictures}
            selectedId={chosenId}
            onChoose={setChosenId}
            emptyText="They say the same of every picture."
          />
          {chosen === undefined || other === undefined ? null : (
            <p role="status">
              {first.title} says {other.className}, {second.title} says {chosen.className}.
            </p>
          )}
        </>
      )}
    </Card>
  );
}

/** The chosen runs side by side. */
export function RunComparison({ rows }: { readonly rows: readonly RunRow[] }) {
  const [first, second, third] = rows;
  return (
    <div className={styles['comparison']}>
      <Settings rows={rows} />
      <Curves rows={rows} />
      {first === undefined || second === undefined || third !== undefined ? null : (
        <Verdict key={`${first.id} ${second.id}`} first={first} second={second} />
      )}
    </div>
  );
}
