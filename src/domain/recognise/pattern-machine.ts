import { HeadstartError } from '../errors';

/** What a pattern is made of; names in `group` are those that `match` gives back. */
export type PatternNode =
  | { readonly kind: 'set'; readonly test: (character: string) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | {
      readonly kind: 'repeat';
      readonly part: PatternNode;
      readonly least: number;
      /** null: without end. */
      readonly most: number | null;
      readonly isLazy: boolean;
    }
  | { readonly kind: 'group'; readonly part: PatternNode; readonly name: string }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

type Step =
  | { readonly op: 'set'; readonly test: (character: string) => boolean }
  /** Goes on at both places; the first is preferred. */
  | { readonly op: 'fork'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly name: string; readonly isEnd: boolean }
  | { readonly op: 'start' }
  | { readonly op: 'end' }
  | { readonly op: 'match' };

/** Steps of a compiled pattern, and characters of a name: time is at most their product. */
const mostSteps = 2000;
const longestText = 1000;

/** Where groups began and ended, as a chain: threads share what they have in common. */
interface Saved {
  readonly name: string;
  readonly isEnd: boolean;
  readonly at: number;
  readonly before: Saved | null;
}

interface Thread {
  readonly step: number;
  readonly saved: Saved | null;
}

/** Runs all ways through a pattern side by side, so that no pattern can take longer than steps times characters. */
export interface PatternMachine {
  /** The texts of the named groups; null when the pattern does not fit. Texts longer than 1,000 characters never fit. */
  match(text: string): ReadonlyMap<string, string> | null;
}

/** What has been compiled: `nodes` counts what makes no step too, since `(?:(?:){100}){100}` is long without any. */
interface Compiled {
  readonly steps: Step[];
  nodes: number;
}

/** Several nodes make one step: sequences, choices of one, brackets. */
const mostNodes = 10 * mostSteps;

function compile(node: PatternNode, compiled: Compiled): void {
  const { steps } = compiled;
  compiled.nodes += 1;
  if (steps.length > mostSteps || compiled.nodes > mostNodes)
    throw new HeadstartError('pattern-invalid', { problem: 'it is too long' });
  switch (node.kind) {
    case 'set':
      steps.push({ op: 'set', test: node.test });
      return;
    case 'start':
    case 'end':
      steps.push({ op: node.kind });
      return;
    case 'sequence':
      for (const part of node.parts) compile(part, compiled);
      return;
    case 'group':
      steps.push({ op: 'save', name: node.name, isEnd: false });
      compile(node.part, compiled);
      steps.push({ op: 'save', name: node.name, isEnd: true });
      return;
    case 'choice': {
      const exits: { op: 'jump'; to: number }[] = [];
      node.options.forEach((option, at) => {
        if (at === node.options.length - 1) {
          compile(option, compiled);
          return;
        }
        const fork: Step = { op: 'fork', first: steps.length + 1, second: 0 };
        steps.push(fork);
        compile(option, compiled);
        const exit = { op: 'jump' as const, to: 0 };
        steps.push(exit);
        exits.push(exit);
        fork.second = steps.length;
      });
      for (const exit of exits) exit.to = steps.length;
      return;
    }
    case 'repeat':
      compileRepeat(node, compiled);
  }
}

function compileRepeat(node: Extract<PatternNode, { kind: 'repeat' }>, compiled: Compiled): void {
  const { steps } = compiled;
  for (let count = 0; count < node.least; count += 1) compile(node.part, compiled);
  const forkHere = (): { op: 'fork'; first: number; second: number } => {
    const fork = { op: 'fork' as const, first: 0, second: 0 };
    steps.push(fork);
    return fork;
  };
  const direct = (fork: { first: number; second: number }, inside: number, after: number): void => {
    fork.first = node.isLazy ? after : inside;
    fork.second = node.isLazy ? inside : after;
  };
  if (node.most === null) {
    const fork = forkHere();
    const at = steps.length - 1;
    compile(node.part, compiled);
    steps.push({ op: 'jump', to: at });
    direct(fork, at + 1, steps.length);
    return;
  }
  const forks: { fork: { first: number; second: number }; inside: number }[] = [];
  for (let count = node.least; count < node.most; count += 1) {
    forks.push({ fork: forkHere(), inside: steps.length });
    compile(node.part, compiled);
  }
  for (const { fork, inside } of forks) direct(fork, inside, steps.length);
}

/** Follows what consumes nothing from one step on; the order of the list is the order of preference. */
function follow(
  steps: readonly Step[],
  from: Thread,
  at: number,
  length: number,
  seen: Int32Array,
  mark: number,
  into: Thread[],
): void {
  const waiting: Thread[] = [from];
  for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
    if (seen[thread.step] === mark) continue;
    seen[thread.step] = mark;
    const step = steps[thread.step];
    const { saved } = thread;
    const next = thread.step + 1;
    switch (step?.op) {
      case 'jump':
        waiting.push({ step: step.to, saved });
        break;
      case 'fork':
        waiting.push({ step: step.second, saved }, { step: step.first, saved });
        break;
      case 'save':
        waiting.push({ step: next, saved: { name: step.name, isEnd: step.isEnd, at, before: saved } });
        break;
      case 'start':
        if (at === 0) waiting.push({ step: next, saved });
        break;
      case 'end':
        if (at === length) waiting.push({ step: next, saved });
        break;
      case 'set':
      case 'match':
        into.push(thread);
        break;
      case undefined:
        break;
    }
  }
}

function readGroups(saved: Saved | null, characters: readonly string[]): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  const ends = new Map<string, number>();
  for (let link = saved; link !== null; link = link.before) {
    if (link.isEnd) {
      if (!ends.has(link.name)) ends.set(link.name, link.at);
    } else if (!groups.has(link.name)) {
      const end = ends.get(link.name);
      if (end !== undefined) groups.set(link.name, characters.slice(link.at, end).join(''));
    }
  }
  return groups;
}

/** @throws HeadstartError `pattern-invalid` when the pattern is too long. */
export function createPatternMachine(pattern: PatternNode): PatternMachine {
  const steps: Step[] = [];
  compile(pattern, { steps, nodes: 0 });
  steps.push({ op: 'match' });
  if (steps.length > mostSteps) throw new HeadstartError('pattern-invalid', { problem: 'it is too long' });
  const seen = new Int32Array(steps.length);
  let mark = 0;
  return {
    match: (text) => {
      if (text.length > longestText) return null;
      const characters = Array.from(text);
      let found: { readonly saved: Saved | null } | null = null;
      let threads: Thread[] = [];
      for (let at = 0; at <= characters.length; at += 1) {
        mark += 1;
        const here: Thread[] = [];
        for (const thread of threads) follow(steps, thread, at, characters.length, seen, mark, here);
        // It may begin anywhere, but the first place that fits wins.
        if (found === null) follow(steps, { step: 0, saved: null }, at, characters.length, seen, mark, here);
        const character = characters[at];
        threads = [];
        for (const thread of here) {
          const step = steps[thread.step];
          if (step?.op === 'match') {
            found = { saved: thread.saved };
            // Threads behind it are of less preference.
            break;
          }
          if (step?.op === 'set' && character !== undefined && step.test(character))
            threads.push({ step: thread.step + 1, saved: thread.saved });
        }
        if (threads.length === 0 && found !== null) break;
      }
      return found === null ? null : readGroups(found.saved, characters);
    },
  };
}
