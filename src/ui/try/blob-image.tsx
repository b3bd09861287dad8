import { useEffect, useRef } from 'react';
import styles from './thumbnail.module.css';

/** Draws a small picture that is held in memory. The name is said by whatever holds it. */
export function BlobImage({ blob }: { readonly blob: Blob }) {
  const imageRef = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const image = imageRef.current;
    if (image === null) return undefined;
    const url = URL.createObjectURL(blob);
    image.src = url;
    return () => {
      // What is not loaded yet would look for what is gone.
      image.removeAttribute('src');
      URL.revokeObjectURL(url);
    };
  }, [blob]);
  return <img ref={imageRef} className={styles['image']} alt="" draggable={false} decoding="async" />;
}
