import { useEffect, useState } from 'react';
import { usePage } from '../store-context';
import styles from './thumbnail.module.css';

/** A picture's thumbnail; until it is there, its place. The name is said by whatever holds it. */
export function Thumbnail({ sampleId }: { readonly sampleId: string }) {
  const blob = usePage(({ thumbnails }) => thumbnails.get(sampleId));
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (blob === undefined) return undefined;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return url === null ? <span className={styles['place']} /> : <img className={styles['image']} src={url} alt="" draggable={false} decoding="async" />;
}
