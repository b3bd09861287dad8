import { useEffect, useState } from 'react';
import { augmentForEpoch } from '../../domain/augment';
import type { Sample } from '../../domain/dataset';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import type { Augmentation } from '../../domain/run-config';
import type { RgbPicture } from '../draw-pixels';
import { useActions, usePage } from '../store-context';

export interface Preview {
  /** By sample id, as far as they are made; those of the draw before stand until then. */
  readonly pictures: ReadonlyMap<string, RgbPicture>;
  /** Why a picture cannot be shown. */
  readonly error: ErrorRecord | null;
}

const nothingYet: Preview = { pictures: new Map(), error: null };

/** The samples as a run with the present settings would show them in this epoch (0-based): the same pixels that the network would get. */
export function usePreview(samples: readonly Sample[], augmentation: Augmentation, epoch: number): Preview {
  const { fittedPicture } = useActions();
  const fit = usePage(({ project }) => project.document.settings.fit);
  const seed = usePage(({ project }) => project.document.settings.seed);
  const [preview, setPreview] = useState<Preview>(nothingYet);
  useEffect(() => {
    const stop = new AbortController();
    const isOver = () => stop.signal.aborted;
    const show = async () => {
      let error: ErrorRecord | null = null;
      // One after another: each answer of the worker is a task of its own, so the page stays quick.
      for (const { id } of samples) {
        if (isOver()) return;
        try {
          const { pixels, width, height } = await fittedPicture(id, fit);
          const changed = augmentForEpoch(pixels, augmentation, { seed, epoch, sampleId: id });
          if (isOver()) return;
          setPreview((former) => ({ ...former, pictures: new Map(former.pictures).set(id, { pixels: changed, width, height }) }));
        } catch (thrown) {
          error ??= toHeadstartError(thrown).toRecord();
        }
      }
      if (!isOver()) setPreview((former) => ({ ...former, error }));
    };
    void show();
    return () => {
      stop.abort();
    };
  }, [samples, augmentation, epoch, fit, seed, fittedPicture]);
  return preview;
}
