import { selectEstimate, selectWantedFeatures } from '../../store/feature-selectors';
import { selectSufficientHead } from '../../store/selectors';
import { formatCount, formatRoughly } from '../charts/format';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import { describeEstimate } from './estimate-words';
import { formatAccuracy } from './run-result-words';
import styles from './estimate.module.css';

/** What Train would take, beside it; nothing while it is not known. Where that is long, fewer pictures are offered. */
export function Estimate() {
  const estimate = usePage(selectEstimate);
  const unreadable = usePage(({ features }) => features.unreadable);
  const isMeasuring = usePage((state) => state.compute.proving && selectWantedFeatures(state) !== null);
  if (estimate === null) return isMeasuring ? 'Measuring how fast this device is' : null;
  return describeEstimate(estimate, unreadable);
}

/** Before a long wait: whether the head alone did well enough already. */
export function SufficientHead() {
  const accuracy = usePage(selectSufficientHead);
  if (accuracy === null) return null;
  return (
    <p className={styles['sufficient']}>
      The head alone reached {formatAccuracy(accuracy)} on these pictures; fine-tuning is unlikely to gain.
    </p>
  );
}

/** Offered, never imposed: *Use all* in the Data column goes back. */
export function SmallerOffer() {
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
