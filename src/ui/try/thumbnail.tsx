import { useEffect, useRef } from 'react';
import { usePage } from '../store-context';
import styles from './thumbnail.module.css';

/** A picture's thumbnail; until it is there, its place. The name is said by whatever holds it. */
export function Thumbnail({ sampleId }: { readonly sampleId: string }) {
  const blob = usePage(({ thumbnails }) => thumbnails.get(sampleId));
  const imageRef = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const image = imageRef.current;
    if (blob === undefined || image === null) return undefined;
    const url = URL.createObjectURL(blob);
    image.src = url;
    return () => {
      URL.revokeObjectURL(url);
    };
  }, [blob]);
  if (blob === undefined) return <span className={styles['place']} />;
  return <img ref={imageRef} className={styles['image']} alt="" draggable={false} decoding="async" />;
}
