import { expect, test } from 'vitest';
import { formatEpochLine, formatStepLine } from './note-log';

test('a minibatch line is the note’s, with the running accuracy and the sum of batch means over samples', () => {
  const line = formatStepLine({
    epoch: 0,
    step: 5,
    batchSize: 32,
    trainLoss: 11.7,
    trainAccuracy: 0.5,
    noteLoss: 0.36632664998372394,
    noteAccuracy: 0.71875,
  });
  expect(line).toBe('Epoch 0, minibatch 5: train acc = 0.71875, train loss = 0.36632664998372394');
});

test('an epoch line is the note’s, with the validation accuracy and the note’s validation loss', () => {
  const line = formatEpochLine({
    epoch: 0,
    trainLoss: 1,
    trainAccuracy: 0.9,
    valLoss: 0.07,
    valAccuracy: 898 / 900,
    noteValLoss: 0.002446426020728217,
    seconds: 3,
  });
  expect(line).toBe('Epoch 0 done, validation acc = 0.9977777777777778, validation loss = 0.002446426020728217');
});

test('whole and tiny values are written as Python writes floats', () => {
  const line = formatStepLine({
    epoch: 2,
    step: 0,
    batchSize: 32,
    trainLoss: 0.00032,
    trainAccuracy: 1,
    noteLoss: 0.00001,
    noteAccuracy: 1,
  });
  expect(line).toBe('Epoch 2, minibatch 0: train acc = 1.0, train loss = 1e-05');
});
