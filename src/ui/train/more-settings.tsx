import { Label, RadioButton, RadioField, RadioGroup, SwitchButton, SwitchField } from 'react-aria-components';
import { fits, type Fit } from '../../domain/dataset';
import { createPreset } from '../../domain/presets';
import type { Optimizer } from '../../domain/run-config';
import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { NumberSettingField } from './number-setting';
import styles from './settings.module.css';
import type { SettingsProps } from './use-setting-drafts';

const fitWords: Readonly<Record<Fit, { readonly name: string; readonly words: string }>> = {
  crop: { name: 'Crop', words: 'the middle square; edges are lost' },
  squash: { name: 'Squash', words: 'all of it, stretched to a square' },
  pad: { name: 'Pad', words: 'all of it, with bars of a plain colour' },
};

const optimizers: readonly { readonly value: Optimizer; readonly name: string }[] = [
  { value: 'adam', name: 'Adam' },
  { value: 'adamw', name: 'AdamW' },
  { value: 'sgd', name: 'SGD with momentum' },
];

const usualNorm = createPreset('recommended', 0).featureNorm ?? 1;

function FitGroup({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const fit = usePage(({ project }) => project.document.settings.fit);
  const { changeSettings } = useActions();
  return (
    <RadioGroup
      className={styles['fits'] ?? ''}
      value={fit}
      isReadOnly={isReadOnly}
      onChange={(value) => {
        const chosen = fits.find((candidate) => candidate === value);
        if (chosen !== undefined) changeSettings({ fit: chosen });
      }}
    >
      <Label>Picture fit</Label>
      {fits.map((value) => (
        <RadioField key={value} value={value}>
          <RadioButton className={styles['option'] ?? ''}>
            <i aria-hidden="true" />
            <span>
              <b>{fitWords[value].name}</b> {fitWords[value].words}
            </span>
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  );
}

function OptimizerField({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const optimizer = usePage(({ project }) => project.document.settings.optimizer);
  const { changeSettings } = useActions();
  return (
    <Field label="Optimizer">
      {(control) => (
        <select
          {...control}
          name="optimizer"
          value={optimizer}
          disabled={isReadOnly}
          onChange={({ target: { value } }) => {
            const chosen = optimizers.find((candidate) => candidate.value === value);
            if (chosen !== undefined) changeSettings({ optimizer: chosen.value });
          }}
        >
          {optimizers.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function FeatureNorm({ drafts, isReadOnly }: SettingsProps) {
  const isScaled = usePage(({ project }) => project.document.settings.featureNorm !== null);
  const { changeSettings } = useActions();
  return (
    <div className={styles['norm']}>
      <SwitchField
        isSelected={isScaled}
        isReadOnly={isReadOnly}
        onChange={(selected) => {
          drafts.clear(['featureNorm']);
          changeSettings({ featureNorm: selected ? usualNorm : null });
        }}
      >
        <SwitchButton className={styles['switch'] ?? ''}>
          <i aria-hidden="true" />
          Scale features to one L2 norm
        </SwitchButton>
      </SwitchField>
      {isScaled ? <NumberSettingField field="featureNorm" label="Norm" drafts={drafts} isReadOnly={isReadOnly} /> : null}
    </div>
  );
}

/** Every setting besides the few. */
export function MoreSettings({ drafts, isReadOnly }: SettingsProps) {
  const usesMomentum = usePage(({ project }) => project.document.settings.optimizer === 'sgd');
  const common = { drafts, isReadOnly };
  return (
    <div className={styles['moreBody']}>
      <FitGroup isReadOnly={isReadOnly} />
      <FeatureNorm {...common} />
      <div className={styles['fields']}>
        <OptimizerField isReadOnly={isReadOnly} />
        <NumberSettingField field="weightDecay" label="Weight decay" {...common} />
        {usesMomentum ? <NumberSettingField field="momentum" label="Momentum" {...common} /> : null}
        <NumberSettingField field="seed" label="Seed" hint="Decides split, order and first weights" {...common} />
        <NumberSettingField field="valFraction" label="Validation share" hint="0.2 keeps a fifth to check on" {...common} />
        <NumberSettingField
          field="limitPerClass"
          label="Pictures a class, at most"
          hint="Empty uses all"
          placeholder="all"
          {...common}
        />
        <NumberSettingField field="logEvery" label="Log every" hint="Minibatches between two lines" {...common} />
      </div>
    </div>
  );
}
