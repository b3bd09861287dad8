import { describe, expect, it } from 'vitest';
import { describeError } from '../../domain/errors';
import { createPreset } from '../../domain/presets';
import type { RunState, StageState, WeightsState } from '../../store/state';
import { createStageViews } from './stage-views';

const ready: WeightsState = {
  phase: 'ready',
  progress: null,
  report: { from: 'cache', totalBytes: 29_429_376, seconds: 1, kept: true },
  error: null,
};

function stage(name: StageState['stage'], change: Partial<StageState> = {}): StageState {
  return { stage: name, status: 'waiting', done: 0, total: 0, secondsLeft: null, note: null, ...change };
}

function createRun(change: Partial<RunState> = {}): RunState {
  return {
    phase: 'running',
    config: { ...createPreset('recommended', 0), epochs: 5 },
    stages: [],
    history: { steps: [], epochs: [] },
    log: [],
    firstBatch: null,
    result: null,
    predictions: [],
    error: null,
    ...change,
  };
}

const step = { epoch: 2, step: 0, batchSize: 32, trainLoss: 1, trainAccuracy: 1, noteLoss: 1, noteAccuracy: 1 };

describe('the four stages', () => {
  it('are all there before any run, the weights as the page has them', () => {
    const views = createStageViews(ready, createRun({ phase: 'idle' }));
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
    const [weights] = createStageViews({ phase: 'loading', progress, report: null, error: null }, createRun());
    expect(weights).toMatchObject({ status: 'running', words: '12.3 of 29.4 MB · 4.0 MB/s · 5 s left' });
    expect(weights?.share).toBeCloseTo(12.3 / 29.4);
  });

  it('say that weights failed', () => {
    const [weights] = createStageViews(
      { phase: 'failed', progress: null, report: null, error: describeError('weights-offline') },
      createRun(),
    );
    expect(weights).toMatchObject({ status: 'failed', words: 'failed' });
  });

  it('count pictures and epochs, with the time left', () => {
    const stages = [
      stage('features', { status: 'done', done: 500, total: 500, note: '500 in 11 s' }),
      stage('training', { status: 'running', done: 28, total: 50, secondsLeft: 4 }),
    ];
    const [, features, training] = createStageViews(ready, createRun({ stages, history: { steps: [step], epochs: [] } }));
    expect(features).toMatchObject({ share: 1, words: '500 in 11 s' });
    expect(training).toMatchObject({ share: 0.56, words: 'epoch 3 of 5 · 4 s left' });
    const [, running] = createStageViews(
      ready,
      createRun({ stages: [stage('features', { status: 'running', done: 1200, total: 4800, secondsLeft: 130 })] }),
    );
    expect(running?.words).toBe('1,200 of 4,800 · 3 min left');
  });

  it('keep their place when paused and say so, without a time', () => {
    const stages = [stage('training', { status: 'running', done: 28, total: 50, secondsLeft: 4 })];
    const [, , training] = createStageViews(
      ready,
      createRun({ phase: 'paused', stages, history: { steps: [step], epochs: [] } }),
    );
    expect(training).toMatchObject({ share: 0.56, words: 'paused · epoch 3 of 5' });
  });
});
