import { PickleFault, toNumber } from './pickle-bytes';
import type { PickleValue } from './pickle-values';

/** @throws PickleFault */
export function parseInteger(text: string): number | bigint {
  if (!/^[+-]?\d{1,400}L?$/.test(text)) throw new PickleFault('a number is none');
  return toNumber(BigInt(text.replace(/^\+|L$/g, '')));
}

/** @throws PickleFault */
export function parseIntegerOrTruth(text: string): PickleValue {
  return text === '00' || text === '01' ? text === '01' : parseInteger(text);
}

/** @throws PickleFault */
export function parseDecimal(text: string): number {
  const value = text === 'nan' ? NaN : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
  if (text === '' || (Number.isNaN(value) && text !== 'nan')) throw new PickleFault('a number is none');
  return value;
}

/** @throws PickleFault */
export function unquote(text: string): string {
  if (!/^(["']).*\1$/s.test(text)) throw new PickleFault('a text has no quotes');
  return text.slice(1, -1);
}

/** @throws PickleFault */
export function parsePlace(text: string): number {
  const place = parseInteger(text);
  if (typeof place !== 'number' || place < 0) throw new PickleFault('it recalls what it never had');
  return place;
}
