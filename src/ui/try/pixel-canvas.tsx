import { useEffect, useRef } from 'react';
import { drawPixels } from '../draw-pixels';
import styles from './fitted-canvas.module.css';

/** Draws 224 x 224 RGB pixels: a picture as the network sees it. */
export function PixelCanvas({ pixels, name }: { readonly pixels: Uint8Array; readonly name: string }) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvasRef.current !== null) drawPixels(canvasRef.current, { pixels, width: 224, height: 224 });
  }, [pixels]);
  return (
    <div className={styles['frame']} role="img" aria-label={name}>
      <canvas ref={canvasRef} className={styles['canvas']} />
    </div>
  );
}
