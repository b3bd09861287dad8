import { runConfigProblems, type RunConfig } from '../../domain/run-config';

/** Settings that are typed as numbers. */
export type NumberSetting =
  | 'epochs'
  | 'learningRate'
  | 'batchSize'
  | 'weightDecay'
  | 'momentum'
  | 'featureNorm'
  | 'seed'
  | 'valFraction'
  | 'limitPerClass'
  | 'logEvery'
  | 'backboneLearningRate'
  | 'headWarmupEpochs'
  | 'gradientClip'
  | 'accumulate'
  | 'earlyStopping'
  | 'labelSmoothing';

/** An empty field stands for "all pictures", "no limit" or "run all" here and nowhere else. */
function emptyMeansNull(field: NumberSetting): boolean {
  return field === 'limitPerClass' || field === 'gradientClip' || field === 'earlyStopping';
}

/** The typed text as a value: `1e-3` is 0.001. NaN when it is not a number. */
export function parseSetting(field: NumberSetting, text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '' && emptyMeansNull(field)) return null;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : Number.NaN;
}

/** A value as it is typed. */
export function writeSetting(value: number | null): string {
  return value === null ? '' : String(value);
}

/** What is wrong with a typed text, as a sentence; null when it can be taken over. */
export function findSettingProblem(config: RunConfig, field: NumberSetting, text: string): string | null {
  const candidate = { ...config, [field]: parseSetting(field, text) };
  return runConfigProblems(candidate).find((problem) => problem.field === field)?.message ?? null;
}
