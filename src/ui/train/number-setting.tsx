import { Field } from '../primitives';
import type { NumberSetting } from './setting-text';
import type { SettingDrafts } from './use-setting-drafts';

export interface NumberSettingFieldProps {
  readonly field: NumberSetting;
  readonly label: string;
  readonly drafts: SettingDrafts;
  readonly isReadOnly: boolean;
  readonly hint?: string;
  readonly placeholder?: string;
}

/** A number that is typed as text: nothing is refused while typing, what is wrong stands below. */
export function NumberSettingField({ field, label, drafts, isReadOnly, hint, placeholder }: NumberSettingFieldProps) {
  return (
    <Field label={label} error={drafts.problemOf(field)} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <input
          {...control}
          name={field}
          value={drafts.textOf(field)}
          placeholder={placeholder}
          readOnly={isReadOnly}
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            drafts.change(field, event.target.value);
          }}
          onBlur={() => {
            drafts.settle(field);
          }}
        />
      )}
    </Field>
  );
}
