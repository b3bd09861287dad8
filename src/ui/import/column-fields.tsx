import type { ManifestColumn, ManifestColumns } from '../../domain/recognise/manifest';
import { Field } from '../primitives';
import { useActions } from '../store-context';

export interface ColumnFieldsProps {
  readonly columns: readonly ManifestColumn[];
  readonly chosen: ManifestColumns;
  /** Shown at the label, which then has to be chosen. */
  readonly question: string | null;
}

const parts = [
  ['file', 'Column of the file', null],
  ['label', 'Column of the label', 'Choose…'],
  ['split', 'Column of the split', 'None'],
] as const;

const longestExample = 24;

function describe({ name, examples }: ManifestColumn): string {
  const shown = examples.map((example) => (example.length > longestExample ? `${example.slice(0, longestExample)}…` : example));
  return shown.length === 0 ? `${name} (empty)` : `${name} (${shown.join(', ')})`;
}

/** Which column of a manifest says what, with examples of each. */
export function ColumnFields({ columns, chosen, question }: ColumnFieldsProps) {
  const { readImportByColumns } = useActions();
  return parts.map(([part, label, none]) => (
    <Field key={part} label={label} error={part === 'label' ? question : null}>
      {(control) => (
        <select
          {...control}
          value={chosen[part] ?? ''}
          onChange={({ target: { value } }) => {
            void readImportByColumns({ ...chosen, [part]: value === '' ? null : Number(value) });
          }}
        >
          {none === null ? null : <option value="">{none}</option>}
          {columns.map((column, at) => (
            <option key={at} value={at}>
              {describe(column)}
            </option>
          ))}
        </select>
      )}
    </Field>
  ));
}
