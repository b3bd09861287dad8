import { useId } from 'react';
import { Field } from '../primitives';
import { usePage } from '../store-context';

export interface ClassFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly autoFocus?: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (className: string) => void;
  readonly onEnter: () => void;
}

/** A class to choose among those there are, or the name of a new one. */
export function ClassField({ label, hint, value, autoFocus = false, isDisabled = false, onChange, onEnter }: ClassFieldProps) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const listId = useId();
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <>
          <input
            {...control}
            list={listId}
            value={value}
            maxLength={200}
            autoComplete="off"
            autoFocus={autoFocus}
            disabled={isDisabled}
            onChange={(event) => {
              onChange(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onEnter();
            }}
          />
          <datalist id={listId}>
            {classNames.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
