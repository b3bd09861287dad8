import { HeadstartError } from '../errors';
import type { PatternNode } from './pattern-machine';

/** A set that letters of either case fit. */
export function characterNode(character: string): PatternNode {
  const folded = character.toLowerCase();
  return { kind: 'set', test: (other) => other === character || other.toLowerCase() === folded };
}

const digit = /^\p{Nd}$/u;
const letter = /^[\p{L}\p{M}\p{N}_]$/u;
const blank = /^\s$/u;

/** What `\d`, `\w`, `\s` and their capitals stand for. */
const named = new Map<string, (character: string) => boolean>([
  ['d', (character) => digit.test(character)],
  ['D', (character) => !digit.test(character)],
  ['w', (character) => letter.test(character)],
  ['W', (character) => !letter.test(character)],
  ['s', (character) => blank.test(character)],
  ['S', (character) => !blank.test(character)],
]);

/** Names have few characters, each of which a repeated set is asked for by all its steps. */
const mostRemembered = 1000;

function remembered(test: (character: string) => boolean): (character: string) => boolean {
  const answers = new Map<string, boolean>();
  return (character) => {
    const known = answers.get(character);
    if (known !== undefined) return known;
    if (answers.size >= mostRemembered) answers.clear();
    const answer = test(character);
    answers.set(character, answer);
    return answer;
  };
}

/** More repetitions than any name needs would only make the pattern long. */
const mostRepeats = 100;
const deepest = 50;

/**
 * The part of regular expressions that names need: literals, `.`, sets, `\d \w \s`, groups (named ones are found again), `|`, `* + ? {n,m}`
 * and their lazy forms, `^`, `$`. Letters fit in either case. Others (look-around, references back) are refused, so that time is bounded.
 * @throws HeadstartError `pattern-invalid`.
 */
export function parseExpression(text: string): PatternNode {
  const characters = Array.from(text);
  let at = 0;
  let groups = 0;
  let depth = 0;

  const fail = (problem: string): never => {
    throw new HeadstartError('pattern-invalid', { problem });
  };
  const take = (wanted: string): boolean => {
    if (characters[at] !== wanted) return false;
    at += 1;
    return true;
  };
  const escaped = (): ((character: string) => boolean) => {
    const character = characters[at];
    if (character === undefined) return fail('a backslash stands at its end');
    at += 1;
    const known = named.get(character);
    if (known !== undefined) return known;
    if (/^[A-Za-z0-9]$/.test(character)) return fail(`\\${character} is not known here`);
    return (other) => other === character;
  };

  const parseSet = (): PatternNode => {
    const isNegated = take('^');
    const tests: ((character: string) => boolean)[] = [];
    for (let isFirst = true; isFirst || characters[at] !== ']'; isFirst = false) {
      const from = characters[at];
      if (from === undefined) return fail('a [ is not closed');
      at += 1;
      if (from === '\\') {
        tests.push(escaped());
        continue;
      }
      const to = characters[at] === '-' && characters[at + 1] !== ']' ? characters[at + 1] : undefined;
      if (to === undefined) {
        tests.push((character) => character === from);
        continue;
      }
      at += 2;
      const [low, high] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
      if (low > high) return fail(`${from}-${to} is the wrong way round`);
      tests.push((character) => {
        const code = character.codePointAt(0) ?? 0;
        return code >= low && code <= high;
      });
    }
    at += 1;
    const isIn = (character: string): boolean => tests.some((test) => test(character));
    return {
      kind: 'set',
      test: remembered(
        (character) => (isIn(character) || isIn(character.toLowerCase()) || isIn(character.toUpperCase())) !== isNegated,
      ),
    };
  };

  const parseGroup = (): PatternNode => {
    depth += 1;
    if (depth > deepest) return fail('it has too many brackets inside each other');
    let name: string | null;
    if (take('?')) {
      if (take(':')) name = null;
      else if (take('<') && characters[at] !== '=' && characters[at] !== '!') {
        const end = characters.indexOf('>', at);
        if (end < 0) return fail('a group’s name is not closed');
        name = characters.slice(at, end).join('');
        at = end + 1;
      } else return fail('look-around is not known here');
    } else {
      groups += 1;
      name = String(groups);
    }
    const part = parseChoice();
    if (!take(')')) return fail('a ( is not closed');
    depth -= 1;
    return name === null ? part : { kind: 'group', name, part };
  };

  const parseAtom = (): PatternNode => {
    const character = characters[at] ?? '';
    at += 1;
    switch (character) {
      case '(':
        return parseGroup();
      case '[':
        return parseSet();
      case '.':
        return { kind: 'set', test: (other) => other !== '\n' };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '\\':
        return { kind: 'set', test: escaped() };
      case '*':
      case '+':
      case '?':
        return fail(`nothing stands before ${character}`);
      default:
        return characterNode(character);
    }
  };

  const parseCounts = (): readonly [number, number | null] | null => {
    if (take('*')) return [0, null];
    if (take('+')) return [1, null];
    if (take('?')) return [0, 1];
    const counts = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(characters.slice(at, at + 12).join(''));
    if (counts === null) return null;
    at += counts[0].length;
    const least = Number(counts[1]);
    const most = counts[2] === undefined ? least : counts[3] === undefined ? null : Number(counts[3]);
    if (least > mostRepeats || (most ?? 0) > mostRepeats) return fail(`it repeats more than ${String(mostRepeats)} times`);
    if (most !== null && most < least) return fail('a repetition is the wrong way round');
    return [least, most];
  };

  const parseRepeat = (): PatternNode => {
    const part = parseAtom();
    const counts = parseCounts();
    if (counts === null) return part;
    const isLazy = take('?');
    if (part.kind === 'start' || part.kind === 'end') return fail('^ and $ cannot be repeated');
    return { kind: 'repeat', part, least: counts[0], most: counts[1], isLazy };
  };

  const parseSequence = (): PatternNode => {
    const parts: PatternNode[] = [];
    while (at < characters.length && characters[at] !== '|' && characters[at] !== ')') parts.push(parseRepeat());
    return { kind: 'sequence', parts };
  };

  function parseChoice(): PatternNode {
    const options = [parseSequence()];
    while (take('|')) options.push(parseSequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { kind: 'choice', options };
  }

  const whole = parseChoice();
  if (at < characters.length) return fail('a ) has no (');
  return whole;
}
