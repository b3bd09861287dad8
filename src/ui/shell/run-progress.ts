import type { PageState } from '../../store/state';

const stageTitles = { weights: 'Weights', features: 'Features', training: 'Training', evaluation: 'Evaluation' } as const;

export interface RunProgress {
  readonly stage: string;
  readonly percent: number;
}

/** The stage at work and how much of it is done; null while nothing runs. */
export function runProgress({ run }: PageState): RunProgress | null {
  if (run.phase !== 'running' && run.phase !== 'stopping') return null;
  const now = run.stages.findLast(({ status }) => status === 'running') ?? run.stages.findLast(({ status }) => status === 'done');
  if (now === undefined) return null;
  return { stage: stageTitles[now.stage], percent: now.total > 0 ? Math.floor((100 * now.done) / now.total) : 0 };
}

/** The same as one word, so that what shows it is drawn again once a percent: `Training 56 %`; empty while nothing runs. */
export function selectRunProgressText(state: PageState): string {
  const progress = runProgress(state);
  return progress === null ? '' : `${progress.stage} ${String(progress.percent)} %`;
}

export function selectRunPercent(state: PageState): number | null {
  return runProgress(state)?.percent ?? null;
}
