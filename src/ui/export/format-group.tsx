import { RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import type { ExportFormatId, ExportOffer, ExportPrecision } from '../../domain/model-export';
import { formatBytes, joinWords } from '../words';
import styles from './export.module.css';

export interface FormatGroupProps {
  readonly formats: readonly ExportOffer[];
  readonly value: ExportFormatId;
  readonly precision: ExportPrecision;
  readonly isReadOnly: boolean;
  readonly onChange: (format: ExportFormatId) => void;
}

/** `59 MB · about 25 ms a picture (PyTorch on this processor)`. */
function describeCost({ precisions, expected }: ExportOffer, wanted: ExportPrecision): string {
  const { bytes } = precisions.find(({ precision }) => precision === wanted) ?? precisions[0] ?? { bytes: 0 };
  return joinWords(formatBytes(bytes), `about ${formatMilliseconds(expected.milliseconds)} a picture (${expected.where})`);
}

export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** What the model can be written as, each with its size and what it is for. */
export function FormatGroup({ formats, value, precision, isReadOnly, onChange }: FormatGroupProps) {
  return (
    <RadioGroup
      className={styles['formats'] ?? ''}
      aria-label="Format"
      value={value}
      isReadOnly={isReadOnly}
      onChange={(chosen) => {
        const format = formats.find(({ id }) => id === chosen);
        if (format !== undefined) onChange(format.id);
      }}
    >
      {formats.map((format) => (
        <RadioField key={format.id} value={format.id} className={styles['cell'] ?? ''}>
          <RadioButton className={styles['format'] ?? ''}>
            <b>{format.title}</b>
            <span>{format.description}</span>
            <span className={styles['cost']}>{describeCost(format, precision)}</span>
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  );
}
