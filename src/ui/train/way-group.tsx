import { RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import type { Way } from '../../domain/run-config';
import { selectStart } from '../../store/start-selectors';
import { useActions, usePage } from '../store-context';
import styles from './way-group.module.css';
import { describeWay } from './way-words';

/** When to choose each, in a line. */
const ways: readonly { readonly way: Way; readonly name: string; readonly when: string }[] = [
  { way: 'features', name: 'Features, then classifier', when: 'Quickest: the first to try' },
  { way: 'frozen', name: 'Whole model, frozen', when: 'For few pictures, augmented' },
  { way: 'fine-tune', name: 'Fine-tune', when: 'For pictures unlike ImageNet’s' },
];

function isWay(value: string): value is Way {
  return ways.some(({ way }) => way === value);
}

export interface WayGroupProps {
  readonly isReadOnly: boolean;
  /** Before a way is taken: its settings replace what is being typed. */
  readonly onChoose: () => void;
}

/** What moves in the way that is chosen, from which start, and when to choose it. */
function WayWords({ way }: { readonly way: Way }) {
  const weights = usePage(({ project }) => project.document.backbone?.title ?? null);
  const start = usePage((state) => {
    const { value, run } = selectStart(state);
    return value === 'present' ? run : null;
  });
  return <p className={styles['words']}>{describeWay(way, weights, start)}</p>;
}

/** The three ways of transfer learning. */
export function WayGroup({ isReadOnly, onChoose }: WayGroupProps) {
  const way = usePage(({ project }) => project.document.settings.way);
  const { chooseWay } = useActions();
  return (
    <div className={styles['ways']}>
      <RadioGroup
        className={styles['group'] ?? ''}
        aria-label="Way of transfer"
        value={way}
        isReadOnly={isReadOnly}
        onChange={(value) => {
          if (!isWay(value)) return;
          onChoose();
          chooseWay(value);
        }}
      >
        {ways.map(({ way: value, name, when }) => (
          <RadioField key={value} value={value} className={styles['cell'] ?? ''}>
            <RadioButton className={styles['way'] ?? ''}>
              <b>{name}</b>
              <span>{when}</span>
            </RadioButton>
          </RadioField>
        ))}
      </RadioGroup>
      <WayWords way={way} />
    </div>
  );
}
