import { lazy, Suspense } from 'react';
import { usePage } from '../store-context';

/** Its own chunk: most visits stay with the page's own weights. */
const ModelImportDialog = lazy(async () => ({ default: (await import('./model-import-dialog')).ModelImportDialog }));

/** The dialog for models that come in, while it is open. */
export function ModelImport() {
  const isOpen = usePage(({ modelImport }) => modelImport.phase !== 'closed');
  return isOpen ? (
    <Suspense>
      <ModelImportDialog />
    </Suspense>
  ) : null;
}
