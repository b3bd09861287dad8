import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetChoices, keepDeviceChoice, keepThreadsChoice, readDeviceChoice, readThreadsChoice } from './kept-choice';

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
    kept.set('headstart:theme', 'dark');
    expect([readDeviceChoice(), readThreadsChoice(8)]).toEqual(['cpu', 3]);
    forgetChoices();
    expect([readDeviceChoice(), readThreadsChoice(8), kept.size]).toEqual(['auto', null, 0]);
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
