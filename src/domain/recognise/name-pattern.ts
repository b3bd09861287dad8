import type { Split } from '../dataset';
import { HeadstartError } from '../errors';
import { splitOfFolder } from '../split-names';
import { characterNode, parseExpression } from './parse-expression';
import { createPatternMachine, type PatternNode } from './pattern-machine';

/** What a pattern finds in the path of a picture. */
export interface NameLabel {
  readonly className: string;
  readonly split: Split | null;
}

export interface NamePattern {
  readonly text: string;
  /** `path` has `/` between folders; null where the pattern does not fit or finds no class. */
  read(path: string): NameLabel | null;
}

const longestPattern = 200;

const anything: PatternNode = { kind: 'set', test: (character) => character !== '/' };
const some: PatternNode = { kind: 'repeat', part: anything, least: 1, most: null, isLazy: true };
const digits: PatternNode = {
  kind: 'repeat',
  part: { kind: 'set', test: (character) => /^\p{Nd}$/u.test(character) },
  least: 1,
  most: null,
  isLazy: false,
};

function parseTemplate(text: string): PatternNode {
  const parts: PatternNode[] = [{ kind: 'start' }];
  const pieces = text.normalize('NFC').match(/\{[^{}]*\}|[^]/gu) ?? [];
  for (const piece of pieces) {
    if (piece === '*') parts.push({ kind: 'repeat', part: anything, least: 0, most: null, isLazy: false });
    else if (piece === '?') parts.push(anything);
    else if (piece === '{class}' || piece === '{split}') parts.push({ kind: 'group', name: piece.slice(1, -1), part: some });
    else if (piece === '{number}') parts.push(digits);
    else if (piece.length > 1 && piece.startsWith('{'))
      throw new HeadstartError('pattern-invalid', { problem: `there is no ${piece}, only {class}, {number}, {split} and *` });
    else parts.push(characterNode(piece));
  }
  parts.push({ kind: 'end' });
  return { kind: 'sequence', parts };
}

/** Blanks, points, dashes and brackets that a class's name does not begin or end with. */
function trimSeparators(text: string): string {
  return text.replace(/^[\s._()[\]-]{1,100}/u, '').replace(/[\s._()[\]-]{1,100}$/u, '');
}

/**
 * A pattern as a person writes it: `{class}.{number}.*`, where `{class}` and `{split}` are found, `{number}` is digits, `*` is anything
 * and `?` one character; or a regular expression between slashes, whose group `class` (or first group) is the class and whose group
 * `split` is the split. It is laid on the file's name, and on as many folders before it as it has slashes. Time is bounded for any pattern.
 * @throws HeadstartError `pattern-invalid`, with what is wrong.
 */
export function createNamePattern(text: string): NamePattern {
  const trimmed = text.trim();
  if (trimmed === '') throw new HeadstartError('pattern-invalid', { problem: 'it is empty' });
  if (trimmed.length > longestPattern)
    throw new HeadstartError('pattern-invalid', { problem: `it is longer than ${String(longestPattern)} characters` });
  const expression = /^\/(.+)\/i?$/su.exec(trimmed)?.[1];
  const isExpression = expression !== undefined;
  if (!isExpression && !trimmed.includes('{class}'))
    throw new HeadstartError('pattern-invalid', { problem: 'it has no {class}' });
  if (isExpression && !/\((?!\?)|\(\?<class>/.test(expression))
    throw new HeadstartError('pattern-invalid', { problem: 'it has no group (…) for the class' });
  const source = expression ?? trimmed;
  const machine = createPatternMachine(isExpression ? parseExpression(source.normalize('NFC')) : parseTemplate(source));
  const slashes = source.split('/').length - 1;
  return {
    text: trimmed,
    read: (path) => {
      const segments = path.normalize('NFC').split('/');
      const groups = machine.match(segments.slice(-1 - slashes).join('/'));
      const className = trimSeparators(groups?.get('class') ?? groups?.get('1') ?? '');
      return className === '' ? null : { className, split: splitOfFolder(groups?.get('split') ?? '') };
    },
  };
}

/** Ways to write a class and a number, in the order in which they are tried. */
const usualPatterns = [
  '{class}.{number}.*',
  '{class}_{number}.*',
  '{class}-{number}.*',
  '{class} ({number}).*',
  '{class} {number}.*',
  '{class}{number}.*',
  '{number}_{class}.*',
  '{number}-{class}.*',
  '{number}.{class}.*',
  '{number} {class}.*',
] as const;

/** Enough names to tell a pattern by. */
const namesTried = 400;

/** The pattern that fits most of the names, the first of those that fit alike; `{class}{number}*` where none does. */
export function suggestPattern(paths: readonly string[]): string {
  const step = Math.max(1, Math.floor(paths.length / namesTried));
  const tried = paths.filter((_, at) => at % step === 0);
  let best = '{class}{number}*';
  let most = 0;
  for (const text of usualPatterns) {
    const pattern = createNamePattern(text);
    const fitting = tried.filter((path) => pattern.read(path) !== null).length;
    if (fitting > most) [best, most] = [text, fitting];
  }
  return best;
}
