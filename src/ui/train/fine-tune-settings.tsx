import { unfrozenConvs, type Unfreeze } from '../../domain/run-config';
import { convLayers, convsPerBlock } from '../../domain/vgg16';
import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { nameUnfrozen } from './describe-blocks';
import { NumberSettingField } from './number-setting';
import styles from './settings.module.css';
import type { SettingsProps } from './use-setting-drafts';

const counts = convLayers.map((_, at) => at + 1);

/** A number of convolutions as the setting says it: the same choice is always the same value. */
function toUnfreeze(count: number): Unfreeze {
  if (count === convLayers.length) return 'all';
  return count === convsPerBlock.at(-1) ? 'block5' : count;
}

function UnfreezeField({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const unfrozen = usePage(({ project }) => unfrozenConvs(project.document.settings));
  const { changeSettings } = useActions();
  return (
    <Field label="Unfreeze" term="unfreeze" error={unfrozen === 0 ? 'Choose at least one convolution.' : null}>
      {(control) => (
        <select
          {...control}
          name="unfreeze"
          value={unfrozen}
          disabled={isReadOnly}
          onChange={({ target: { value } }) => {
            changeSettings({ unfreeze: toUnfreeze(Number(value)) });
          }}
        >
          {unfrozen === 0 ? (
            <option value={0} disabled>
              None
            </option>
          ) : null}
          {counts.map((count) => (
            <option key={count} value={count}>
              {nameUnfrozen(count)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What only fine-tuning asks: which convolutions move, how fast, and after how much of the head alone. */
export function FineTuneSettings({ drafts, isReadOnly }: SettingsProps) {
  const common = { drafts, isReadOnly };
  return (
    <div className={styles['tune']} role="group" aria-label="Fine-tuning">
      <UnfreezeField isReadOnly={isReadOnly} />
      <NumberSettingField field="backboneLearningRate" label="Backbone learning rate" {...common} />
      <NumberSettingField field="headWarmupEpochs" label="Head warm-up" hint="Epochs of the head alone" {...common} />
    </div>
  );
}
