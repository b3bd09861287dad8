import { applyCommand, type ProjectCommand } from './commands';
import type { ProjectDocument } from './project';

/**
 * What undo puts back: the pictures with their labels and pins, the classes and the names. A run is never undone, it happened; neither
 * are settings, whose controls stand on the page, nor the list of skipped files.
 */
export type UndoneParts = Pick<ProjectDocument, 'name' | 'origin' | 'classNames' | 'classColours' | 'samples' | 'splitRules'>;

/** One change that can be taken back, or done again, by putting `parts` in place. */
export interface UndoStep {
  readonly command: ProjectCommand;
  readonly parts: UndoneParts;
}

export type LoggedCommand = ProjectCommand | { readonly kind: 'undo' } | { readonly kind: 'redo' };

/** How many changes can be taken back. A step holds one array of 25,000 places at most, its samples are shared: 20 MB in all. */
export const undoDepth = 100;

/** The project's present state and how it came to be. */
export interface CommandLog {
  readonly initial: ProjectDocument;
  readonly commands: readonly LoggedCommand[];
  readonly document: ProjectDocument;
  /** What undo takes back, the latest last. */
  readonly past: readonly UndoStep[];
  /** What redo does again, the next last. */
  readonly future: readonly UndoStep[];
}

export function createCommandLog(initial: ProjectDocument): CommandLog {
  return { initial, commands: [], document: initial, past: [], future: [] };
}

function partsOf({ name, origin, classNames, classColours, samples, splitRules }: ProjectDocument): UndoneParts {
  return { name, origin, classNames, classColours, samples, splitRules };
}

const notUndone: ReadonlySet<ProjectCommand['kind']> = new Set([
  'add-skipped',
  'dismiss-skipped',
  'change-settings',
  'use-backbone',
  'add-run',
  'annotate-run',
  'remove-run',
  'lose-samples',
]);

/** Pictures come in by parts; one reading is taken back as one. */
function belongTogether(former: ProjectCommand | undefined, command: ProjectCommand): boolean {
  return (
    former?.kind === 'add-samples' &&
    command.kind === 'add-samples' &&
    command.reading !== undefined &&
    former.reading === command.reading
  );
}

function step(log: CommandLog, command: { readonly kind: 'undo' | 'redo' }): CommandLog {
  const [from, to] = command.kind === 'undo' ? [log.past, log.future] : [log.future, log.past];
  const last = from.at(-1);
  if (last === undefined) return log;
  const left = from.slice(0, -1);
  const done = [...to, { command: last.command, parts: partsOf(log.document) }];
  return {
    ...log,
    commands: [...log.commands, command],
    document: { ...log.document, ...last.parts },
    ...(command.kind === 'undo' ? { past: left, future: done } : { past: done, future: left }),
  };
}

/** Appends a command; one that changes nothing is not logged. */
export function logCommand(log: CommandLog, command: LoggedCommand): CommandLog {
  if (command.kind === 'undo' || command.kind === 'redo') return step(log, command);
  const document = applyCommand(log.document, command);
  if (document === log.document) return log;
  const next = { ...log, commands: [...log.commands, command], document };
  // What is lost cannot come back: a step that would bring it back is worth nothing.
  if (command.kind === 'lose-samples') return { ...next, past: [], future: [] };
  if (notUndone.has(command.kind)) return next;
  const isContinued = log.future.length === 0 && belongTogether(log.past.at(-1)?.command, command);
  const past = isContinued ? log.past : [...log.past, { command, parts: partsOf(log.document) }].slice(-undoDepth);
  return { ...next, past, future: [] };
}

/** The document that a log leads to; equals `log.document` always. */
export function replay(log: CommandLog): ProjectDocument {
  return log.commands.reduce(logCommand, createCommandLog(log.initial)).document;
}
