import { useEffect, useRef, useState } from 'react';
import { drawPixels } from '../draw-pixels';
import { useActions, usePage } from '../store-context';
import { Thumbnail } from './thumbnail';
import styles from './fitted-canvas.module.css';

/** A sample as the network sees it, 224 x 224. The thumbnail stands in until it is there, and stays when it cannot be read. */
export function FittedCanvas({ sampleId, name }: { readonly sampleId: string; readonly name: string }) {
  const { fittedPicture } = useActions();
  const fit = usePage(({ headRun, project }) => headRun?.config.fit ?? project.document.settings.fit);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const key = `${fit}:${sampleId}`;
  const [drawnKey, setDrawnKey] = useState('');
  useEffect(() => {
    let isPresent = true;
    fittedPicture(sampleId).then(
      (picture) => {
        if (!isPresent || canvasRef.current === null) return;
        drawPixels(canvasRef.current, picture);
        setDrawnKey(key);
      },
      () => {
        // The prediction beside it tells the same failure in words.
      },
    );
    return () => {
      isPresent = false;
    };
  }, [fittedPicture, sampleId, key]);
  const isDrawn = drawnKey === key;
  return (
    <div className={styles['frame']} role="img" aria-label={name}>
      {isDrawn ? null : <Thumbnail sampleId={sampleId} />}
      <canvas ref={canvasRef} className={styles['canvas']} hidden={!isDrawn} />
    </div>
  );
}
