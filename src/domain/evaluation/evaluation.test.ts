import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../metrics';
import { evaluatePredictions, orderPredictions } from './evaluation';

const judge = (labelIndex: number, ...probabilities: readonly number[]) => ({
  labelIndex,
  classIndex: probabilities.indexOf(Math.max(...probabilities)),
  probabilities,
  loss: -Math.log(probabilities[labelIndex] ?? NaN),
});

describe('an evaluation', () => {
  const predictions = [judge(0, 0.9, 0.1), judge(0, 0.4, 0.6), judge(1, 0.2, 0.8), judge(1, 0.45, 0.55)];

  it('puts together what its parts say', () => {
    const { count, right, accuracy, interval, loss, matrix, curves, calibrationError } = evaluatePredictions(predictions, 2);
    expect({ count, right, accuracy }).toEqual({ count: 4, right: 3, accuracy: 0.75 });
    expect(interval).toEqual(wilsonInterval(3, 4));
    expect(loss).toBeCloseTo(-Math.log(0.9 * 0.4 * 0.8 * 0.55) / 4, 12);
    expect(matrix).toEqual([
      [1, 1],
      [0, 2],
    ]);
    // Of the four pairs of a dog and a cat, the dog at 0.55 lies below the cat at 0.6.
    expect(curves?.areaUnderRoc).toBe(0.75);
    // Bins (0.5, 0.6]: 0.6 wrong and 0.55 right; (0.7, 0.8] right; (0.8, 0.9] right.
    expect(calibrationError).toBeCloseTo((2 * 0.075 + 0.2 + 0.1) / 4, 12);
  });

  it('has threshold curves of two classes only', () => {
    expect(evaluatePredictions([judge(2, 0.2, 0.3, 0.5)], 3).curves).toBeNull();
  });

  it('of nothing says so', () => {
    expect(evaluatePredictions([], 2)).toMatchObject({ count: 0, accuracy: NaN, loss: NaN, interval: { low: 0, high: 1 } });
  });

  it('leaves out of its curves what is no number, and counts it all the same', () => {
    const broken = { labelIndex: 0, classIndex: 0, probabilities: [NaN, NaN], loss: NaN };
    const { count, bins } = evaluatePredictions([...predictions, broken], 2);
    expect(count).toBe(5);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(4);
  });
});

describe('the pictures in order', () => {
  const [sure, wrong, right, unsure] = [judge(0, 0.9, 0.1), judge(0, 0.3, 0.7), judge(1, 0.2, 0.8), judge(1, 0.45, 0.55)];
  const all = [sure, wrong, right, unsure];

  it('have the most wrong, the least sure or the surest first', () => {
    expect(orderPredictions(all, 'most-wrong')).toEqual([wrong, unsure, right, sure]);
    expect(orderPredictions(all, 'least-sure')).toEqual([unsure, wrong, right, sure]);
    expect(orderPredictions(all, 'surest')).toEqual([sure, right, wrong, unsure]);
  });

  it('show what is no number before all', () => {
    const broken = { labelIndex: 0, classIndex: 0, probabilities: [NaN, NaN], loss: NaN };
    for (const order of ['most-wrong', 'least-sure', 'surest'] as const)
      expect(orderPredictions([...all, broken], order)[0]).toBe(broken);
  });
});
