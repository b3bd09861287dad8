import { describe, expect, it } from 'vitest';
import { beginWithPictures, createPage, type Page, reach, until } from '../../store/testing/create-page';
import { selectTrainBlocker } from '../../store/selectors';
import { followPresence, type HeldScreen } from './presence';

interface Screen {
  readonly held: HeldScreen;
  taken: () => void;
  isReleased: boolean;
}

function follow(page: Page, offers: 'a screen' | 'a refusal' | 'nothing' = 'a screen') {
  const screens: Screen[] = [];
  let [isHidden, asks, requests] = [false, false, 0];
  let tellVisibility = (): void => undefined;
  followPresence(page.store, {
    isHidden: () => isHidden,
    onVisibilityChange: (listener) => {
      tellVisibility = listener;
    },
    holdScreen:
      offers === 'nothing'
        ? null
        : () => {
            requests += 1;
            if (offers === 'a refusal') return Promise.reject(new DOMException('low battery', 'NotAllowedError'));
            const screen: Screen = {
              taken: () => undefined,
              isReleased: false,
              held: {
                release: () => {
                  screen.isReleased = true;
                  return Promise.resolve();
                },
                onTaken: (listener) => {
                  screen.taken = listener;
                },
              },
            };
            screens.push(screen);
            return Promise.resolve(screen.held);
          },
    askBeforeLeaving: (value) => {
      asks = value;
    },
  });
  return {
    screens,
    asks: () => asks,
    requests: () => requests,
    show: (isShown: boolean) => {
      isHidden = !isShown;
      tellVisibility();
    },
  };
}

describe('leaving the page', () => {
  it('is asked about while pictures are read and while a run goes on, and not else', async () => {
    const page = createPage();
    const presence = follow(page);
    await page.actions.begin();
    expect(presence.asks()).toBe(false);
    const reading = until(page, ({ ingest }) => ingest.phase === 'reading');
    const adding = beginWithPictures(page);
    await reading;
    expect(presence.asks()).toBe(true);
    expect(selectTrainBlocker(page.state())?.code).toBe('adding-pictures');
    await adding;
    expect(presence.asks()).toBe(false);
    const run = page.actions.train();
    expect(presence.asks()).toBe(true);
    await run;
    expect(page.state().run.phase).toBe('done');
    expect(presence.asks()).toBe(false);
  });
});

describe('the screen', () => {
  it('is kept on while a run goes on, again when a hidden tab is seen, and let go after', async () => {
    const page = createPage();
    const { screens, show } = follow(page);
    await beginWithPictures(page);
    page.actions.changeSettings({ epochs: 300 });
    expect(page.state().wakeLock).toBe('none');
    const run = page.actions.train();
    await reach(page, ({ wakeLock }) => wakeLock === 'held');
    // The browser takes it back when the tab is hidden.
    show(false);
    screens[0]?.taken();
    expect(page.state().wakeLock).toBe('none');
    show(true);
    await reach(page, ({ wakeLock }) => wakeLock === 'held');
    expect(screens).toHaveLength(2);
    await page.actions.stop();
    await run;
    expect(screens[1]?.isReleased).toBe(true);
    expect(page.state().wakeLock).toBe('none');
  });

  it('that is refused is asked for once a run, silently, and told in the state', async () => {
    const page = createPage();
    const { requests } = follow(page, 'a refusal');
    await beginWithPictures(page);
    await page.actions.train();
    expect(requests()).toBe(1);
    expect(page.state()).toMatchObject({ wakeLock: 'refused', notice: null });
    await page.actions.train();
    expect(requests()).toBe(2);
  });

  it('that a browser cannot keep on is told so, and training goes on', async () => {
    const page = createPage();
    follow(page, 'nothing');
    await beginWithPictures(page);
    await page.actions.train();
    expect(page.state()).toMatchObject({ wakeLock: 'absent', run: { phase: 'done' } });
  });
});
