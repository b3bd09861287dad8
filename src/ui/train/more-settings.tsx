import { useId, type ReactNode } from 'react';
import { Label, RadioButton, RadioField, RadioGroup, SwitchButton, SwitchField } from 'react-aria-components';
import { fits, type Fit } from '../../domain/dataset';
import { createPreset } from '../../domain/presets';
import type { ClassWeights, Optimizer, Schedule } from '../../domain/run-config';
import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { Term } from '../terms/term';
import type { TermName } from '../terms/terms';
import { AugmentationSettings } from './augmentation-settings';
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
      {/* Inside, so that the explanation is no part of the group’s name. */}
      <Term name="picture fit">
        <Label>Picture fit</Label>
      </Term>
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

const schedules: readonly { readonly value: Schedule; readonly name: string }[] = [
  { value: 'constant', name: 'Constant learning rate' },
  { value: 'cosine', name: 'Cosine, to zero' },
];

const classWeightings: readonly { readonly value: ClassWeights; readonly name: string }[] = [
  { value: 'none', name: 'None' },
  { value: 'balanced', name: 'Balanced' },
];

interface ChoiceFieldProps<T extends string> {
  readonly label: string;
  readonly term: TermName;
  readonly name: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly name: string }[];
  readonly isReadOnly: boolean;
  readonly hint?: string;
  readonly onChoose: (value: T) => void;
}

function ChoiceField<T extends string>({ label, term, name, value, options, isReadOnly, hint, onChoose }: ChoiceFieldProps<T>) {
  return (
    <Field label={label} term={term} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <select
          {...control}
          name={name}
          value={value}
          disabled={isReadOnly}
          onChange={({ target }) => {
            const chosen = options.find((candidate) => candidate.value === target.value);
            if (chosen !== undefined) onChoose(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function OptimizerField({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const optimizer = usePage(({ project }) => project.document.settings.optimizer);
  const { changeSettings } = useActions();
  return (
    <ChoiceField
      label="Optimizer"
      term="optimizer"
      name="optimizer"
      value={optimizer}
      options={optimizers}
      isReadOnly={isReadOnly}
      onChoose={(value) => {
        changeSettings({ optimizer: value });
      }}
    />
  );
}

function ScheduleField({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const schedule = usePage(({ project }) => project.document.settings.schedule);
  const { changeSettings } = useActions();
  return (
    <ChoiceField
      label="Schedule"
      term="schedule"
      name="schedule"
      value={schedule}
      options={schedules}
      isReadOnly={isReadOnly}
      onChoose={(value) => {
        changeSettings({ schedule: value });
      }}
    />
  );
}

function ClassWeightsField({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const classWeights = usePage(({ project }) => project.document.settings.classWeights);
  const { changeSettings } = useActions();
  return (
    <ChoiceField
      label="Class weights"
      term="class weights"
      hint="Balanced: rare classes count more"
      name="classWeights"
      value={classWeights}
      options={classWeightings}
      isReadOnly={isReadOnly}
      onChoose={(value) => {
        changeSettings({ classWeights: value });
      }}
    />
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

interface GroupProps {
  readonly heading: string;
  /** Explains the heading. */
  readonly term?: TermName;
  readonly children: ReactNode;
}

function Group({ heading, term, children }: GroupProps) {
  const id = useId();
  return (
    <div className={styles['group']} role="group" aria-labelledby={id}>
      <h4>
        {term === undefined ? (
          <span id={id}>{heading}</span>
        ) : (
          <Term name={term}>
            <span id={id}>{heading}</span>
          </Term>
        )}
      </h4>
      {children}
    </div>
  );
}

/** Every setting besides the few. */
export function MoreSettings({ drafts, isReadOnly }: SettingsProps) {
  const usesMomentum = usePage(({ project }) => project.document.settings.optimizer === 'sgd');
  const common = { drafts, isReadOnly };
  return (
    <div className={styles['moreBody']}>
      <Group heading="Pictures">
        <FitGroup isReadOnly={isReadOnly} />
        <div className={styles['fields']}>
          <NumberSettingField field="valFraction" label="Validation share" hint="0.2 keeps a fifth to check on" {...common} />
          <NumberSettingField
            field="limitPerClass"
            label="Pictures a class, at most"
            hint="Empty uses all"
            placeholder="all"
            {...common}
          />
        </div>
      </Group>
      <Group heading="Augmentation" term="augmentation">
        <AugmentationSettings isReadOnly={isReadOnly} />
      </Group>
      <Group heading="Features" term="features">
        <FeatureNorm {...common} />
      </Group>
      <Group heading="Updates">
        <div className={styles['fields']}>
          <OptimizerField isReadOnly={isReadOnly} />
          <ScheduleField isReadOnly={isReadOnly} />
          <NumberSettingField field="weightDecay" label="Weight decay" {...common} />
          {usesMomentum ? <NumberSettingField field="momentum" label="Momentum" {...common} /> : null}
          <NumberSettingField
            field="gradientClip"
            label="Gradient norm, at most"
            hint="Empty leaves gradients as they are"
            placeholder="no limit"
            {...common}
          />
          <NumberSettingField field="accumulate" label="Batches per update" hint="1 updates after each" {...common} />
        </div>
      </Group>
      <Group heading="Loss" term="loss">
        <div className={styles['fields']}>
          <NumberSettingField field="labelSmoothing" label="Label smoothing" hint="0 to 0.3" {...common} />
          <ClassWeightsField isReadOnly={isReadOnly} />
        </div>
      </Group>
      <Group heading="Run">
        <div className={styles['fields']}>
          <NumberSettingField
            field="earlyStopping"
            label="Early stopping"
            hint="Stops after so many epochs without a lower validation loss, and keeps the best. Empty runs all"
            placeholder="run all"
            {...common}
          />
          <NumberSettingField field="seed" label="Seed" hint="Decides split, order and first weights" {...common} />
          <NumberSettingField field="logEvery" label="Log every" hint="Minibatches between two lines" {...common} />
        </div>
      </Group>
    </div>
  );
}
