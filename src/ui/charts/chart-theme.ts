/** Colours a canvas needs, resolved from the page's tokens: a canvas cannot read CSS variables by itself. */
export interface ChartTheme {
  readonly train: string;
  readonly trainFaint: string;
  readonly validation: string;
  readonly grid: string;
  readonly text: string;
  readonly panel: string;
  readonly font: string;
}

export function readChartTheme(element: Element): ChartTheme {
  const style = getComputedStyle(element);
  const token = (name: string, otherwise: string) => {
    const value = style.getPropertyValue(name).trim();
    return value === '' ? otherwise : value;
  };
  const accent = token('--accent', '#2f4bd8');
  return {
    train: accent,
    trainFaint: `color-mix(in srgb, ${accent} 55%, transparent)`,
    validation: token('--class-1', '#b45309'),
    grid: token('--line', '#e4e3de'),
    text: token('--ink-2', '#5b5a55'),
    panel: token('--panel', '#ffffff'),
    font: `11px ${style.fontFamily === '' ? 'sans-serif' : style.fontFamily}`,
  };
}

/** Calls back when the colours may have changed: the page's theme attribute or the system's scheme. Returns the way to stop. */
export function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class', 'style'] });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', onChange);
  return () => {
    observer.disconnect();
    scheme.removeEventListener('change', onChange);
  };
}
