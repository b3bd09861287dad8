import type { DatasetOrigin, Sample, SkippedFile, Split } from './dataset';
import type { RunRecord } from './history';
import type { BackboneIdentity } from './model-import';
import { plainNote, type ProjectDocument, type RunNote } from './project';
import { withRunData, type RunData } from './run-data';
import type { RunConfig } from './run-config';
import type { SplitRules } from './split-rules';

/** Everything that can change a project. There is no other way; undo stands on the log of these (see command-log.ts). */
export type ProjectCommand =
  | { readonly kind: 'name-project'; readonly name: string }
  | {
      readonly kind: 'add-samples';
      readonly samples: readonly Sample[];
      readonly origin: DatasetOrigin;
      /** Names one reading of pictures, which is undone as one; absent for a command of its own. */
      readonly reading?: string;
    }
  | { readonly kind: 'add-skipped'; readonly files: readonly SkippedFile[] }
  | { readonly kind: 'dismiss-skipped' }
  /** To a class, which is made where there is none of that name, or to the unlabelled pictures (null). */
  | { readonly kind: 'move-samples'; readonly ids: readonly string[]; readonly className: string | null }
  /** Each to a class of its own, as the model proposed. */
  | { readonly kind: 'label-samples'; readonly labels: readonly { readonly id: string; readonly className: string }[] }
  /** Null takes the pin away. */
  | { readonly kind: 'pin-split'; readonly ids: readonly string[]; readonly split: Split | null }
  | { readonly kind: 'remove-samples'; readonly ids: readonly string[] }
  /** Pictures that nobody can read any more. It cannot be undone, nor can what was done before. */
  | { readonly kind: 'lose-samples'; readonly ids: readonly string[] }
  | { readonly kind: 'add-class'; readonly className: string }
  /** To a name that another class has: the two become one. */
  | { readonly kind: 'rename-class'; readonly from: string; readonly to: string }
  | { readonly kind: 'merge-classes'; readonly from: readonly string[]; readonly to: string }
  /** A position in the palette; the class that has it takes this one's. */
  | { readonly kind: 'recolour-class'; readonly className: string; readonly colour: number }
  | { readonly kind: 'remove-class'; readonly className: string }
  | { readonly kind: 'change-split-rules'; readonly rules: SplitRules }
  | { readonly kind: 'clear-pictures' }
  | { readonly kind: 'change-settings'; readonly settings: RunConfig }
  /** Null: the convolutions that come with the page. */
  | { readonly kind: 'use-backbone'; readonly backbone: BackboneIdentity | null }
  | { readonly kind: 'add-run'; readonly run: RunRecord; readonly data?: RunData }
  | { readonly kind: 'annotate-run'; readonly runId: string; readonly change: Partial<RunNote> }
  | { readonly kind: 'remove-run'; readonly runId: string };

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

/** How a typed class name is kept: two that look the same are the same. Empty when it is no name. */
export function normaliseClassName(name: string): string {
  return name.normalize('NFC').trim();
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name === b[at]);
}

/** Gives classes their order, and a colour to those that have none. */
function withClassNames(document: ProjectDocument, names: readonly string[]): ProjectDocument {
  const classNames = [...new Set(names)].sort(compareCodePoints);
  const known = new Map(Object.entries(document.classColours));
  // The same lists while nothing changed in them: what is drawn from them need not be drawn anew.
  if (
    isSameList(classNames, document.classNames) &&
    known.size === classNames.length &&
    classNames.every((name) => known.has(name))
  )
    return { ...document, classNames: document.classNames };
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
  return { ...document, classNames, classColours };
}

function filledClasses(samples: readonly Sample[]): Set<string> {
  const filled = new Set<string>();
  for (const { className } of samples) if (className !== null) filled.add(className);
  return filled;
}

/** A class that loses its last picture goes with it; one that had none, being made by hand, stays. */
function withSamples(document: ProjectDocument, samples: readonly Sample[]): ProjectDocument {
  const before = filledClasses(document.samples);
  const after = filledClasses(samples);
  const kept = document.classNames.filter((name) => after.has(name) || !before.has(name));
  return withClassNames({ ...document, samples }, [...kept, ...after]);
}

/** `change` gives back the same sample where nothing changes; so does this the document. */
function changeSamples(document: ProjectDocument, ids: readonly string[], change: (sample: Sample) => Sample): ProjectDocument {
  const chosen = new Set(ids);
  const samples = document.samples.map((sample) => (chosen.has(sample.id) ? change(sample) : sample));
  return samples.some((sample, at) => sample !== document.samples[at]) ? withSamples(document, samples) : document;
}

function removeSamples(document: ProjectDocument, ids: readonly string[]): ProjectDocument {
  const gone = new Set(ids);
  const samples = document.samples.filter(({ id }) => !gone.has(id));
  return samples.length === document.samples.length ? document : withSamples(document, samples);
}

function mergeClasses(document: ProjectDocument, from: readonly string[], to: string): ProjectDocument {
  const name = normaliseClassName(to);
  const merged = new Set(from.filter((className) => className !== name && document.classNames.includes(className)));
  const [first] = merged;
  if (name === '' || first === undefined) return document;
  const samples = document.samples.map((sample) =>
    sample.className !== null && merged.has(sample.className) ? { ...sample, className: name } : sample,
  );
  const colour = document.classColours[name] ?? document.classColours[first];
  const classColours = { ...document.classColours, ...(colour === undefined ? {} : { [name]: colour }) };
  const classNames = [...document.classNames.filter((className) => !merged.has(className)), name];
  return withClassNames({ ...document, samples, classColours }, classNames);
}

function recolourClass(document: ProjectDocument, className: string, colour: number): ProjectDocument {
  const former = document.classColours[className];
  if (former === undefined || former === colour || !Number.isSafeInteger(colour) || colour < 0) return document;
  // Two classes never share a position: whoever has it takes the other's.
  const classColours = Object.fromEntries(
    Object.entries(document.classColours).map(([name, kept]): [string, number] => [
      name,
      name === className ? colour : kept === colour ? former : kept,
    ]),
  );
  return { ...document, classColours };
}

function addRun(document: ProjectDocument, run: RunRecord, data: RunData | undefined): ProjectDocument {
  const runs = [...document.runs, run];
  if (data === undefined) return { ...document, runs };
  return { ...document, runs, runData: withRunData(document.runData, runs, run.id, data) };
}

function annotateRun(document: ProjectDocument, runId: string, change: Partial<RunNote>): ProjectDocument {
  if (!document.runs.some(({ id }) => id === runId)) return document;
  const former = document.runNotes[runId] ?? plainNote;
  const next: RunNote = {
    name: (change.name ?? former.name).trim().slice(0, 200),
    note: (change.note ?? former.note).trim().slice(0, 2000),
    starred: change.starred ?? former.starred,
  };
  const isSame = next.name === former.name && next.note === former.note && next.starred === former.starred;
  return isSame ? document : { ...document, runNotes: { ...document.runNotes, [runId]: next } };
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
      const fresh = [...new Map(command.samples.map((sample) => [sample.id, sample])).values()].filter(
        ({ id }) => !known.has(id),
      );
      if (fresh.length === 0) return document;
      return withSamples({ ...document, origin: command.origin }, [...document.samples, ...fresh]);
    }
    case 'add-skipped':
      return command.files.length === 0 ? document : { ...document, skipped: [...document.skipped, ...command.files] };
    case 'dismiss-skipped':
      return document.skipped.length === 0 ? document : { ...document, skipped: [] };
    case 'move-samples': {
      const className = command.className === null ? null : normaliseClassName(command.className);
      if (className === '') return document;
      return changeSamples(document, command.ids, (sample) =>
        sample.className === className ? sample : { ...sample, className },
      );
    }
    case 'label-samples': {
      const labels = new Map(command.labels.map(({ id, className }) => [id, normaliseClassName(className)]));
      return changeSamples(document, [...labels.keys()], (sample) => {
        const className = labels.get(sample.id) ?? '';
        return className === '' || sample.className === className ? sample : { ...sample, className };
      });
    }
    case 'pin-split':
      return changeSamples(document, command.ids, (sample) =>
        sample.pinnedSplit === command.split ? sample : { ...sample, pinnedSplit: command.split },
      );
    case 'remove-samples':
    case 'lose-samples':
      return removeSamples(document, command.ids);
    case 'add-class': {
      const name = normaliseClassName(command.className);
      if (name === '' || document.classNames.includes(name)) return document;
      return withClassNames(document, [...document.classNames, name]);
    }
    case 'rename-class':
      return mergeClasses(document, [command.from], command.to);
    case 'merge-classes':
      return mergeClasses(document, command.from, command.to);
    case 'recolour-class':
      return recolourClass(document, command.className, command.colour);
    case 'remove-class': {
      if (!document.classNames.includes(command.className)) return document;
      const samples = document.samples.filter(({ className }) => className !== command.className);
      const classNames = document.classNames.filter((name) => name !== command.className);
      return withClassNames({ ...document, samples }, classNames);
    }
    case 'clear-pictures':
      return { ...document, samples: [], skipped: [], classNames: [], classColours: {}, origin: null };
    case 'change-split-rules':
      return { ...document, splitRules: command.rules };
    case 'change-settings':
      return { ...document, settings: command.settings };
    case 'use-backbone':
      return (command.backbone?.id ?? null) === (document.backbone?.id ?? null)
        ? document
        : { ...document, backbone: command.backbone };
    case 'add-run':
      return addRun(document, command.run, command.data);
    case 'annotate-run':
      return annotateRun(document, command.runId, command.change);
    case 'remove-run': {
      const runs = document.runs.filter(({ id }) => id !== command.runId);
      if (runs.length === document.runs.length) return document;
      const runNotes = Object.fromEntries(Object.entries(document.runNotes).filter(([id]) => id !== command.runId));
      const runData = Object.fromEntries(Object.entries(document.runData).filter(([id]) => id !== command.runId));
      return { ...document, runs, runNotes, runData };
    }
  }
}
