import { selectEstimate, selectHeadFirst, selectWantedFeatures } from '../../store/feature-selectors';
import { selectHeadRun } from '../../store/selectors';
import { formatCount, formatRoughly } from '../charts/format';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import { describeEstimate, describeHeadRun, describeScarceMemory } from './estimate-words';
import styles from './estimate.module.css';

/** What Train would take, beside it; nothing while it is not known. */
export function Estimate() {
  const estimate = usePage(selectEstimate);
  const unreadable = usePage(({ features }) => features.unreadable);
  const isMeasuring = usePage((state) => state.compute.proving && selectWantedFeatures(state) !== null);
  if (estimate === null) return isMeasuring ? 'Measuring how fast this device is' : null;
  return describeEstimate(estimate, unreadable);
}

/** Where fine-tuning would take more memory than this device is likely to have free. */
function ScarceMemory() {
  const bytes = usePage((state) => selectEstimate(state)?.moving?.bytes ?? null);
  const deviceMemory = usePage(({ compute }) => compute.deviceMemory);
  const words = bytes === null ? null : describeScarceMemory(bytes, deviceMemory);
  return words === null ? null : <p className={styles['aside']}>{words}</p>;
}

/** Before a long wait: what the head alone reached on these pictures already. */
function ReachedByHead() {
  const run = usePage(selectHeadRun);
  const words = run === null ? null : describeHeadRun(run);
  return words === null ? null : <p className={styles['aside']}>{words}</p>;
}

/** Before a long wait on pictures that no head was trained on yet. */
function HeadFirst() {
  const seconds = usePage(selectHeadFirst);
  const { chooseWay, train } = useActions();
  if (seconds === null) return null;
  return (
    <div className={styles['offer']}>
      <span>The head alone shows whether the wait is worth it.</span>
      <Button
        small
        look="quiet"
        className={styles['take'] ?? ''}
        onPress={() => {
          chooseWay('features');
          void train();
        }}
      >
        Train the head first, about {formatRoughly(seconds)}
      </Button>
    </div>
  );
}

/** *Use all* in the Data column goes back. */
function SmallerRun() {
  const smaller = usePage((state) => selectEstimate(state)?.smaller ?? null);
  const { changeSettings } = useActions();
  if (smaller === null) return null;
  const { limitPerClass, seconds } = smaller;
  return (
    <div className={styles['offer']}>
      <span>Fewer pictures train sooner, but less accurately.</span>
      <Button
        small
        look="quiet"
        className={styles['take'] ?? ''}
        onPress={() => {
          changeSettings({ limitPerClass });
        }}
      >
        Use {formatCount(limitPerClass)} a class instead, about {formatRoughly(seconds)}
      </Button>
    </div>
  );
}

/** What to know and what to do instead, before a wait; offered, never imposed. */
export function Offers() {
  return (
    <>
      <ScarceMemory />
      <ReachedByHead />
      <HeadFirst />
      <SmallerRun />
    </>
  );
}
