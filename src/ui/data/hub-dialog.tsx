import { useEffect, useRef, useState } from 'react';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import type { HubDataset } from '../../domain/hub-dataset';
import { Button, Dialog, ErrorNote, Field } from '../primitives';
import { useActions, usePage } from '../store-context';
import styles from './hub-dialog.module.css';
import { HubChoiceForm } from './hub-choice-form';

/** Finds a public dataset by its name, shows what it holds, and fetches what is chosen. Nothing is asked before a button is pressed. */
export function HubDialog({ onClose }: { readonly onClose: () => void }) {
  const { describeHub } = useActions();
  const [text, setText] = useState('');
  const [dataset, setDataset] = useState<HubDataset | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorRecord | null>(null);
  const isReading = usePage(({ ingest }) => ingest.phase !== 'idle');
  const abort = useRef<AbortController | null>(null);
  useEffect(
    () => () => {
      abort.current?.abort();
    },
    [],
  );

  const look = async (): Promise<void> => {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    setError(null);
    setDataset(null);
    setAsking(true);
    try {
      const found = await describeHub(text, controller.signal);
      if (abort.current === controller) setDataset(found);
    } catch (thrown) {
      if (abort.current === controller) setError(toHeadstartError(thrown).toRecord());
    }
    if (abort.current === controller) setAsking(false);
  };

  return (
    <Dialog heading="Pictures from Hugging Face" isOpen onOpenChange={onClose}>
      <form
        className={styles['find']}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') void look();
        }}
      >
        <Field
          label="Dataset"
          hint="Its name goes to Hugging Face, nothing else. Public datasets only: owner/name, or the address of its page."
        >
          {(control) => (
            <input
              {...control}
              value={text}
              placeholder="owner/name"
              autoFocus
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => {
                setText(event.target.value);
              }}
            />
          )}
        </Field>
        <Button type="submit" isDisabled={text.trim() === ''}>
          {isAsking ? 'Looking…' : 'Look it up'}
        </Button>
      </form>
      {error === null ? null : <ErrorNote record={error} />}
      <p role="status" className={styles['status']}>
        {isAsking ? 'Asking what the dataset holds.' : ''}
      </p>
      {dataset === null ? null : (
        <HubChoiceForm key={dataset.name} dataset={dataset} isDisabled={isReading} onClose={onClose} onError={setError} />
      )}
    </Dialog>
  );
}
