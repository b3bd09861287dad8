import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  forgetChoices,
  keepDeviceChoice,
  keepFeatureBudget,
  keepThreadsChoice,
  readDeviceChoice,
  readFeatureBudget,
  readThreadsChoice,
} from './kept-choice';

function useStorage(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  return kept;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('what was chosen', () => {
  let kept: Map<string, string>;
  beforeEach(() => {
    kept = useStorage();
  });

  it('is there on the next visit, until it is forgotten', () => {
    keepDeviceChoice('cpu');
    keepThreadsChoice(3);
    keepFeatureBudget(5e8);
    kept.set('headstart:theme', 'dark');
    expect([readDeviceChoice(), readThreadsChoice(8), readFeatureBudget()]).toEqual(['cpu', 3, 5e8]);
    forgetChoices();
    expect([readDeviceChoice(), readThreadsChoice(8), readFeatureBudget(), kept.size]).toEqual(['auto', null, null, 0]);
  });

  it('of room for features may be none at all, and what is no number of bytes counts as not chosen', () => {
    keepFeatureBudget(0);
    expect(readFeatureBudget()).toBe(0);
    for (const text of ['', 'much', '-1', '1.5', 'Infinity', '1e30']) {
      kept.set('headstart:features', text);
      expect(readFeatureBudget(), text).toBeNull();
    }
  });

  it('of threads is at most what there are now, and automatic is kept as nothing', () => {
    keepThreadsChoice(12);
    expect(readThreadsChoice(4)).toBe(4);
    keepThreadsChoice(null);
    expect([readThreadsChoice(4), kept.size]).toEqual([null, 0]);
  });

  it.each(['many', '', '0', '-2', '2.5', 'Infinity'])('counts as not chosen where “%s” was written in its place', (text) => {
    kept.set('headstart:threads', text);
    kept.set('headstart:device', text);
    expect([readDeviceChoice(), readThreadsChoice(8)]).toEqual(['auto', null]);
  });
});

it('where storage is refused everything is as if nothing was kept', () => {
  vi.stubGlobal(
    'localStorage',
    new Proxy(
      {},
      {
        get: () => {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      },
    ),
  );
  keepDeviceChoice('cpu');
  keepThreadsChoice(2);
  forgetChoices();
  expect([readDeviceChoice(), readThreadsChoice(8)]).toEqual(['auto', null]);
});
