import { Button, ErrorNote, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { formatBytes } from '../words';
import type { SectionProps } from './dialog-parts';
import styles from './model-import.module.css';

/** torchvision's convolutions: what is fetched from whom, how far it is, and what came so far. */
export function HubSection({ isDisabled, error, onBegin }: SectionProps) {
  const hub = usePage(({ modelImport }) => modelImport.hub);
  const phase = usePage(({ modelImport }) => modelImport.phase);
  const progress = usePage(({ modelImport }) => modelImport.progress);
  const { fetchHubModel, cancelModel } = useActions();
  if (hub === null) return null;
  const { host, repository, receivedBytes, totalBytes } = hub;
  const isFetching = phase === 'fetching';
  const isWhole = receivedBytes >= totalBytes;
  const { done, total } = progress ?? { done: receivedBytes, total: totalBytes };
  const words = progress === null || progress.stage === 'fetching' ? `${formatBytes(done)} of ${formatBytes(total)}` : '';
  return (
    <section className={styles['section']} aria-labelledby="model-hub">
      <h3 id="model-hub">torchvision’s weights</h3>
      <p className={styles['words']}>
        The VGG-16 that PyTorch’s notebooks load. {formatBytes(totalBytes)} come from {host} ({repository}): the convolutions
        alone, out of a file many times that size. That site learns your network address, as with any download; it is asked for
        nothing else, and no picture is sent.
      </p>
      <div className={styles['fetch']}>
        {isFetching ? (
          <ProgressBar
            label={progress === null || progress.stage === 'fetching' ? `Fetching from ${host}` : 'Checking what came'}
            showLabel
            share={total > 0 ? done / total : null}
            valueText={words}
          />
        ) : (
          <p className={styles['words']} role="status">
            {isWhole
              ? 'All of it is here; nothing has to be fetched.'
              : receivedBytes > 0
                ? `${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)} are here already; only the rest is asked for.`
                : ''}
          </p>
        )}
        {isFetching ? (
          <Button autoFocus onPress={cancelModel}>
            Cancel
          </Button>
        ) : (
          <Button
            isDisabled={isDisabled}
            onPress={() => {
              onBegin();
              void fetchHubModel();
            }}
          >
            {isWhole ? 'Look at them' : receivedBytes > 0 ? 'Continue' : `Fetch ${formatBytes(totalBytes)}`}
          </Button>
        )}
      </div>
      {error === null ? null : <ErrorNote record={error} />}
    </section>
  );
}
