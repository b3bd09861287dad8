import { usePage } from '../store-context';
import { BlobImage } from './blob-image';
import styles from './thumbnail.module.css';

/** A picture's thumbnail; until it is there, its place. The name is said by whatever holds it. */
export function Thumbnail({ sampleId }: { readonly sampleId: string }) {
  const blob = usePage(({ thumbnails }) => thumbnails.get(sampleId));
  return blob === undefined ? <span className={styles['place']} /> : <BlobImage blob={blob} />;
}
