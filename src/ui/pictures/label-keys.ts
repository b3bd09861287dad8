/** Which class a digit means: 1 the first, 9 the ninth, 0 the tenth; null for another key. */
export function digitOf(key: string): number | null {
  return /^\d$/.test(key) ? (Number(key) + 9) % 10 : null;
}

/** `Press 1 for cat, 2 for dog`, of the first few. */
export function describeDigits(classNames: readonly string[], shown = 5): string {
  if (classNames.length === 0) return 'Select pictures and press M to give them a class';
  const named = classNames.slice(0, shown).map((name, at) => `${String((at + 1) % 10)} for ${name}`);
  return `Press ${named.join(', ')}${classNames.length > shown ? ' …' : ''}`;
}
