import { describe, expect, it } from 'vitest';
import { keptEpoch, type RunRecord } from '../../domain/history';
import { createPreset } from '../../domain/presets';
import { chosenWords, describeRun, formatAccuracy, formatRunResult } from './run-result-words';

const epoch = (index: number, valAccuracy: number) => ({
  epoch: index,
  trainLoss: 1,
  trainAccuracy: 1,
  valLoss: 1,
  valAccuracy,
  noteValLoss: 1,
  seconds: 1,
});

const run: RunRecord = {
  id: 'r',
  number: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  config: createPreset('recommended', 0, 'fine-tune'),
  classNames: ['cat', 'dog'],
  counts: { train: 2, val: 2, test: 2 },
  device: 'cpu',
  adapter: null,
  threads: 1,
  computePlan: 'plan',
  history: { steps: [], epochs: [epoch(0, 0.5), epoch(1, 0.996), epoch(2, 0.75)] },
  log: [],
  seconds: { weights: 0, features: 0, train: 0, total: 0 },
  stoppedEarly: false,
  testAccuracy: null,
  chosenBy: 'validation',
  bestEpoch: 1,
  weightsHash: null,
};

describe('what a run came to', () => {
  it('says so where validation chose the epoch, and takes that epoch’s accuracy', () => {
    expect(formatRunResult(run)).toBe('Accuracy on validation 0.99 (best epoch, 2, chosen by validation).');
    expect(keptEpoch(run)?.epoch).toBe(1);
  });

  it('has the test pictures first where there are some', () => {
    expect(formatRunResult({ ...run, testAccuracy: 0.9 })).toBe(
      'Accuracy on the test pictures 0.90; accuracy on validation 0.99 (best epoch, 2, chosen by validation).',
    );
  });

  it('is the last epoch’s where nothing was chosen, and nothing before one ended', () => {
    const plain = { ...run, chosenBy: null, bestEpoch: null };
    expect(formatRunResult(plain)).toBe('Accuracy on validation 0.75.');
    expect(chosenWords(plain)).toBeNull();
    expect(formatRunResult({ ...plain, history: { steps: [], epochs: [] } })).toBeNull();
  });

  it('is said of a file that no history came with, and of a run that went on from another', () => {
    const nothing = { steps: [], epochs: [] };
    const imported = { fileName: 'vgg.pth', format: 'pytorch', trainedBy: 'pytorch', at: run.startedAt } as const;
    expect(describeRun({ ...run, history: nothing, bestEpoch: null, imported })).toBe(
      'Brought in from vgg.pth, trained by PyTorch; not measured here yet.',
    );
    const continues = { runId: 'q', number: 3, fingerprint: 'f' };
    expect(describeRun({ ...run, chosenBy: null, bestEpoch: null, continues })).toBe(
      'Continues run 3. Accuracy on validation 0.75.',
    );
    expect(describeRun({ ...run, history: nothing, bestEpoch: null })).toBeNull();
  });

  it('never rounds up to certainty', () => {
    expect([0.999, 1, 0.29, 0.57].map(formatAccuracy)).toEqual(['0.99', '1.00', '0.29', '0.57']);
  });
});
