import { useEffect, useMemo, useState } from 'react';
import type { MemoryReport } from '../../domain/events';
import { describeDiagnostics, formatDiagnostics, type BrowserFacts } from '../../store/diagnostics';
import { saveText } from '../save-text';
import { Button, Dialog } from '../primitives';
import { CopyButton } from '../train/copy-button';
import { useActions, usePageStore } from '../store-context';
import { gatherBrowserFacts } from './browser-facts';
import styles from './diagnostics-dialog.module.css';

/** What somebody needs to find out why something went wrong, to be looked at, copied and saved. Sends nothing. */
export function DiagnosticsDialog({ onClose }: { readonly onClose: () => void }) {
  const store = usePageStore();
  const { memoryReport } = useActions();
  const [browser, setBrowser] = useState<BrowserFacts | null>(null);
  /** A worker in the middle of a picture answers when that is done: the rest does not wait for it. */
  const [memory, setMemory] = useState<MemoryReport | 'asked' | null>('asked');
  useEffect(() => {
    let isOpen = true;
    void gatherBrowserFacts().then((facts) => {
      if (isOpen) setBrowser(facts);
    });
    void memoryReport().then((report) => {
      if (isOpen) setMemory(report);
    });
    return () => {
      isOpen = false;
    };
  }, [memoryReport]);
  // As it was when it was opened: what is copied is what is seen.
  const sections = useMemo(
    () => (browser === null ? null : describeDiagnostics(store.getState(), browser, memory)),
    [browser, memory, store],
  );
  const text = sections === null ? '' : formatDiagnostics(sections);
  return (
    <Dialog heading="Diagnostics" isOpen size="wide" onOpenChange={onClose} actions={<Button onPress={onClose}>Close</Button>}>
      <div className={styles['about']}>
        <p>
          For a report of what went wrong. It holds no picture and no name of a file, class, project or dataset, and goes nowhere
          unless you copy or save it.
        </p>
        <div className={styles['ways']}>
          {sections === null ? null : <CopyButton subject="diagnostics" getText={() => text} />}
          <Button
            small
            isDisabled={sections === null}
            onPress={() => {
              saveText('headstart-diagnostics.txt', 'text/plain', text);
            }}
          >
            Download
          </Button>
        </div>
      </div>
      {sections === null ? (
        <p role="status">Asking the browser…</p>
      ) : (
        <div className={styles['sections']}>
          {sections.map(({ title, facts }) => (
            <section key={title} aria-label={title}>
              <h3>{title}</h3>
              <dl className={styles['facts']}>
                {facts.map(([name, value], at) => (
                  <div key={`${name} ${String(at)}`}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      )}
    </Dialog>
  );
}
