import { describe, expect, it } from 'vitest';
import { createSmallRequest } from '../testing/small-run';
import type { RunConfig } from '../../domain/run-config';
import { createRunPlan, orderOfEpoch, updateAt } from './run-plan';

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

describe('updateAt', () => {
  const planOf = (change: Partial<RunConfig>) => createRunPlan(createSmallRequest({ learningRate: 0.1, ...change }));

  it('keeps a constant rate constant, and gives a cosine PyTorch’s values, once an update', () => {
    expect(updateAt(planOf({}), 1, 2)).toMatchObject({ headRate: 0.1, clip: null });
    // 3 steps an epoch, two epochs: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6)
    const plan = planOf({ schedule: 'cosine', backboneLearningRate: 0.01 });
    const wanted = [0.1, 0.09330127018922195, 0.07500000000000001, 0.05, 0.025000000000000005, 0.006698729810778066];
    wanted.forEach((rate, update) => {
      const { headRate, backboneRate } = updateAt(plan, Math.floor(update / 3), update % 3);
      expect(headRate).toBeCloseTo(rate, 12);
      expect(backboneRate).toBeCloseTo(rate / 10, 12);
    });
  });

  it('counts updates, not batches, where gradients are accumulated', () => {
    const plan = planOf({ schedule: 'cosine', accumulate: 2 });
    expect(updateAt(plan, 0, 2).headRate).toBeCloseTo((0.1 * (1 + Math.cos(Math.PI / 4))) / 2, 12);
    expect(updateAt(plan, 1, 0).headRate).toBeCloseTo(0.05, 12);
  });
});
