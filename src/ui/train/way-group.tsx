import { RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import type { Way } from '../../domain/run-config';
import { useActions, usePage } from '../store-context';
import styles from './way-group.module.css';

const ways: readonly { readonly way: Way; readonly name: string; readonly words: string; readonly absent?: true }[] = [
  { way: 'features', name: 'Features, then classifier', words: 'each picture seen once' },
  { way: 'frozen', name: 'Whole model, frozen', words: 'pictures flow through VGG-16 each batch' },
  { way: 'fine-tune', name: 'Fine-tune', words: 'not in this version yet', absent: true },
];

function isWay(value: string): value is Way {
  return ways.some(({ way }) => way === value);
}

/** The three ways of transfer learning. */
export function WayGroup({ isReadOnly }: { readonly isReadOnly: boolean }) {
  const way = usePage(({ project }) => project.document.settings.way);
  const { changeSettings } = useActions();
  return (
    <RadioGroup
      className={styles['group'] ?? ''}
      aria-label="Way of transfer"
      value={way}
      isReadOnly={isReadOnly}
      onChange={(value) => {
        if (isWay(value)) changeSettings({ way: value });
      }}
    >
      {ways.map(({ way: value, name, words, absent = false }) => (
        <RadioField key={value} value={value} isDisabled={absent} className={styles['cell'] ?? ''}>
          <RadioButton className={styles['way'] ?? ''}>
            <b>{name}</b>
            <span>{words}</span>
          </RadioButton>
        </RadioField>
      ))}
    </RadioGroup>
  );
}
