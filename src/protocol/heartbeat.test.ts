import { describe, expect, it } from 'vitest';
import { startHeartbeat } from './heartbeat';

function setup(beat: () => Promise<void>) {
  let tick: (() => void) | null = null;
  let clock = 0;
  let deaths = 0;
  const stop = startHeartbeat({
    beat,
    intervalMs: 5_000,
    missesAllowed: 3,
    onDead: () => {
      deaths += 1;
    },
    every: (_milliseconds, callback) => {
      tick = callback;
      return () => {
        tick = null;
      };
    },
    now: () => clock,
  });
  return {
    stop,
    /** The next interval ends, after so many milliseconds. */
    tick: async (milliseconds = 5_000) => {
      clock += milliseconds;
      tick?.();
      await Promise.resolve();
      await Promise.resolve();
    },
    running: () => tick !== null,
    deaths: () => deaths,
  };
}

describe('the heartbeat', () => {
  it('leaves a worker alone that answers', async () => {
    const heart = setup(() => Promise.resolve());
    for (let i = 0; i < 10; i += 1) await heart.tick();
    expect(heart.deaths()).toBe(0);
    heart.stop();
    expect(heart.running()).toBe(false);
  });

  it('declares a silent worker dead after three missed intervals, once', async () => {
    const heart = setup(() => new Promise(() => undefined));
    await heart.tick();
    await heart.tick();
    expect(heart.deaths()).toBe(0);
    await heart.tick();
    await heart.tick();
    expect(heart.deaths()).toBe(1);
    expect(heart.running()).toBe(false);
  });

  it('does not take a night’s sleep for silence, although both slept with a question open', async () => {
    let answer = (): void => undefined;
    const heart = setup(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await heart.tick();
    await heart.tick();
    // Two misses and the lid is closed; the third would be the last.
    await heart.tick(9 * 3_600_000);
    expect(heart.deaths()).toBe(0);
    answer();
    await Promise.resolve();
    for (let night = 0; night < 5; night += 1) {
      await heart.tick();
      await heart.tick(9 * 3_600_000);
      answer();
      await Promise.resolve();
    }
    expect(heart.deaths()).toBe(0);
  });

  it('still notices a dead worker in a hidden tab, whose timers come once a minute', async () => {
    const heart = setup(() => new Promise(() => undefined));
    for (let minute = 0; minute < 3; minute += 1) await heart.tick(60_000);
    expect(heart.deaths()).toBe(0);
    await heart.tick(60_000);
    expect(heart.deaths()).toBe(1);
  });

  it('forgives a late answer, as after a sleep', async () => {
    let answer = (): void => undefined;
    const heart = setup(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    await heart.tick();
    await heart.tick();
    answer();
    await Promise.resolve();
    await heart.tick();
    for (let i = 0; i < 5; i += 1) {
      answer();
      await Promise.resolve();
      await heart.tick();
    }
    expect(heart.deaths()).toBe(0);
  });
});
