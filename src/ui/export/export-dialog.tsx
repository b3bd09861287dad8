import { useEffect, useState } from 'react';
import type { ExportFormatId, ExportPrecision, ModelExportProgress, ModelOffers } from '../../domain/model-export';
import { selectSplits } from '../../store/selectors';
import type { PageState } from '../../store/state';
import { Button, Dialog, ErrorNote, Field, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { formatBytes, joinWords } from '../words';
import { CertificateView } from './certificate-view';
import styles from './export.module.css';
import { FormatGroup } from './format-group';

const precisionWords: Readonly<Record<ExportPrecision, string>> = {
  float32: 'float32: every digit',
  float16: 'float16: half the size, a little rounded',
};

/** What was offered for the head that is there now. */
function selectOffers({ modelExport, headRun }: PageState): ModelOffers | null {
  const { offers } = modelExport;
  return offers !== null && offers.certificate.runId === headRun?.id ? offers : null;
}

function selectHasHeldOut(state: PageState): boolean {
  const { counts } = selectSplits(state);
  return counts.val + counts.test > 0;
}

function describeProgress(progress: ModelExportProgress | null): { readonly share: number | null; readonly words: string } {
  if (progress === null) return { share: null, words: '' };
  const { stage, done, total } = progress;
  const words =
    stage === 'certificate'
      ? `${String(done)} of ${String(total)} pictures`
      : `${formatBytes(done)} of about ${formatBytes(total)}`;
  return { share: done / total, words };
}

/** How far it is, and what became of it. */
function ExportStatus() {
  const { phase, progress, name, report, error } = usePage(({ modelExport }) => modelExport);
  const { share, words } = describeProgress(progress);
  const isCertifying = phase === 'certifying' || progress?.stage === 'certificate';
  return (
    <div className={styles['status']}>
      {phase === 'idle' ? null : (
        <ProgressBar label={isCertifying ? 'Asking the model' : `Writing ${name}`} showLabel share={share} valueText={words} />
      )}
      {error === null ? null : <ErrorNote record={error} tone={error.code === 'cancelled' ? 'warn' : 'bad'} />}
      <p role="status" className={styles['report']}>
        {report === null ? '' : `${name} is saved: ${joinWords(`${String(report.files)} files`, formatBytes(report.bytes))}.`}
      </p>
    </div>
  );
}

/** The trained model on its way out: as what, how exact, how large, and what it will be held to. */
export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
  const offers = usePage(selectOffers);
  const headRun = usePage((state) => state.headRun);
  const phase = usePage(({ modelExport }) => modelExport.phase);
  const hasHeldOut = usePage(selectHasHeldOut);
  const { lookAtExports, exportModel, cancelModelExport } = useActions();
  const [chosen, setChosen] = useState<ExportFormatId | null>(null);
  const [precision, setPrecision] = useState<ExportPrecision>('float32');
  const [withOwn, setWithOwn] = useState(false);
  useEffect(() => {
    void lookAtExports();
  }, [lookAtExports]);

  const format = offers?.formats.find(({ id }) => id === chosen) ?? offers?.formats[0] ?? null;
  const isBusy = phase !== 'idle';
  return (
    <Dialog
      heading="Take the model with you"
      isOpen
      size="wide"
      onOpenChange={onClose}
      actions={
        <>
          <ExportStatus />
          {isBusy ? <Button onPress={cancelModelExport}>Cancel</Button> : <Button onPress={onClose}>Close</Button>}
          {offers === null && !isBusy ? (
            <Button look="primary" isDisabled={headRun === null} onPress={() => void lookAtExports()}>
              Try again
            </Button>
          ) : (
            <Button
              look="primary"
              isDisabled={format === null || isBusy}
              onPress={() => {
                if (format !== null) void exportModel({ format: format.id, precision, withOwnPictures: withOwn && hasHeldOut });
              }}
            >
              Save…
            </Button>
          )}
        </>
      }
    >
      <div className={styles['body']}>
        {offers === null || format === null || headRun === null ? (
          <p className={styles['words']}>
            {headRun === null
              ? 'Once a model is trained it can be saved here and run elsewhere, with proof that it says the same there.'
              : `The model of run ${String(headRun.number)} is asked for its answers to eight drawings, which will go along as proof.`}
          </p>
        ) : (
          <>
            <FormatGroup
              formats={offers.formats}
              value={format.id}
              precision={precision}
              isReadOnly={isBusy}
              onChange={setChosen}
            />
            <Field label="Precision">
              {(control) => (
                <select
                  {...control}
                  name="export-precision"
                  value={precision}
                  disabled={isBusy}
                  onChange={({ target: { value } }) => {
                    const found = format.precisions.find((offer) => offer.precision === value);
                    if (found !== undefined) setPrecision(found.precision);
                  }}
                >
                  {format.precisions.map(({ precision: value, bytes }) => (
                    <option key={value} value={value}>
                      {`${precisionWords[value]} (${formatBytes(bytes)})`}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <CertificateView certificate={offers.certificate} classNames={headRun.classNames} precision={precision} />
            {hasHeldOut ? (
              <label className={styles['consent']}>
                <input
                  type="checkbox"
                  checked={withOwn}
                  disabled={isBusy}
                  onChange={({ target: { checked } }) => {
                    setWithOwn(checked);
                  }}
                />
                <span>
                  Add up to eight of my own held-out pictures. They then lie in the file as 224 × 224 pixels, for everybody who
                  gets it.
                </span>
              </label>
            ) : null}
          </>
        )}
      </div>
    </Dialog>
  );
}
