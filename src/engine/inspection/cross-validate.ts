import { HeadstartError } from '../../domain/errors';
import { stratifiedFolds } from '../../domain/evaluation/folds';
import type { CrossValidation, FoldPrediction, InspectionProgress } from '../../domain/evaluation/inspection';
import type { RunEvent } from '../../domain/events';
import { validateRunConfig, type RunConfig } from '../../domain/run-config';
import type { RunRequest, RunSample } from '../../protocol/engine-api';
import type { RunPlan } from '../training/run-plan';
import { goOn } from '../training/run-session';
import { createRunState } from '../training/run-state';
import type { SessionParts } from '../training/session-parts';

/** One class in a fold leaves at least one picture of it to learn from. */
const fewestOfClass = 2;

/**
 * The settings of a fold's run: the head over features of unchanged pictures, for all epochs. Validation would choose an epoch by the very
 * pictures that the fold is measured on.
 */
function configOf(config: RunConfig): RunConfig {
  return validateRunConfig({ ...config, way: 'features', earlyStopping: null });
}

/**
 * Plans of the folds, each with the others' pictures to learn from and its own as `test`; empty folds are left out.
 * Throws `folds-not-offered`, `one-class` or `class-too-small`.
 */
export function createFoldPlans({ number, config, classNames, samples }: RunRequest, folds: number): RunPlan[] {
  if (config.way === 'fine-tune') throw new HeadstartError('folds-not-offered');
  if (classNames.length < 2) throw new HeadstartError('one-class', { className: classNames[0] ?? '' });
  const known = samples.filter(({ split }) => split !== 'test');
  classNames.forEach((className, classIndex) => {
    const count = known.filter(({ labelIndex }) => labelIndex === classIndex).length;
    if (count < fewestOfClass) throw new HeadstartError('class-too-small', { className, count });
  });
  const checked = configOf(config);
  const foldOf = stratifiedFolds(known, folds, config.seed);
  return Array.from({ length: folds }, (_, fold) => {
    const part = (isOwn: boolean): RunSample[] => known.filter((_sample, at) => (foldOf[at] === fold) === isOwn);
    const train = part(false);
    return {
      number,
      config: checked,
      classNames,
      samples: { train, val: [], test: part(true) },
      stepsPerEpoch: Math.ceil(train.length / checked.batchSize),
    };
  }).filter((plan) => plan.samples.test.length > 0);
}

/**
 * Trains a head for each fold by the same loop as a run and predicts the fold's pictures with it. Features are extracted once, those held
 * are used again. Rejects with what `createFoldPlans` throws, `cancelled`, `picture-gone`, `not-finite` or a failure of the device.
 */
export async function crossValidate(
  request: RunRequest,
  folds: number,
  onProgress: (progress: InspectionProgress) => void,
  parts: Omit<SessionParts, 'onEvent' | 'training' | 'keeper'>,
): Promise<CrossValidation> {
  const plans = createFoldPlans(request, folds);
  const { now } = parts;
  const started = now();
  const total = plans.reduce((sum, { config, stepsPerEpoch }) => sum + config.epochs * stepsPerEpoch, 0);
  let done = 0;
  let trainingFrom: number | null = null;
  const onEvent = (event: RunEvent) => {
    if (event.kind === 'stage' && event.stage === 'features' && trainingFrom === null)
      onProgress({ stage: 'features', done: event.done, total: event.total, secondsLeft: event.secondsLeft });
    if (event.kind === 'stage' && event.stage === 'training') trainingFrom ??= now();
    if (event.kind !== 'step' || trainingFrom === null) return;
    done += 1;
    const secondsLeft = ((now() - trainingFrom) / 1000 / done) * (total - done);
    onProgress({ stage: 'training', done, total, secondsLeft });
  };
  const predictions: FoldPrediction[] = [];
  for (const [fold, plan] of plans.entries()) {
    const predicted = await goOn(createRunState(plan, ''), { ...parts, training: null, keeper: null, onEvent }, false);
    if (predicted === null) throw new HeadstartError('cancelled');
    predictions.push(...predicted.map((prediction) => ({ ...prediction, fold })));
  }
  return { folds: plans.length, predictions, seconds: (now() - started) / 1000 };
}
