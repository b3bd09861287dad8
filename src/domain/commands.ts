import type { DatasetOrigin, Sample, SkippedFile } from './dataset';
import type { RunRecord } from './history';
import type { ProjectDocument } from './project';
import type { RunConfig } from './run-config';

/** Everything that can change a project. There is no other way; undo will stand on the log of these. */
export type ProjectCommand =
  | { readonly kind: 'name-project'; readonly name: string }
  | { readonly kind: 'add-samples'; readonly samples: readonly Sample[]; readonly origin: DatasetOrigin }
  | { readonly kind: 'add-skipped'; readonly files: readonly SkippedFile[] }
  | { readonly kind: 'dismiss-skipped' }
  /** To a class, which is made where there is none of that name. */
  | { readonly kind: 'move-samples'; readonly ids: readonly string[]; readonly className: string }
  | { readonly kind: 'remove-samples'; readonly ids: readonly string[] }
  | { readonly kind: 'rename-class'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove-class'; readonly className: string }
  | { readonly kind: 'clear-pictures' }
  | { readonly kind: 'change-settings'; readonly settings: RunConfig }
  | { readonly kind: 'add-run'; readonly run: RunRecord };

/** By code point, as Python sorts: JavaScript's `<` compares UTF-16 units and would misplace astral characters. */
export function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function withClasses(document: ProjectDocument, samples: readonly Sample[]): ProjectDocument {
  const classNames = [...new Set(samples.map(({ className }) => className))].sort(compareCodePoints);
  const known = new Map(Object.entries(document.classColours));
  const taken = new Set(classNames.flatMap((name) => known.get(name) ?? []));
  const colourOf = (name: string): number => {
    const kept = known.get(name);
    if (kept !== undefined) return kept;
    let colour = 0;
    while (taken.has(colour)) colour += 1;
    taken.add(colour);
    return colour;
  };
  // fromEntries makes own properties, whatever a class is called (`__proto__` too).
  const classColours = Object.fromEntries(classNames.map((name) => [name, colourOf(name)]));
  return { ...document, samples, classNames, classColours };
}

function renameClass(document: ProjectDocument, from: string, to: string): ProjectDocument {
  const name = to.normalize('NFC').trim();
  if (name === '' || name === from || !document.classNames.includes(from)) return document;
  const samples = document.samples.map((sample) => (sample.className === from ? { ...sample, className: name } : sample));
  const colour = document.classColours[name] ?? document.classColours[from];
  const classColours = { ...document.classColours, ...(colour === undefined ? {} : { [name]: colour }) };
  return withClasses({ ...document, classColours }, samples);
}

/** The document after a command. Pure; unchanged (the same object) when the command changes nothing. */
export function applyCommand(document: ProjectDocument, command: ProjectCommand): ProjectDocument {
  switch (command.kind) {
    case 'name-project': {
      const name = command.name.trim().slice(0, 200);
      return name === '' || name === document.name ? document : { ...document, name };
    }
    case 'add-samples': {
      const known = new Set(document.samples.map(({ id }) => id));
      const fresh = command.samples.filter(({ id }) => !known.has(id));
      if (fresh.length === 0) return document;
      return withClasses({ ...document, origin: command.origin }, [...document.samples, ...fresh]);
    }
    case 'add-skipped':
      return command.files.length === 0 ? document : { ...document, skipped: [...document.skipped, ...command.files] };
    case 'dismiss-skipped':
      return document.skipped.length === 0 ? document : { ...document, skipped: [] };
    case 'move-samples': {
      const className = command.className.normalize('NFC').trim();
      const chosen = new Set(command.ids);
      const isMoved = (sample: Sample) => chosen.has(sample.id) && sample.className !== className;
      if (className === '' || !document.samples.some(isMoved)) return document;
      const samples = document.samples.map((sample) => (isMoved(sample) ? { ...sample, className } : sample));
      return withClasses(document, samples);
    }
    case 'remove-samples': {
      const gone = new Set(command.ids);
      const samples = document.samples.filter(({ id }) => !gone.has(id));
      return samples.length === document.samples.length ? document : withClasses(document, samples);
    }
    case 'rename-class':
      return renameClass(document, command.from, command.to);
    case 'remove-class': {
      const samples = document.samples.filter(({ className }) => className !== command.className);
      return samples.length === document.samples.length ? document : withClasses(document, samples);
    }
    case 'clear-pictures':
      return { ...document, samples: [], skipped: [], classNames: [], classColours: {}, origin: null };
    case 'change-settings':
      return { ...document, settings: command.settings };
    case 'add-run':
      return { ...document, runs: [...document.runs, command.run] };
  }
}

/** The project's present state and how it came to be. */
export interface CommandLog {
  readonly initial: ProjectDocument;
  readonly commands: readonly ProjectCommand[];
  readonly document: ProjectDocument;
}

export function createCommandLog(initial: ProjectDocument): CommandLog {
  return { initial, commands: [], document: initial };
}

/** Appends a command; one that changes nothing is not logged. */
export function logCommand(log: CommandLog, command: ProjectCommand): CommandLog {
  const document = applyCommand(log.document, command);
  return document === log.document ? log : { ...log, commands: [...log.commands, command], document };
}

/** The document that a log leads to; equals `log.document` always. */
export function replay(log: CommandLog): ProjectDocument {
  return log.commands.reduce(applyCommand, log.initial);
}
