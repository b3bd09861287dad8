import { useEffect } from 'react';
import type { FeatureCacheReport } from '../../domain/feature-cache';
import { Button, Dialog, ErrorNote, Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf, formatBytes } from '../words';
import styles from './prose.module.css';

const automatic = 'automatic';
/** Bytes that kept features may take. */
const rooms: readonly (readonly [bytes: number, name: string])[] = [
  [0, 'Keep none'],
  [100e6, '100 MB'],
  [500e6, '500 MB'],
  [1e9, '1 GB'],
  [2e9, '2 GB'],
  [5e9, '5 GB'],
  [10e9, '10 GB'],
];

/** How much is kept of features, how much may be, and a way to be rid of it. */
export function KeptFeaturesDialog({ onClose }: { readonly onClose: () => void }) {
  const { report, budget, error } = usePage(({ featureCache }) => featureCache);
  const { lookAtFeatureCache, setFeatureBudget, dropKeptFeatures } = useActions();
  useEffect(() => {
    void lookAtFeatureCache();
  }, [lookAtFeatureCache]);
  const shown = error ?? report?.problem ?? null;
  return (
    <Dialog
      heading="Features kept on this device"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button look="danger" isDisabled={report === null || report.pictures === 0} onPress={() => void dropKeptFeatures()}>
            Drop them
          </Button>
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      <div className={styles['prose']}>
        <p aria-live="polite">
          <b>{report === null ? 'Counting…' : describeKept(report)}</b>
        </p>
        <p>
          A picture goes through VGG-16 once. What comes out, some 11 kB, is kept in this browser, so that the next run, the next
          visit, or another project with the same picture starts at once. It is found by the picture’s content, and never leaves
          this device.
        </p>
        <p>Dropped, pictures go through VGG-16 again the next time they are added.</p>
      </div>
      {shown === null ? null : <ErrorNote record={shown} />}
      <Field label="Room for them" hint="Where it is full, what was not used for longest makes room.">
        {(control) => (
          <select
            {...control}
            name="features-budget"
            value={budget ?? automatic}
            onChange={({ target: { value } }) => {
              void setFeatureBudget(value === automatic ? null : Number(value));
            }}
          >
            <option value={automatic}>
              {report === null || report.automaticBudget === 0
                ? 'Automatic'
                : `Automatic (${formatBytes(report.automaticBudget)})`}
            </option>
            {roomsWith(budget).map(([bytes, name]) => (
              <option key={bytes} value={bytes}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
    </Dialog>
  );
}

function describeKept({ pictures, bytes }: FeatureCacheReport): string {
  return pictures === 0 ? 'None at the moment.' : `${formatBytes(bytes)} (${countOf(pictures, 'picture')})`;
}

/** What a script chose is on the list too. */
function roomsWith(budget: number | null): readonly (readonly [bytes: number, name: string])[] {
  if (budget === null || rooms.some(([bytes]) => bytes === budget)) return rooms;
  return [...rooms, [budget, formatBytes(budget)] as const].sort(([a], [b]) => a - b);
}
