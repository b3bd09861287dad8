import type { EpochRecord, StepRecord } from './history';
import { pythonFloat } from './python-float';

/** A line of the log as the note prints it: `Epoch 0, minibatch 5: train acc = 0.71875, train loss = 0.36632664998372394`. */
export function formatStepLine(record: StepRecord): string {
  const { epoch, step, noteAccuracy, noteLoss } = record;
  return `Epoch ${String(epoch)}, minibatch ${String(step)}: train acc = ${pythonFloat(noteAccuracy)}, train loss = ${pythonFloat(noteLoss)}`;
}

/** The line after an epoch as the note prints it: `Epoch 0 done, validation acc = 0.9977777777777778, validation loss = 0.002446426020728217`. */
export function formatEpochLine(record: EpochRecord): string {
  const { epoch, valAccuracy, noteValLoss } = record;
  return `Epoch ${String(epoch)} done, validation acc = ${pythonFloat(valAccuracy)}, validation loss = ${pythonFloat(noteValLoss)}`;
}

/** Not the note's: it keeps the last epoch. The accuracy of an epoch that validation chose says so. */
export function formatKeptLine({ epoch, valAccuracy }: EpochRecord): string {
  return `Epoch ${String(epoch)} kept, chosen by validation: validation acc = ${pythonFloat(valAccuracy)}`;
}

/** Not the note's: it has no test pictures. */
export function formatTestLine(testAccuracy: number): string {
  return `Test acc = ${pythonFloat(testAccuracy)}`;
}
