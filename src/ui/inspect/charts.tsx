import type { Evaluation, ThresholdCurves } from '../../domain/evaluation/evaluation';
import type { ThresholdPoint } from '../../domain/evaluation/threshold-curves';
import { formatCount, formatMeasure, formatShare, noNumber } from '../charts/format';
import { Term } from '../terms/term';
import { ChartCard, type TableColumn } from './card';
import { UnitPlot } from './unit-plot';

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

/** Is the head right as often as it says? */
export function CalibrationChart({ evaluation }: { readonly evaluation: Pick<Evaluation, 'bins' | 'calibrationError'> }) {
  const { bins, calibrationError } = evaluation;
  const filled = bins.filter(({ count }) => count > 0);
  const most = filled.reduce((largest, { count }) => Math.max(largest, count), 1);
  const marks = filled.map(({ meanConfidence, accuracy, count }) => ({ x: meanConfidence, y: accuracy, size: count / most }));
  return (
    <ChartCard
      label="Calibration"
      heading={<Term name="calibration">Calibration</Term>}
      summary={
        <>
          <Term name="calibration error" /> {formatShare(calibrationError)}
        </>
      }
      rows={bins}
      columns={[
        { name: 'Confidence', cell: ({ from, to }) => `${percent(from)} to ${percent(to)}` },
        { name: 'Pictures', cell: ({ count }) => formatCount(count) },
        { name: 'Mean confidence', cell: ({ meanConfidence }) => formatShare(meanConfidence) },
        { name: 'Accuracy', cell: ({ accuracy }) => formatShare(accuracy) },
      ]}
    >
      <UnitPlot
        label="Calibration curve: accuracy by confidence; the table shows the same numbers"
        xName="confidence"
        yName="accuracy"
        reference={[
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ]}
        lines={[marks]}
        marks={marks}
      />
    </ChartCard>
  );
}

const thresholdColumns: readonly TableColumn<ThresholdPoint>[] = [
  { name: 'Threshold', cell: ({ threshold }) => (Number.isFinite(threshold) ? formatMeasure(threshold) : noNumber) },
  { name: 'Found', cell: ({ truePositives }) => formatCount(truePositives) },
  { name: 'False alarms', cell: ({ falsePositives }) => formatCount(falsePositives) },
  { name: 'Recall', cell: ({ truePositiveRate }) => formatShare(truePositiveRate) },
  { name: 'False-alarm rate', cell: ({ falsePositiveRate }) => formatShare(falsePositiveRate) },
  { name: 'Precision', cell: ({ precision }) => formatShare(precision) },
];

/** How two classes part at each threshold of the second one's probability. */
export function ThresholdCharts({ curves, className }: { readonly curves: ThresholdCurves; readonly className: string }) {
  const { points, areaUnderRoc, averagePrecision } = curves;
  return (
    <>
      <ChartCard
        label="ROC curve"
        heading={<Term name="ROC curve">ROC curve of {className}</Term>}
        summary={
          <>
            <Term name="area under ROC" /> {formatMeasure(areaUnderRoc)}
          </>
        }
        rows={points}
        columns={thresholdColumns}
      >
        <UnitPlot
          label={`ROC curve of ${className}; the table shows the same numbers`}
          xName="false-alarm rate"
          yName="recall"
          reference={[
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ]}
          lines={[points.map(({ falsePositiveRate, truePositiveRate }) => ({ x: falsePositiveRate, y: truePositiveRate }))]}
        />
      </ChartCard>
      <ChartCard
        label="Precision-recall curve"
        heading={<Term name="precision-recall curve">Precision-recall curve of {className}</Term>}
        summary={
          <>
            <Term name="average precision" /> {formatMeasure(averagePrecision)}
          </>
        }
        rows={points}
        columns={thresholdColumns}
      >
        <UnitPlot
          label={`Precision-recall curve of ${className}; the table shows the same numbers`}
          xName="recall"
          yName="precision"
          reference={null}
          lines={[points.map(({ truePositiveRate, precision }) => ({ x: truePositiveRate, y: precision }))]}
        />
      </ChartCard>
    </>
  );
}
