import { useState } from 'react';
import { shippedBackboneId, shippedTitle, type BackboneIdentity, type KeptBackbone } from '../../domain/model-import';
import { selectWantedFeatures } from '../../store/feature-selectors';
import type { PageState } from '../../store/state';
import { Button, Chip, ConfirmDialog, ErrorNote } from '../primitives';
import prose from '../shell/prose.module.css';
import { useActions, usePage } from '../store-context';
import { formatBytes, joinWords } from '../words';
import type { SectionProps } from './dialog-parts';
import styles from './model-import.module.css';
import { describeOtherFeatures, describeSource } from './offer-words';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Null: it comes with the page, or is kept nowhere. */
  readonly kept: KeptBackbone | null;
}

function listRows(
  kept: readonly KeptBackbone[],
  inForce: BackboneIdentity | null,
  host: string,
  shippedBytes: number | null,
): readonly Row[] {
  const shipped: Row = {
    id: shippedBackboneId,
    title: shippedTitle,
    about: joinWords('Oxford’s, 2014', shippedBytes !== null && formatBytes(shippedBytes)),
    kept: null,
  };
  const others = kept.map((one) => ({
    id: one.id,
    title: one.title,
    about: joinWords(`from ${describeSource(one.source, host)}`, formatBytes(one.bytes)),
    kept: one,
  }));
  // In force without being kept: the browser refused, and they go with this tab.
  const isLost = inForce !== null && kept.every(({ id }) => id !== inForce.id);
  return isLost
    ? [shipped, { id: inForce.id, title: inForce.title, about: 'not kept on this device', kept: null }, ...others]
    : [shipped, ...others];
}

/** Pictures whose features other weights would make anew, and how long each takes. */
function selectPictures(state: PageState): number {
  return selectWantedFeatures(state)?.sampleIds.length ?? 0;
}

function RemoveDialog({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const { removeBackbone } = useActions();
  return (
    <ConfirmDialog
      heading={`Remove “${row.title}”?`}
      confirm="Remove weights"
      onClose={onClose}
      onConfirm={() => {
        void removeBackbone(row.id);
      }}
    >
      <div className={prose['prose']}>
        <p>
          They go from this device: {formatBytes(row.kept?.bytes ?? 0)}. A project that stands on them can be opened, and trains
          and predicts again once they have come in again.
        </p>
      </div>
    </ConfirmDialog>
  );
}

/** The weights in force and those kept on this device: one press takes others. */
export function WeightsSection({ isDisabled, error, onBegin }: SectionProps) {
  const kept = usePage(({ modelImport }) => modelImport.kept);
  const host = usePage(({ modelImport }) => modelImport.hub?.host ?? '');
  const isBusy = usePage(({ modelImport }) => modelImport.phase !== 'open');
  const inForce = usePage(({ project }) => project.document.backbone);
  const headNumber = usePage(({ headRun }) => headRun?.number ?? null);
  const shippedBytes = usePage(({ weights }) => weights.report?.totalBytes ?? null);
  const pictures = usePage(selectPictures);
  const secondsPerPicture = usePage(({ features }) => features.secondsPerPicture);
  // An action and no hook, for all its name.
  const { useBackbone: putInForce } = useActions();
  const [removing, setRemoving] = useState<Row | null>(null);
  const rows = listRows(kept, inForce, host, shippedBytes);
  const inForceId = inForce?.id ?? shippedBackboneId;
  const cost = [
    pictures > 0 ? describeOtherFeatures(pictures, secondsPerPicture) : '',
    headNumber === null ? '' : `The head of run ${String(headNumber)} is set aside and comes back with its weights.`,
  ];
  return (
    <section className={styles['section']} aria-labelledby="model-weights">
      <h3 id="model-weights">Weights of this project’s VGG-16</h3>
      <ul className={styles['weights']} aria-labelledby="model-weights">
        {rows.map((row) => (
          <li key={row.id}>
            <span className={styles['name']}>
              <b>{row.title}</b>
              <span className={styles['about']}>{row.about}</span>
            </span>
            <span className={styles['choices']}>
              {row.id === inForceId ? (
                <Chip tone="ok">in force</Chip>
              ) : (
                <>
                  <Button
                    small
                    aria-label={`Use ${row.title}`}
                    isDisabled={isDisabled || isBusy}
                    onPress={() => {
                      onBegin();
                      void putInForce(row.id);
                    }}
                  >
                    Use
                  </Button>
                  {row.kept === null ? null : (
                    <Button
                      small
                      look="quiet"
                      aria-label={`Remove ${row.title}`}
                      isDisabled={isBusy}
                      onPress={() => {
                        onBegin();
                        setRemoving(row);
                      }}
                    >
                      Remove
                    </Button>
                  )}
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {rows.length < 2 ? null : <p className={styles['words']}>{cost.filter((one) => one !== '').join(' ')}</p>}
      {error === null ? null : <ErrorNote record={error} />}
      {removing === null ? null : (
        <RemoveDialog
          row={removing}
          onClose={() => {
            setRemoving(null);
          }}
        />
      )}
    </section>
  );
}
