import { useEffect, useState } from 'react';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import { useActions } from '../store-context';

export interface PictureAddress {
  /** Of the whole picture; null while it is fetched, and where it cannot be. */
  readonly url: string | null;
  readonly error: ErrorRecord | null;
}

const nothing: PictureAddress = { url: null, error: null };

/** The picture's own file as an address to show, for as long as the component shows it. */
export function usePictureAddress(sampleId: string): PictureAddress {
  const { pictureFile } = useActions();
  const [shown, setShown] = useState<PictureAddress & { readonly sampleId: string }>({ ...nothing, sampleId });
  useEffect(() => {
    let isPresent = true;
    let url: string | null = null;
    pictureFile(sampleId).then(
      (file) => {
        if (!isPresent) return;
        url = URL.createObjectURL(file);
        setShown({ sampleId, url, error: null });
      },
      (thrown: unknown) => {
        if (isPresent) setShown({ sampleId, url: null, error: toHeadstartError(thrown).toRecord() });
      },
    );
    return () => {
      isPresent = false;
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [sampleId, pictureFile]);
  return shown.sampleId === sampleId ? shown : nothing;
}
