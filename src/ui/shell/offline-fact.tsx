import { usePage } from '../store-context';
import type { OfflineState } from '../../store/state';
import { formatBytes } from '../words';

/** Whether the page opens without a network, and why not. */
export function OfflineFact() {
  const offline = usePage((state) => state.offline);
  const words = describeOffline(offline);
  return words === null ? null : (
    <p data-offline={offline.phase}>
      <b>Without a network:</b> {words}
    </p>
  );
}

function describeOffline({ phase, bytes, error }: OfflineState): string | null {
  switch (phase) {
    case 'absent':
      return null;
    case 'waiting':
      return 'the page will open too, once it has been kept. The weights come first.';
    case 'keeping':
      return 'the page is being kept for it.';
    case 'kept':
      return `the page opens and trains as with one. ${bytes === null ? '' : `${formatBytes(bytes)} are kept for it, beside the weights.`}`;
    case 'forgotten':
      return 'forgotten. The page is kept again at the next visit.';
    case 'unavailable':
      return error === null ? null : `${error.message} ${error.remedy}`;
  }
}
