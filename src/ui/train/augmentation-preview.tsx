import { useEffect, useRef, useState } from 'react';
import type { Augmentation } from '../../domain/run-config';
import { selectPreviewSamples } from '../../store/preview-selectors';
import { formatCount, formatCounted } from '../charts/format';
import { drawPixels, type RgbPicture } from '../draw-pixels';
import { Button, ErrorNote } from '../primitives';
import { usePage } from '../store-context';
import { Thumbnail } from '../try/thumbnail';
import styles from './augmentation-preview.module.css';
import { usePreview } from './use-preview';

function Picture({ picture }: { readonly picture: RgbPicture }) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvasRef.current !== null) drawPixels(canvasRef.current, picture);
  }, [picture]);
  return <canvas ref={canvasRef} />;
}

/** Some of the training pictures as an epoch would show them to the network; another draw is that of the next epoch. */
export function AugmentationPreview({ augmentation }: { readonly augmentation: Augmentation }) {
  const isReading = usePage(({ ingest }) => ingest.phase !== 'idle');
  const samples = usePage(selectPreviewSamples);
  const epochs = usePage(({ project }) => project.document.settings.epochs);
  const [draws, setDraws] = useState(0);
  const epoch = draws % epochs;
  const { pictures, error } = usePreview(samples, augmentation, epoch);
  if (samples.length === 0 || isReading) {
    return (
      <p className={styles['empty']}>
        {isReading ? 'Once all pictures are read, some are shown here' : 'Add pictures, and some are shown here'} as training
        would see them.
      </p>
    );
  }
  const epochWords = `epoch ${formatCount(epoch + 1)} of ${formatCount(epochs)}`;
  return (
    <section className={styles['preview']} aria-label="Augmented pictures">
      <div className={styles['head']}>
        <p aria-live="polite">
          {samples.length === 1 ? 'A training picture' : formatCounted(samples.length, 'training picture')} as {epochWords} shows{' '}
          {samples.length === 1 ? 'it' : 'them'}
        </p>
        <Button
          small
          onPress={() => {
            setDraws(draws + 1);
          }}
        >
          Another draw
        </Button>
      </div>
      <ul className={styles['strip']}>
        {samples.map(({ id, name, className }) => {
          const picture = pictures.get(id);
          return (
            <li key={id} title={`${name} · ${className}`}>
              {/* A role of its own on the item would take it out of the list. */}
              <div role="img" aria-label={`${name}, ${className}, in ${epochWords}`}>
                {picture === undefined ? <Thumbnail sampleId={id} /> : <Picture picture={picture} />}
              </div>
            </li>
          );
        })}
      </ul>
      {error === null ? null : <ErrorNote tone="warn" record={error} />}
    </section>
  );
}
