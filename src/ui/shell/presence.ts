import type { StoreApi } from 'zustand/vanilla';
import type { PageState, PageStore } from '../../store/state';

/** The screen kept on, until it is let go or the browser takes it back (a hidden tab, a low battery). */
export interface HeldScreen {
  release(): Promise<void>;
  onTaken(listener: () => void): void;
}

/** What the page asks of the browser while it works. */
export interface PresenceEnvironment {
  isHidden(): boolean;
  onVisibilityChange(listener: () => void): void;
  /** Rejects where it is refused; null in browsers that cannot. */
  readonly holdScreen: (() => Promise<HeldScreen>) | null;
  /** Whether the browser asks before it leaves the page. */
  askBeforeLeaving(asks: boolean): void;
}

function isComputing({ run, inspection }: PageState): boolean {
  return run.phase === 'running' || run.phase === 'stopping' || inspection.task !== null;
}

/** What leaving now would lose: a run that goes on, or pictures that are on their way in. */
export function selectAsksBeforeLeaving({ run, ingest }: PageState): boolean {
  return run.phase === 'running' || run.phase === 'stopping' || ingest.phase === 'listing' || ingest.phase === 'reading';
}

/**
 * Follows the store outside React: keeps the screen on while something is trained and the page is seen, and has the browser ask before
 * leaving while that would lose something. A refusal is nobody's matter but the diagnostics'.
 */
export function followPresence(store: StoreApi<PageStore>, environment: PresenceEnvironment): void {
  let held: HeldScreen | null = null;
  let asking = false;
  /** Refused once, it is asked for again at the next run or when the page is seen again. */
  let wasRefused = false;
  let asks = false;

  const note = (wakeLock: PageState['wakeLock']): void => {
    if (store.getState().wakeLock !== wakeLock) store.setState({ wakeLock });
  };
  const isWanted = (): boolean => isComputing(store.getState()) && !environment.isHidden();

  const hold = async (request: () => Promise<HeldScreen>): Promise<void> => {
    asking = true;
    try {
      const own = await request();
      held = own;
      own.onTaken(() => {
        if (held !== own) return;
        held = null;
        note('none');
        look();
      });
      note('held');
    } catch {
      wasRefused = true;
      note('refused');
    } finally {
      asking = false;
    }
    look();
  };

  function look(): void {
    const isAsked = selectAsksBeforeLeaving(store.getState());
    if (isAsked !== asks) {
      asks = isAsked;
      environment.askBeforeLeaving(asks);
    }
    if (environment.holdScreen === null || asking) return;
    if (!isWanted()) {
      wasRefused = false;
      const own = held;
      if (own === null) return;
      held = null;
      note('none');
      own.release().catch(() => undefined);
    } else if (held === null && !wasRefused) void hold(environment.holdScreen);
  }

  if (environment.holdScreen === null) note('absent');
  store.subscribe(look);
  environment.onVisibilityChange(look);
  look();
}
