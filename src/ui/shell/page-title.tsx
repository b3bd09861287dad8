import { useEffect, useState } from 'react';
import { headlineOf } from '../../domain/headline';
import type { PageState } from '../../store/state';
import { usePage, usePageStore } from '../store-context';
import { selectRunProgressText } from './run-progress';

/** What came of a run, for a tab that nobody looks at: `✓ 98.9 %`. Null while it goes on, and where the person ended it. */
export function describeEnd({ run }: Pick<PageState, 'run'>): string | null {
  if (run.phase === 'failed') return '✗ Stopped';
  if (run.phase === 'paused' && run.error !== null) return '✗ Paused';
  if (run.phase !== 'done' || run.result === null) return null;
  const headline = headlineOf(run.result);
  return headline === null ? '✓ Trained' : `✓ ${(headline.accuracy * 100).toFixed(1)} %`;
}

export function describeTitle(ended: string | null, progress: string, name: string): string {
  if (ended !== null) return `${ended} – Headstart`;
  return progress === '' ? `${name} – Headstart` : `${progress} · ${name} – Headstart`;
}

/** What came of a run that ended while the tab was hidden, until the tab is seen or another run begins. */
function useUnseenEnd(): string | null {
  const store = usePageStore();
  const [ended, setEnded] = useState<string | null>(null);
  useEffect(() => {
    let before = store.getState().run.phase;
    const stopFollowing = store.subscribe((state) => {
      const { phase } = state.run;
      if (phase === before) return;
      const wasGoingOn = before === 'running' || before === 'stopping';
      before = phase;
      if (phase === 'running') setEnded(null);
      else if (wasGoingOn && document.visibilityState === 'hidden') setEnded(describeEnd(state));
    });
    const look = (): void => {
      if (document.visibilityState === 'visible') setEnded(null);
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      stopFollowing();
      document.removeEventListener('visibilitychange', look);
    };
  }, [store]);
  return ended;
}

/** Progress and end of a run in the title of the tab, for whoever works elsewhere meanwhile. */
export function PageTitle() {
  const ended = useUnseenEnd();
  const progress = usePage(selectRunProgressText);
  const name = usePage(({ project }) => project.document.name);
  useEffect(() => {
    document.title = describeTitle(ended, progress, name);
  }, [ended, progress, name]);
  return null;
}
