import { Field } from '../primitives';
import type { TermName } from '../terms/terms';
import type { NumberSetting } from './setting-text';
import type { SettingDrafts } from './use-setting-drafts';

const settingTerms: Readonly<Record<NumberSetting, TermName>> = {
  epochs: 'epoch',
  learningRate: 'learning rate',
  batchSize: 'batch',
  weightDecay: 'weight decay',
  momentum: 'momentum',
  featureNorm: 'feature norm',
  seed: 'seed',
  valFraction: 'validation share',
  limitPerClass: 'picture limit',
  logEvery: 'log interval',
  backboneLearningRate: 'backbone learning rate',
  headWarmupEpochs: 'warm-up',
  gradientClip: 'gradient norm',
  accumulate: 'accumulation',
  earlyStopping: 'early stopping',
  labelSmoothing: 'label smoothing',
};

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
    <Field label={label} term={settingTerms[field]} error={drafts.problemOf(field)} {...(hint === undefined ? {} : { hint })}>
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
