import { useState } from 'react';
import { Button } from '../primitives';
import { useActions } from '../store-context';
import styles from './data.module.css';
import { HubDialog } from './hub-dialog';

/** For whoever has no pictures at hand: drawings without a network, photos with one. */
export function SamplesOnOffer() {
  const { addDrawings, askKaggle } = useActions();
  const [isFetching, setFetching] = useState(false);
  return (
    <div className={styles['offers']}>
      <div className={styles['offer']}>
        <Button onPress={() => void addDrawings()}>Try the sample drawings</Button>
        <span className={styles['tiny']}>Cats and dogs that this app draws; no network</span>
      </div>
      <div className={styles['offer']}>
        <Button onPress={() => void askKaggle()}>Get 500 cats and dogs</Button>
        <span className={styles['tiny']}>Real photos; asks before it downloads</span>
      </div>
      <div className={styles['offer']}>
        <Button
          onPress={() => {
            setFetching(true);
          }}
        >
          From Hugging Face
        </Button>
        <span className={styles['tiny']}>Any public dataset of pictures, by its name</span>
      </div>
      {isFetching ? (
        <HubDialog
          onClose={() => {
            setFetching(false);
          }}
        />
      ) : null}
    </div>
  );
}
