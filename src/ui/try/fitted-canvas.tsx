import { useEffect, useRef, useState } from 'react';
import type { PageActions } from '../../store/state';
import { useActions, usePage } from '../store-context';
import { Thumbnail } from './thumbnail';
import styles from './fitted-canvas.module.css';

type FittedPicture = Awaited<ReturnType<PageActions['fittedPicture']>>;

function draw(canvas: HTMLCanvasElement, { pixels, width, height }: FittedPicture): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  canvas.width = width;
  canvas.height = height;
  const rgba = context.createImageData(width, height);
  for (let at = 0; at < width * height; at += 1) {
    rgba.data[at * 4] = pixels[at * 3] ?? 0;
    rgba.data[at * 4 + 1] = pixels[at * 3 + 1] ?? 0;
    rgba.data[at * 4 + 2] = pixels[at * 3 + 2] ?? 0;
    rgba.data[at * 4 + 3] = 255;
  }
  context.putImageData(rgba, 0, 0);
}

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
        draw(canvasRef.current, picture);
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
