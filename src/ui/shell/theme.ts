export type ThemeChoice = 'system' | 'light' | 'dark';

const key = 'headstart:theme';

export function readThemeChoice(): ThemeChoice {
  try {
    const kept = localStorage.getItem(key);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function keepThemeChoice(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(key);
    else localStorage.setItem(key, choice);
  } catch {
    // Not kept: the choice holds until the tab closes.
  }
}

const systemDark = matchMedia('(prefers-color-scheme: dark)');
let present: ThemeChoice = 'system';

function apply(): void {
  const dark = present === 'dark' || (present === 'system' && systemDark.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

systemDark.addEventListener('change', apply);

/** Puts the theme on the document: `data-theme` is always `light` or `dark`, so that canvases can watch one attribute. */
export function applyTheme(choice: ThemeChoice): void {
  present = choice;
  apply();
}
