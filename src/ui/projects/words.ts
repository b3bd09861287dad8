const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `just now`, `5 min ago`, `3 h ago`, `yesterday`, `12 Nov 2026`. `then` is ISO 8601. */
export function agoOf(then: string, now: number = Date.now()): string {
  const passed = now - Date.parse(then);
  if (Number.isNaN(passed)) return '';
  if (passed < minute) return 'just now';
  if (passed < hour) return `${String(Math.floor(passed / minute))} min ago`;
  if (passed < day) return `${String(Math.floor(passed / hour))} h ago`;
  if (passed < 2 * day) return 'yesterday';
  return new Date(then).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}
