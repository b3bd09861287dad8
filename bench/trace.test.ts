import { expect, test } from 'vitest';
import { findLongestTask, type TraceEvent } from './trace';

const main = { pid: 7, tid: 1 };
const named: TraceEvent = { name: 'thread_name', ph: 'M', ...main, ts: 0, args: { name: 'CrRendererMain' } };
const task = (dur: number, place = main, ts = 10): TraceEvent => ({
  name: 'ThreadControllerImpl::RunTask',
  ph: 'X',
  ...place,
  ts,
  dur,
  tdur: dur / 2,
});

test('finds the longest task of the page’s main thread and leaves other threads out', () => {
  const worker = { pid: 7, tid: 2 };
  expect(findLongestTask([named, task(20_000), task(61_000), task(900_000, worker)])).toEqual({ wall: 61, cpu: 30.5, over50: 1 });
});

test('refuses a trace in which nothing was measured', () => {
  expect(() => findLongestTask([named])).toThrow('no task');
});
