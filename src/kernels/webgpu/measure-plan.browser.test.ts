import { expect, it } from 'vitest';
import { defaultPlan, parseKernelPlan } from './kernel-plan';
import { browserClock, measurePlan } from './measure-plan';
import { createPipelines } from './pipelines';
import { openDevice } from './testing/gpu-bed';

it('measures on a device within its time, gives a plan that may be kept, and leaves nothing behind', async () => {
  const { device, features } = await openDevice();
  const errors: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const alive = new Set<GPUBuffer>();
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    alive.add(buffer);
    buffer.destroy = () => {
      alive.delete(buffer);
      destroy();
    };
    return buffer;
  };
  const subgroups = features.has('subgroups');
  const options = { device, subgroups, software: true, batch: 1, orFailure: <T>(promise: Promise<T>) => promise };
  const pipelines = createPipelines(device, { subgroups }, options.orFailure);

  // On a clock that stands still nothing is late: everything is tried.
  const patient = { now: browserClock.now, after: () => new Promise<void>(() => undefined) };
  const measured = await measurePlan({ ...options, pipelines, clock: patient, budgetMs: Infinity });
  console.info(
    `${measured.spentMs.toFixed(0)} ms: ${measured.costs.map(({ index, kernel, ms }) => `${index} ${kernel} ${ms.toFixed(0)} ms`).join(', ')}`,
  );
  expect(measured.complete).toBe(true);
  expect(measured.costs.length).toBeGreaterThan(3);
  for (const { ms } of measured.costs) expect(ms).toBeGreaterThan(0);
  expect(parseKernelPlan(JSON.parse(JSON.stringify(measured.plan)), features)).toEqual(measured.plan);
  expect(alive.size).toBe(0);

  const hurried = await measurePlan({ ...options, pipelines, budgetMs: 0 });
  expect(hurried).toMatchObject({ complete: false, costs: [], plan: defaultPlan(options) });
  expect(alive.size).toBe(0);
  await device.queue.onSubmittedWorkDone();
  expect(errors).toEqual([]);
  device.destroy();
});
