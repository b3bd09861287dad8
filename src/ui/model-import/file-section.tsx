import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { FileDropArea } from '../file-drop-area';
import { Button, ErrorNote, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { formatBytes } from '../words';
import type { SectionProps } from './dialog-parts';
import styles from './model-import.module.css';

const endings = ['.safetensors', '.pth', '.pt', '.onnx', '.zip', '.data', '.bin', '.onnx_data'];

/** A file of one's own: dropped or chosen; it is read, and nothing in it is run. */
export function FileSection({ isDisabled, error, onBegin }: SectionProps) {
  const phase = usePage(({ modelImport }) => modelImport.phase);
  const progress = usePage(({ modelImport }) => modelImport.progress);
  const { readModel, cancelModel } = useActions();
  const [name, setName] = useState('');
  const read = (files: readonly File[]): void => {
    if (files.length === 0) return;
    onBegin();
    setName(files.map((file) => file.name).join(', '));
    void readModel(files);
  };
  const isReading = phase === 'reading';
  const { stage, done, total } = progress ?? { stage: 'reading', done: 0, total: 0 };
  return (
    <section className={styles['section']} aria-labelledby="model-file">
      <h3 id="model-file">A file of your own</h3>
      {isReading ? (
        <div className={styles['fetch']}>
          <ProgressBar
            label={stage === 'checking' ? 'Checking its tensors' : `Reading ${name === '' ? 'the file' : name}`}
            showLabel
            share={total > 0 ? done / total : null}
            valueText={stage === 'reading' && total > 0 ? `${formatBytes(done)} of ${formatBytes(total)}` : ''}
          />
          <Button autoFocus onPress={cancelModel}>
            Cancel
          </Button>
        </div>
      ) : (
        <FileDropArea
          name="model"
          className={styles['drop']}
          overClassName={isDisabled ? undefined : styles['over']}
          take={(dropped) => {
            if (!isDisabled) read([...dropped.files]);
            // Nor are they pictures for the page below.
            return true;
          }}
        >
          <p>
            <b>Drop .safetensors, .pth, .pt or .onnx here</b>, or a ZIP that this page wrote
          </p>
          <p className={styles['words']}>
            Of VGG-16, with a head of yours or without. It is read on this device, and no code in it is run. An ONNX file whose
            values lie in a second file: give both together.
          </p>
          <FileTrigger
            allowsMultiple
            acceptedFileTypes={endings}
            onSelect={(files) => {
              if (files !== null) read([...files]);
            }}
          >
            <Button isDisabled={isDisabled}>Choose files</Button>
          </FileTrigger>
        </FileDropArea>
      )}
      {error === null ? null : <ErrorNote record={error} />}
    </section>
  );
}
