import { describe, expect, it } from 'vitest';
import { createSmallRequest } from '../testing/small-run';
import { createRunPlan, orderOfEpoch } from './run-plan';

const request = createSmallRequest();

describe('createRunPlan', () => {
  it('refuses what cannot be trained, with a code for each', () => {
    const { samples } = request;
    expect(() =>
      createRunPlan({ ...request, classNames: ['cat'], samples: samples.filter(({ labelIndex }) => labelIndex === 0) }),
    ).toThrow(expect.objectContaining({ code: 'one-class' }));
    const oneDog = samples.filter(({ id, labelIndex, split }) => labelIndex === 0 || split !== 'train' || id === 'train-1');
    expect(() => createRunPlan({ ...request, samples: oneDog })).toThrow(
      expect.objectContaining({ code: 'class-too-small', message: expect.stringContaining('“dog” has 1') as string }),
    );
    expect(() => createRunPlan({ ...request, samples: samples.filter(({ split }) => split !== 'val') })).toThrow(
      expect.objectContaining({ code: 'no-validation-pictures' }),
    );
    expect(() => createRunPlan(createSmallRequest({ learningRate: -1 }))).toThrow(
      expect.objectContaining({ code: 'setting-invalid' }),
    );
    expect(() => createRunPlan(createSmallRequest({ way: 'fine-tune' }))).toThrow(
      expect.objectContaining({ code: 'way-not-available' }),
    );
    expect(() => createRunPlan({ ...request, samples: [...samples, { id: 'x', labelIndex: 2, split: 'train' }] })).toThrow(
      expect.objectContaining({ code: 'unexpected' }),
    );
  });
});

describe('orderOfEpoch', () => {
  it('holds every training sample once, in another order each epoch and the same for the same seed', () => {
    const plan = createRunPlan(request);
    const order = (epoch: number) => orderOfEpoch(plan, epoch).map(({ id }) => id);
    expect([...order(0)].sort()).toEqual(plan.samples.train.map(({ id }) => id).sort());
    expect(order(0)).not.toEqual(order(1));
    expect(orderOfEpoch(createRunPlan(createSmallRequest()), 1).map(({ id }) => id)).toEqual(order(1));
  });
});
