import { describe, expect, it } from 'vitest';
import { describeError } from '../../domain/errors';
import { createPreset } from '../../domain/presets';
import type { RunState, StageState, WeightsState } from '../../store/state';
import { createStageViews, type BackgroundFeatures } from './stage-views';

const ready: WeightsState = {
  phase: 'ready',
  progress: null,
  report: { from: 'cache', totalBytes: 29_429_376, seconds: 1, kept: true },
  error: null,
};

const nothing: BackgroundFeatures = { phase: 'idle', paused: false, progress: null };

function stage(name: StageState['stage'], change: Partial<StageState> = {}): StageState {
  return { stage: name, status: 'waiting', done: 0, total: 0, secondsLeft: null, note: null, ...change };
}

function createRun(change: Partial<RunState> = {}): RunState {
  return {
    phase: 'running',
    start: 'new',
    config: { ...createPreset('recommended', 0), epochs: 5 },
    samples: [],
    stages: [],
    history: { steps: [], epochs: [] },
    log: [],
    firstBatch: null,
    resumed: null,
    result: null,
    predictions: [],
    kept: null,
    interrupted: null,
    error: null,
    ...change,
  };
}

const step = { epoch: 2, step: 0, batchSize: 32, trainLoss: 1, trainAccuracy: 1, noteLoss: 1, noteAccuracy: 1 };

describe('the four stages', () => {
  it('say in fine-tuning that the head learns alone first, and that features come while it trains', () => {
    const stages = [stage('features'), stage('training', { status: 'running', done: 1, total: 50, secondsLeft: 4 })];
    const run = createRun({ stages, config: { ...createPreset('recommended', 0, 'fine-tune'), epochs: 5 } });
    const [, features, training] = createStageViews(ready, run, nothing);
    expect(features).toMatchObject({ status: 'waiting', words: 'while it trains' });
    expect(training?.words).toBe('epoch 1 of 5 · head alone · 4 s left');
    const [, , later] = createStageViews(ready, { ...run, history: { steps: [{ ...step, epoch: 1 }], epochs: [] } }, nothing);
    expect(later?.words).toBe('epoch 2 of 5 · 4 s left');
  });

  it('say what training waits for until it has a pace', () => {
    const note = 'Testing gradients on a drawing: 1 of 4';
    const waiting = createRun({
      phase: 'running',
      stages: [stage('training', { status: 'running', total: 50, note })],
      config: { ...createPreset('recommended', 0, 'fine-tune'), epochs: 5, headWarmupEpochs: 0 },
    });
    expect(createStageViews(ready, waiting, nothing)[2]?.words).toBe(`epoch 1 of 5 · ${note}`);
    expect(createStageViews(ready, { ...waiting, phase: 'paused' }, nothing)[2]?.words).toBe('paused · epoch 1 of 5');
    const going = [stage('training', { status: 'running', done: 1, total: 50, secondsLeft: 4, note })];
    expect(createStageViews(ready, { ...waiting, stages: going }, nothing)[2]?.words).toBe('epoch 1 of 5 · 4 s left');
  });

  it('leave what training said of its last picture behind when it is done', () => {
    const stages = [stage('training', { status: 'done', done: 50, total: 50, note: 'picture 2 of 2 of this batch' })];
    const [, , training] = createStageViews(ready, createRun({ phase: 'done', stages }), nothing);
    expect(training?.words).toBe('50 steps');
  });

  it('are all there before any run, the weights as the page has them', () => {
    const views = createStageViews(ready, createRun({ phase: 'idle' }), nothing);
    expect(views.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'Weights done',
      'Features waiting',
      'Training waiting',
      'Evaluation waiting',
    ]);
    expect(views[0]?.words).toBe('from cache');
  });

  it('tell the weights in bytes of bytes, rate and time left', () => {
    const progress = {
      from: 'network',
      receivedBytes: 12_300_000,
      totalBytes: 29_400_000,
      bytesPerSecond: 4_000_000,
      secondsLeft: 4.2,
    } as const;
    const [weights] = createStageViews({ phase: 'loading', progress, report: null, error: null }, createRun(), nothing);
    expect(weights).toMatchObject({ status: 'running', words: '12.3 of 29.4 MB · 4.0 MB/s · 5 s left' });
    expect(weights?.share).toBeCloseTo(12.3 / 29.4);
  });

  it('say that weights failed', () => {
    const [weights] = createStageViews(
      { phase: 'failed', progress: null, report: null, error: describeError('weights-offline') },
      createRun(),
      nothing,
    );
    expect(weights).toMatchObject({ status: 'failed', words: 'failed' });
  });

  it('count pictures and epochs, with the time left', () => {
    const stages = [
      stage('features', { status: 'done', done: 500, total: 500, note: '500 in 11 s' }),
      stage('training', { status: 'running', done: 28, total: 50, secondsLeft: 4 }),
    ];
    const [, features, training] = createStageViews(
      ready,
      createRun({ stages, history: { steps: [step], epochs: [] } }),
      nothing,
    );
    expect(features).toMatchObject({ share: 1, words: '500 in 11 s' });
    expect(training).toMatchObject({ share: 0.56, words: 'epoch 3 of 5 · 4 s left' });
    const [, running] = createStageViews(
      ready,
      createRun({ stages: [stage('features', { status: 'running', done: 1200, total: 4800, secondsLeft: 130 })] }),
      nothing,
    );
    expect(running?.words).toBe('1,200 of 4,800 · 3 min left');
  });

  it('keep their place when paused and say so, without a time', () => {
    const stages = [stage('training', { status: 'running', done: 28, total: 50, secondsLeft: 4 })];
    const [, , training] = createStageViews(
      ready,
      createRun({ phase: 'paused', stages, history: { steps: [step], epochs: [] } }),
      nothing,
    );
    expect(training).toMatchObject({ share: 0.56, words: 'paused · epoch 3 of 5' });
  });

  it('tell the features that are extracted in the background before a run', () => {
    const idle = createRun({ phase: 'idle' });
    const progress = { done: 212, total: 500, secondsLeft: 20 };
    const view = (background: Partial<BackgroundFeatures>, run = idle) =>
      createStageViews(ready, run, { ...nothing, progress, ...background })[1];
    expect(view({ phase: 'extracting' })).toMatchObject({
      status: 'running',
      share: 0.424,
      words: '212 of 500 · in the background · 20 s left',
    });
    expect(view({ paused: true })).toMatchObject({ status: 'waiting', share: 0.424, words: '212 of 500 · paused' });
    expect(view({})).toMatchObject({ status: 'waiting', words: '212 of 500' });
    expect(view({ progress: { done: 500, total: 500, secondsLeft: 0 } })).toMatchObject({
      status: 'done',
      words: '500 pictures',
    });
  });

  it('tell a run’s own features while it goes, and after it unless more are extracted', () => {
    const stages = [stage('features', { status: 'done', done: 500, total: 500, note: '500 in 11 s' })];
    const background = { ...nothing, phase: 'extracting', progress: { done: 500, total: 510, secondsLeft: 2 } } as const;
    const words = (run: RunState, features: BackgroundFeatures) => createStageViews(ready, run, features)[1]?.words;
    expect(words(createRun({ phase: 'running', stages }), background)).toBe('500 in 11 s');
    expect(words(createRun({ phase: 'done', stages }), background)).toBe('500 of 510 · in the background · 2 s left');
    expect(words(createRun({ phase: 'done', stages }), nothing)).toBe('500 in 11 s');
  });
});
