import { describe, expect, it } from 'vitest';
import { createInbox } from './inbox';

function setup(pauseMs = 0) {
  const frames: (() => void)[] = [];
  const delivered: (readonly number[])[] = [];
  let clock = 0;
  const inbox = createInbox<number>(
    { scheduleFrame: (callback) => frames.push(callback), now: () => clock },
    (items) => delivered.push(items),
    () => pauseMs,
  );
  return {
    inbox,
    delivered,
    frames,
    pass: (milliseconds: number) => {
      clock += milliseconds;
    },
    drawFrame: () => {
      for (const callback of frames.splice(0)) callback();
    },
  };
}

describe('an inbox', () => {
  it('delivers together what came within a frame', () => {
    const { inbox, delivered, drawFrame } = setup();
    inbox.push(1);
    inbox.push(2);
    expect(delivered).toEqual([]);
    drawFrame();
    expect(delivered).toEqual([[1, 2]]);
  });

  it('delivers in a hidden tab whose frame and timer never come, as soon as the worker tells more', () => {
    const { inbox, delivered, pass, frames } = setup();
    inbox.push(1);
    pass(999);
    inbox.push(2);
    expect(delivered).toEqual([]);
    pass(1);
    inbox.push(3);
    expect(delivered).toEqual([[1, 2, 3]]);
    // And no more often than once in a while: a thousand steps a second are told.
    inbox.push(4);
    expect(delivered).toHaveLength(1);
    // The frame is asked for once.
    expect(frames).toHaveLength(1);
  });

  it('keeps deliveries apart that cost much, also then', () => {
    const { inbox, delivered, pass } = setup(5000);
    inbox.push(1);
    pass(4000);
    inbox.push(2);
    expect(delivered).toEqual([]);
    pass(1000);
    inbox.push(3);
    expect(delivered).toEqual([[1, 2, 3]]);
  });
});
