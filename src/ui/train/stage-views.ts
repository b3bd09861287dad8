import type { StageName } from '../../domain/events';
import type { FeatureProgress, FeaturesState, RunState, StageState, WeightsState } from '../../store/state';
import { formatCount, formatCounted, formatMegabytes, formatTimeLeft } from '../charts/format';

/** What the page extracts outside runs. */
export interface BackgroundFeatures extends Pick<FeaturesState, 'phase' | 'paused'> {
  /** Null without pictures. */
  readonly progress: FeatureProgress | null;
}

/** One of the four stages as drawn. */
export interface StageView {
  readonly stage: StageName;
  readonly name: string;
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** 0 to 1; null while running without a known total. */
  readonly share: number | null;
  /** `epoch 3 of 5 · 4 s left`; empty when there is nothing to say. */
  readonly words: string;
}

const names: Readonly<Record<StageName, string>> = {
  weights: 'Weights',
  features: 'Features',
  training: 'Training',
  evaluation: 'Evaluation',
};

const order: readonly StageName[] = ['weights', 'features', 'training', 'evaluation'];

function join(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

function timeLeft(secondsLeft: number | null): string | null {
  return secondsLeft === null || !Number.isFinite(secondsLeft) ? null : formatTimeLeft(secondsLeft);
}

/** The weights are loaded with the page, before any run. */
function viewWeights({ phase, progress, report }: WeightsState): StageView {
  const base = { stage: 'weights', name: names.weights } as const;
  const from = report?.from ?? progress?.from ?? null;
  switch (phase) {
    case 'waiting':
      return { ...base, status: 'waiting', share: 0, words: '' };
    case 'ready':
      return {
        ...base,
        status: 'done',
        share: 1,
        words: from === 'cache' ? 'from cache' : report === null ? '' : formatMegabytes(report.totalBytes),
      };
    case 'failed':
    case 'loading': {
      const share = progress === null || progress.totalBytes === 0 ? null : progress.receivedBytes / progress.totalBytes;
      if (phase === 'failed') return { ...base, status: 'failed', share: share ?? 0, words: 'failed' };
      if (progress === null) return { ...base, status: 'running', share: null, words: 'starting' };
      const amount = `${formatMegabytes(progress.receivedBytes).replace(' MB', '')} of ${formatMegabytes(progress.totalBytes)}`;
      const rate = progress.bytesPerSecond === null ? null : `${formatMegabytes(progress.bytesPerSecond)}/s`;
      const words =
        progress.from === 'cache' ? join('loading from cache', amount) : join(amount, rate, timeLeft(progress.secondsLeft));
      return { ...base, status: 'running', share, words };
    }
  }
}

function runningWords(run: RunState, { stage, done, total, secondsLeft, note }: StageState): string {
  if (stage === 'training') {
    const epochs = run.config?.epochs ?? 0;
    const epoch = Math.min((run.history.steps.at(-1)?.epoch ?? 0) + 1, Math.max(epochs, 1));
    const isWarmup = run.config?.way === 'fine-tune' && epoch <= run.config.headWarmupEpochs;
    return join(
      epochs > 0 ? `epoch ${formatCount(epoch)} of ${formatCount(epochs)}` : null,
      isWarmup ? 'head alone' : null,
      // Before there is a pace: what it waits for, such as kernels that are tested first.
      timeLeft(secondsLeft) ?? (run.phase === 'running' ? note : null),
    );
  }
  return join(total > 0 ? `${formatCount(done)} of ${formatCount(total)}` : null, note, timeLeft(secondsLeft));
}

function doneWords(run: RunState, { stage, total, note }: StageState): string {
  // What it said while it went, such as the picture that it was at, is over.
  if (stage === 'training')
    return run.history.epochs.length > 0 ? formatCounted(run.history.epochs.length, 'epoch') : formatCounted(total, 'step');
  if (note !== null) return note;
  return total > 0 ? formatCounted(total, 'picture') : '';
}

function viewStage(run: RunState, stage: StageState | undefined, name: StageName): StageView {
  const base = { stage: name, name: names[name] };
  if (stage === undefined || stage.status === 'waiting') {
    const isPartOfTraining = name === 'features' && run.phase !== 'idle' && run.config?.way === 'fine-tune';
    return { ...base, status: 'waiting', share: 0, words: isPartOfTraining ? 'while it trains' : '' };
  }
  if (stage.status === 'done') return { ...base, status: 'done', share: 1, words: doneWords(run, stage) };
  const share = stage.total > 0 ? stage.done / stage.total : null;
  if (run.phase === 'failed') return { ...base, status: 'failed', share: share ?? 0, words: 'failed' };
  if (run.phase === 'paused')
    return {
      ...base,
      status: 'running',
      share: share ?? 0,
      words: join('paused', runningWords(run, { ...stage, secondsLeft: null })),
    };
  return { ...base, status: 'running', share, words: runningWords(run, stage) };
}

/** Features between runs; null where the run's own are to be shown. */
function viewBackground(run: RunState, { phase, paused, progress }: BackgroundFeatures): StageView | null {
  const isActive = run.phase === 'running' || run.phase === 'stopping' || run.phase === 'paused';
  if (isActive || progress === null) return null;
  const { done, total, secondsLeft } = progress;
  const isMissing = done < total;
  // What the last run did stays to be read, unless there is something to do.
  if (run.stages.length > 0 && !(isMissing && (phase === 'extracting' || paused))) return null;
  const base = { stage: 'features', name: names.features } as const;
  if (!isMissing) return { ...base, status: 'done', share: 1, words: formatCounted(total, 'picture') };
  const share = done / total;
  const amount = `${formatCount(done)} of ${formatCount(total)}`;
  if (phase === 'extracting')
    return { ...base, status: 'running', share, words: join(amount, 'in the background', timeLeft(secondsLeft)) };
  if (paused) return { ...base, status: 'waiting', share, words: join(amount, 'paused') };
  return { ...base, status: 'waiting', share, words: done > 0 ? amount : '' };
}

/**
 * All four stages, in order: the weights as the page has them, the others as the run tells them; between runs the features as they
 * are extracted in the background.
 */
export function createStageViews(weights: WeightsState, run: RunState, background: BackgroundFeatures): StageView[] {
  return order.map((name) => {
    if (name === 'weights') return viewWeights(weights);
    const between = name === 'features' ? viewBackground(run, background) : null;
    const own = run.stages.find(({ stage }) => stage === name);
    return between ?? viewStage(run, own, name);
  });
}
