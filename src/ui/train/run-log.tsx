import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { createRunExport } from '../../domain/run-export';
import { formatCount } from '../charts/format';
import { Button } from '../primitives';
import { saveText } from '../save-text';
import { usePage, usePageStore } from '../store-context';
import { CopyButton } from './copy-button';
import styles from './run-log.module.css';
import { lineHeight, visibleLines } from './visible-lines';

function SaveRunButton() {
  const store = usePageStore();
  const canSave = usePage(({ headRun }) => headRun !== null);
  if (!canSave) return null;
  return (
    <Button
      small
      onPress={() => {
        const { headRun, run, project } = store.getState();
        if (headRun === null) return;
        const { samples, skipped, name, backbone } = project.document;
        const predictions = run.result?.id === headRun.id ? run.predictions : [];
        const exported = createRunExport(headRun, { samples, predictions, skipped, weights: backbone });
        saveText(`${name} run ${String(headRun.number)}.json`, 'application/json', `${JSON.stringify(exported, null, 2)}\n`);
      }}
    >
      Save run (JSON)
    </Button>
  );
}

/** The lines in their own scroller: only those in view are in the page, and it follows the end only while it is there. */
function LogLines({ lines }: { readonly lines: readonly string[] }) {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(132);

  const observe = useCallback((scroller: HTMLDivElement | null) => {
    scrollerRef.current = scroller;
    if (scroller === null) return undefined;
    const sizes = new ResizeObserver(() => {
      setHeight(scroller.clientHeight);
    });
    sizes.observe(scroller);
    return () => {
      sizes.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    const scroller = scrollerRef.current;
    if (scroller === null || !atEnd.current) return;
    scroller.scrollTop = scroller.scrollHeight;
    setScrollTop(scroller.scrollTop);
  }, [lines.length]);

  const { first, last } = visibleLines(lines.length, scrollTop, height);
  return (
    <div
      ref={observe}
      className={styles['lines']}
      role="log"
      aria-live="off"
      aria-label="Log"
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        atEnd.current = currentTarget.scrollTop + currentTarget.clientHeight >= currentTarget.scrollHeight - lineHeight;
        setScrollTop(currentTarget.scrollTop);
      }}
    >
      <pre style={{ paddingTop: first * lineHeight, paddingBottom: (lines.length - last) * lineHeight }}>
        {lines.slice(first, last).join('\n')}
      </pre>
    </div>
  );
}

/** The run in the note's own words, to read, copy and save. */
export function RunLog() {
  const lines = usePage(({ run }) => run.log);
  const store = usePageStore();
  if (lines.length === 0) return null;
  return (
    <section className={styles['log']} aria-label="Run log">
      <div className={styles['head']}>
        <h3>
          Log <span className={styles['count']}>{formatCount(lines.length)} lines</span>
        </h3>
        <div className={styles['buttons']}>
          <CopyButton subject="log" getText={() => `${store.getState().run.log.join('\n')}\n`} />
          <SaveRunButton />
        </div>
      </div>
      <LogLines lines={lines} />
    </section>
  );
}
