import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { explainPreset } from '../../domain/presets';
import type { Preset } from '../../domain/run-config';
import { Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { FineTuneSettings } from './fine-tune-settings';
import { MoreSettings } from './more-settings';
import { NumberSettingField } from './number-setting';
import styles from './settings.module.css';
import type { SettingsProps } from './use-setting-drafts';

const presetNames: Readonly<Record<Preset, string>> = { recommended: 'Recommended', note: 'As in the note', custom: 'Custom' };

interface SettingsSectionProps extends SettingsProps {
  /** The buttons: in one line with the fold, below it when it is open. */
  readonly controls: ReactNode;
}

function PresetField({ drafts, isReadOnly }: SettingsProps) {
  const preset = usePage(({ project }) => project.document.settings.preset);
  const isFineTune = usePage(({ project }) => project.document.settings.way === 'fine-tune');
  const { choosePreset } = useActions();
  return (
    <Field label="Preset" term="preset">
      {(control) => (
        <select
          {...control}
          name="preset"
          value={preset}
          disabled={isReadOnly}
          onChange={({ target: { value } }) => {
            if (value !== 'recommended' && value !== 'note') return;
            drafts.clear();
            choosePreset(value);
          }}
        >
          <option value="recommended">{presetNames.recommended}</option>
          {/* The note fine-tunes nothing. */}
          <option value="note" disabled={isFineTune}>
            {presetNames.note}
          </option>
          {/* Nothing to choose: any change of a setting leads here. */}
          <option value="custom" disabled={preset !== 'custom'}>
            {presetNames.custom}
          </option>
        </select>
      )}
    </Field>
  );
}

/** The few settings that matter, and the rest folded away. */
export function Settings({ drafts, isReadOnly, controls }: SettingsSectionProps) {
  const isFineTune = usePage(({ project }) => project.document.settings.way === 'fine-tune');
  const explanation = usePage(({ project }) => explainPreset(project.document.settings));
  return (
    <>
      <div className={styles['few']}>
        <PresetField drafts={drafts} isReadOnly={isReadOnly} />
        <NumberSettingField field="epochs" label="Epochs" drafts={drafts} isReadOnly={isReadOnly} />
        <NumberSettingField
          field="learningRate"
          label={isFineTune ? 'Head learning rate' : 'Learning rate'}
          drafts={drafts}
          isReadOnly={isReadOnly}
        />
        <NumberSettingField field="batchSize" label="Batch size" drafts={drafts} isReadOnly={isReadOnly} />
      </div>
      {isFineTune ? <FineTuneSettings drafts={drafts} isReadOnly={isReadOnly} /> : null}
      <p className={styles['explanation']}>{explanation}</p>
      <div className={styles['foot']}>
        <Disclosure className={styles['more'] ?? ''}>
          <Heading level={3} className={styles['moreHeading'] ?? ''}>
            <AriaButton slot="trigger" className={styles['trigger'] ?? ''}>
              <ChevronRight size={14} aria-hidden="true" />
              More settings
            </AriaButton>
          </Heading>
          <DisclosurePanel className={styles['morePanel'] ?? ''}>
            <MoreSettings drafts={drafts} isReadOnly={isReadOnly} />
          </DisclosurePanel>
        </Disclosure>
        <div className={styles['controls']}>{controls}</div>
      </div>
    </>
  );
}
