import { expect, it } from 'vitest';
import { defaultPlan, describePlan, type LayerPlan } from './kernel-plan';
import { choosePlan, planKey, type MeasureClock } from './measure-plan';

/** A clock that only moves when it is told to; what waits for a time is woken then. */
function createClock(): MeasureClock & { pass(ms: number): void } {
  let now = 0;
  const waiting: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    after: (ms) =>
      new Promise((wake) => {
        waiting.push({ at: now + ms, wake });
      }),
    pass: (ms) => {
      now += ms;
      for (const one of waiting) if (one.at <= now) one.wake();
    },
  };
}

const software = { subgroups: true, software: true, batch: 1 };

function nameOf(layer: LayerPlan): string {
  return layer.kernel === 'direct' ? 'direct' : layer.multiply;
}

it('takes what is clearly faster, layer by layer, and the default where nothing is', async () => {
  const clock = createClock();
  const cost = (layer: LayerPlan, at: number) => {
    clock.pass(5);
    return Promise.resolve(nameOf(layer) === 'quad4' ? (at >= 10 ? 50 : 95) : 100);
  };
  const first = await choosePlan(software, cost, clock);
  expect(describePlan(first.plan)).toBe('headstart-webgpu winograd4 float32 directx1 quad8x9 quad4x3');
  expect(first).toMatchObject({ complete: true, spentMs: first.costs.length * 5 });
  expect(await choosePlan(software, cost, createClock())).toMatchObject({ plan: first.plan, costs: first.costs });
  expect(parseInt(String(first.costs[0]?.index), 10)).toBe(24); // of the last layer's shape
});

it('tries the direct kernel where a layer is thin, on graphics cards only', async () => {
  const cost = (layer: LayerPlan) => Promise.resolve(nameOf(layer) === 'direct' ? 1 : 100);
  const onCard = await choosePlan({ subgroups: false, software: false }, cost, createClock());
  expect(describePlan(onCard.plan)).toBe('headstart-webgpu winograd4 float32 directx3 sharedx10');
  const emulated = await choosePlan(software, cost, createClock());
  expect(emulated.plan).toEqual(defaultPlan(software));
});

it('ends when the time is up, keeps what it has found, and leaves the rest as it was', async () => {
  const clock = createClock();
  const tried: string[] = [];
  const cost = (layer: LayerPlan, at: number) => {
    tried.push(`${nameOf(layer)} ${at}`);
    clock.pass(900);
    return Promise.resolve(nameOf(layer) === 'quad4' ? 10 : 100);
  };
  const measured = await choosePlan(software, cost, clock, 2000);
  expect(tried).toHaveLength(3);
  expect(measured.complete).toBe(false);
  expect(describePlan(measured.plan)).toBe('headstart-webgpu winograd4 float32 directx1 quad8x9 quad4x3');
});

it('does not wait for a measurement that hangs', async () => {
  const clock = createClock();
  const pending = choosePlan(
    software,
    () => {
      clock.pass(2000);
      return new Promise<number>(() => undefined);
    },
    clock,
    2000,
  );
  expect(await pending).toEqual({ plan: defaultPlan(software), complete: false, spentMs: 2000, costs: [] });
});

it('a plan is kept for one adapter and driver', () => {
  const info = { vendor: 'intel', architecture: 'xe', device: '', description: 'a|b' };
  expect(planKey(info)).toBe('1|intel|xe||a%7Cb');
  expect(planKey({ ...info, description: 'driver 2' })).not.toBe(planKey(info));
});
