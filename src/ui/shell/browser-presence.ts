import type { PresenceEnvironment } from './presence';

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** The browser's own. Only while it is wanted does a listener stand in the way of leaving: one alone costs the page its fast way back. */
export function createPresenceEnvironment(): PresenceEnvironment {
  // Absent on plain http and in older browsers, whatever the types say.
  const offered: Partial<Pick<Navigator, 'wakeLock'>> = navigator;
  const { wakeLock } = offered;
  return {
    isHidden: () => document.visibilityState === 'hidden',
    onVisibilityChange: (listener) => {
      document.addEventListener('visibilitychange', listener);
    },
    holdScreen:
      wakeLock === undefined
        ? null
        : async () => {
            const sentinel = await wakeLock.request('screen');
            return {
              release: () => sentinel.release(),
              onTaken: (listener) => {
                sentinel.addEventListener('release', listener);
              },
            };
          },
    askBeforeLeaving: (asks) => {
      if (asks) window.addEventListener('beforeunload', ask);
      else window.removeEventListener('beforeunload', ask);
    },
  };
}
