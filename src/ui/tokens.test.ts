import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { paletteSize } from './palette';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('}', start));
  return new Map([...block.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]));
}

function channels(hex: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

/** WCAG 2.2 relative luminance. */
function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: readonly number[], b: readonly number[]): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((left, right) => right - left);
  return (high + 0.05) / (low + 0.05);
}

const themes = [
  { name: 'light', tokens: tokensOf(':root'), softShare: 0.14 },
  { name: 'dark', tokens: tokensOf(":root[data-theme='dark']"), softShare: 0.22 },
];

const textOn: readonly (readonly [string, readonly string[]])[] = [
  ['--ink', ['--bg', '--panel', '--hover', '--pressed', '--accent-soft', '--bad-soft', '--warn-soft', '--ok-soft']],
  ['--ink-2', ['--bg', '--panel', '--hover', '--bad-soft', '--warn-soft', '--ok-soft', '--accent-soft']],
  ['--ink-3', ['--bg', '--panel', '--hover']],
  ['--accent', ['--bg', '--panel', '--accent-soft', '--hover']],
  ['--accent-ink', ['--accent', '--accent-hover', '--accent-pressed']],
  ['--ok', ['--panel', '--ok-soft']],
  ['--bad', ['--panel', '--bg', '--bad-soft']],
  ['--warn', ['--panel', '--warn-soft']],
];

describe.each(themes)('the $name theme', ({ tokens, softShare }) => {
  const colour = (name: string) => {
    const value = tokens.get(name);
    if (value === undefined) throw new Error(`${name} is not in tokens.css`);
    return channels(value);
  };

  it.each(textOn.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))(
    '%s on %s can be read (4.5:1)',
    (ink, ground) => {
      expect(contrast(colour(ink), colour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(Array.from({ length: paletteSize }, (_, index) => index))(
    'class colour %i stands out on the panel (3:1) and ink can be read on its soft form',
    (index) => {
      const strong = colour(`--class-${String(index)}`);
      const panel = colour('--panel');
      const soft = panel.map((value, at) => value * (1 - softShare) + (strong[at] ?? 0) * softShare);
      expect(contrast(strong, panel)).toBeGreaterThanOrEqual(3);
      expect(contrast(colour('--ink'), soft)).toBeGreaterThanOrEqual(4.5);
    },
  );
});
