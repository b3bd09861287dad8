import { useMemo } from 'react';
import type { History } from '../../domain/history';
import { usePageStore } from '../store-context';

/** What a chart follows without rendering. */
export interface ChartFeed {
  readonly history: History;
  /** Steps of the whole run, 0 when not known. */
  readonly plannedSteps: number;
}

export interface ChartSource {
  read(): ChartFeed;
  subscribe(listener: () => void): () => void;
}

/** The present run's history, or, before any run of this visit, that of the kept head. */
export function useChartSource(): ChartSource {
  const store = usePageStore();
  return useMemo(
    () => ({
      read: () => {
        const { run, headRun } = store.getState();
        const training = run.stages.find(({ stage }) => stage === 'training');
        if (run.phase === 'idle' && headRun !== null)
          return { history: headRun.history, plannedSteps: headRun.history.steps.length };
        return { history: run.history, plannedSteps: run.phase === 'done' ? run.history.steps.length : (training?.total ?? 0) };
      },
      subscribe: (listener) => store.subscribe(listener),
    }),
    [store],
  );
}
