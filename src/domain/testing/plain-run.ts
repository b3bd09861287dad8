import { emptyHistory, type RunRecord } from '../history';
import { createPreset } from '../presets';

/** A run of which nothing special is to be told; tests say what of it matters to them. */
export const plainRun: RunRecord = {
  id: 'run',
  number: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  config: createPreset('recommended', 0),
  classNames: ['cat', 'dog'],
  counts: { train: 2, val: 1, test: 0 },
  device: 'cpu',
  adapter: null,
  threads: 1,
  computePlan: 'plan',
  history: emptyHistory,
  log: [],
  seconds: { weights: 0, features: 0, train: 0, total: 0 },
  stoppedEarly: false,
  testAccuracy: null,
  chosenBy: null,
  bestEpoch: null,
  weightsHash: null,
};
