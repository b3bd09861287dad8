import { expect, it } from 'vitest';
import { convSteps } from '../wasm/network';
import { defaultPlan, leanPlan } from './kernel-plan';
import { activationBytes, allowedBatch, memoryPlan, outSide, picturesAtOnce, scratchBytes, singleSteps } from './memory-plan';

const plan = defaultPlan({ subgroups: true, software: false });
const smallest = { maxBufferSize: 268_435_456, maxStorageBufferBindingSize: 134_217_728 };

it('the default batch fits the limits that every adapter has, with 235 MB of filters', () => {
  expect(allowedBatch(plan, smallest)).toBe(plan.batch);
  const memory = memoryPlan(plan, 0);
  expect(memory.largest).toBeLessThan(smallest.maxStorageBufferBindingSize);
  // 4 x the kernels' 14,710,464 float32 less the first layer, and 4,224 biases.
  expect(memory.filters).toBe(4 * 4 * (14_710_464 - 1728) + (1728 + 64) * 4 + 4224 * 4);
  expect(memory.total).toBe(memory.filters + memory.scratch + memory.activations + memory.staging);
  expect(memoryPlan(leanPlan(plan), 0).total).toBeLessThan(100e6);
});

it('the batch is halved until its buffers are allowed, and is 0 when not even one picture’s are', () => {
  expect(allowedBatch({ ...plan, batch: 100 }, smallest)).toBe(25);
  expect(allowedBatch(plan, { ...smallest, maxStorageBufferBindingSize: 37_748_736 })).toBe(8);
  expect(allowedBatch(plan, { ...smallest, maxStorageBufferBindingSize: 37_748_735 })).toBe(0);
  expect(allowedBatch(leanPlan(plan), { ...smallest, maxStorageBufferBindingSize: 37_748_735 })).toBe(1);
});

it('V and M never need more than the scratch, and deeper layers take more pictures at once', () => {
  const at = convSteps.map((_, step) => (step < singleSteps ? 1 : picturesAtOnce(plan, step, 8)));
  expect(at).toEqual([1, 1, 1, 1, 3, 3, 3, 7, 7, 7, 8, 8, 8]);
  expect(scratchBytes(plan)).toEqual({ v: 36 * 64 * 3136 * 4, m: 36 * 64 * 3136 * 4 });
});

it('each step writes what it does not read, in buffers large enough', () => {
  const { single, all } = activationBytes();
  convSteps.forEach((step, at) => {
    const bytes = (step.pool ? step.size / 2 : step.size) ** 2 * step.outChannels * 4;
    const pair = at < singleSteps - 1 ? single : all;
    expect(pair[outSide(at)]).toBeGreaterThanOrEqual(bytes);
    if (at > 0 && at !== singleSteps - 1) expect(outSide(at)).not.toBe(outSide(at - 1));
  });
});
