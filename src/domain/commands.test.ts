import { describe, expect, it } from 'vitest';
import { applyCommand, compareCodePoints, type ProjectCommand } from './commands';
import { plainSample, type Sample } from './dataset';
import { HeadstartError } from './errors';
import { emptyHistory, type RunRecord } from './history';
import { createPreset } from './presets';
import { createProject, parseProject } from './project';
import { settingsBeforeFineTuning, validateRunConfig } from './run-config';

const start = createProject('p1', '2026-01-01T00:00:00.000Z', createPreset('recommended', 0));

function createSample(id: string, className: string): Sample {
  return {
    ...plainSample,
    id,
    name: `${id}.jpg`,
    path: `${className}/${id}.jpg`,
    className,
    folderSplit: null,
    width: 10,
    height: 10,
    bytes: 1,
  };
}

const add = (...samples: Sample[]): ProjectCommand => ({ kind: 'add-samples', samples, origin: 'folder' });

describe('project commands', () => {
  it('sort classes by code point as ImageFolder does, so that cat is 0 and dog is 1', () => {
    const document = applyCommand(start, add(createSample('a', 'dog'), createSample('b', 'cat'), createSample('c', 'Zebra')));
    expect(document.classNames).toEqual(['Zebra', 'cat', 'dog']);
  });

  it('sort astral characters after the basic plane, unlike UTF-16 order', () => {
    expect(['😀', '\uff5e'].sort(compareCodePoints)).toEqual(['\uff5e', '😀']);
    expect(['ab', 'a'].sort(compareCodePoints)).toEqual(['a', 'ab']);
  });

  it('keep a class’s colour when another class comes or goes', () => {
    let document = applyCommand(start, add(createSample('a', 'cat'), createSample('b', 'dog')));
    const dog = document.classColours['dog'];
    document = applyCommand(document, add(createSample('c', 'bird')));
    expect(document.classColours['dog']).toBe(dog);
    document = applyCommand(document, { kind: 'remove-class', className: 'cat' });
    expect(document.classColours['dog']).toBe(dog);
    expect(new Set(Object.values(document.classColours)).size).toBe(2);
  });

  it('give a colour to a class of any name', () => {
    const document = applyCommand(start, add(createSample('a', '__proto__'), createSample('b', 'constructor')));
    expect(Object.entries(document.classColours)).toEqual([
      ['__proto__', 0],
      ['constructor', 1],
    ]);
  });

  it('merge two classes when one is renamed to the other’s name', () => {
    let document = applyCommand(start, add(createSample('a', 'cat'), createSample('b', 'Cat')));
    document = applyCommand(document, { kind: 'rename-class', from: 'Cat', to: 'cat' });
    expect(document.classNames).toEqual(['cat']);
    expect(document.samples).toHaveLength(2);
  });

  it('move pictures to a class, which is made where there is none, and away from it again', () => {
    let document = applyCommand(start, add(createSample('a', 'cat'), createSample('b', 'cat'), createSample('c', 'dog')));
    document = applyCommand(document, { kind: 'move-samples', ids: ['b', 'c'], className: ' fox ' });
    expect(document.samples.map(({ className }) => className)).toEqual(['cat', 'fox', 'fox']);
    expect(document.classNames).toEqual(['cat', 'fox']);
    document = applyCommand(document, { kind: 'move-samples', ids: ['c'], className: null });
    expect(document.samples.map(({ className }) => className)).toEqual(['cat', 'fox', null]);
    expect(applyCommand(document, { kind: 'move-samples', ids: ['a'], className: 'cat' })).toBe(document);
    expect(applyCommand(document, { kind: 'move-samples', ids: ['a'], className: '  ' })).toBe(document);
  });

  it('keep a class made by hand while it is empty, and let one go that loses its last picture', () => {
    let document = applyCommand(start, { kind: 'add-class', className: 'fox' });
    document = applyCommand(document, add(createSample('a', 'cat'), createSample('b', 'dog')));
    document = applyCommand(document, { kind: 'remove-samples', ids: ['a'] });
    expect(document.classNames).toEqual(['dog', 'fox']);
    expect(Object.keys(document.classColours).sort()).toEqual(['dog', 'fox']);
    document = applyCommand(document, { kind: 'remove-class', className: 'fox' });
    expect(document.classNames).toEqual(['dog']);
    expect(applyCommand(document, { kind: 'add-class', className: 'dog' })).toBe(document);
  });

  it('rename an empty class, and merge several into one, also into a new name', () => {
    let document = applyCommand(start, { kind: 'add-class', className: 'fox' });
    document = applyCommand(document, { kind: 'rename-class', from: 'fox', to: 'wolf' });
    expect(document.classNames).toEqual(['wolf']);
    document = applyCommand(document, add(createSample('a', 'cat'), createSample('b', 'cats'), createSample('c', 'Cat')));
    const colour = document.classColours['cat'];
    document = applyCommand(document, { kind: 'merge-classes', from: ['Cat', 'cat', 'cats', 'absent'], to: 'cat' });
    expect(document.classNames).toEqual(['cat', 'wolf']);
    expect(document.classColours['cat']).toBe(colour);
    expect(document.samples.every(({ className }) => className === 'cat')).toBe(true);
    expect(applyCommand(document, { kind: 'merge-classes', from: ['cat'], to: 'cat' })).toBe(document);
  });

  it('give a class the colour of another, which takes the first one’s', () => {
    let document = applyCommand(start, add(createSample('a', 'cat'), createSample('b', 'dog')));
    document = applyCommand(document, { kind: 'recolour-class', className: 'cat', colour: 1 });
    expect(document.classColours).toEqual({ cat: 1, dog: 0 });
    document = applyCommand(document, { kind: 'recolour-class', className: 'cat', colour: 7 });
    expect(document.classColours).toEqual({ cat: 7, dog: 0 });
    expect(applyCommand(document, { kind: 'recolour-class', className: 'absent', colour: 2 })).toBe(document);
  });

  it('pin pictures to a split and let them go', () => {
    let document = applyCommand(start, add(createSample('a', 'cat'), createSample('b', 'cat')));
    document = applyCommand(document, { kind: 'pin-split', ids: ['a'], split: 'val' });
    expect(document.samples.map(({ pinnedSplit }) => pinnedSplit)).toEqual(['val', null]);
    expect(applyCommand(document, { kind: 'pin-split', ids: ['a', 'absent'], split: 'val' })).toBe(document);
    document = applyCommand(document, { kind: 'pin-split', ids: ['a'], split: null });
    expect(document.samples[0]?.pinnedSplit).toBeNull();
  });

  it('leave the lists of classes as they are, the very same, while no class comes or goes', () => {
    const document = applyCommand(start, add(createSample('a', '10'), createSample('b', '9'), createSample('c', '9')));
    const moved = applyCommand(document, { kind: 'move-samples', ids: ['b'], className: '10' });
    expect(moved.classNames).toBe(document.classNames);
    expect(moved.classColours).toBe(document.classColours);
  });
});

describe('a stored project', () => {
  const codeOf = (stored: unknown): string => {
    try {
      parseProject(stored);
      return 'accepted';
    } catch (error) {
      return error instanceof HeadstartError ? error.code : 'other';
    }
  };

  it('of a newer version is refused as newer, not as broken', () => {
    expect(codeOf({ ...start, version: 2 })).toBe('project-newer');
  });

  it('that does not fit is refused', () => {
    expect(codeOf({ ...start, samples: [{ id: 3 }] })).toBe('project-invalid');
    expect(codeOf(null)).toBe('project-invalid');
    expect(codeOf({ ...start, skipped: [{ path: 'a', reason: { code: 'made-up', message: '', remedy: '' } }] })).toBe(
      'project-invalid',
    );
  });

  it('from before pictures could be mended opens, with nothing pinned and nothing known that was not kept', () => {
    const old = { id: 'a', name: 'a.jpg', path: 'cat/a.jpg', className: 'cat', folderSplit: null, width: 9, height: 9, bytes: 1 };
    const opened = parseProject({ ...start, classNames: ['cat'], classColours: { cat: 0 }, samples: [old] });
    expect(opened.samples).toEqual([{ ...plainSample, ...old }]);
  });

  it('from before fine-tuning opens, trains as before and says the same of its runs', () => {
    const { settings, ...rest } = start;
    const old = Object.fromEntries(Object.entries(settings).filter(([key]) => !(key in settingsBeforeFineTuning)));
    const run = {
      id: 'r',
      number: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
      config: old,
      classNames: ['cat', 'dog'],
      counts: { train: 2, val: 2, test: 0 },
      device: 'cpu',
      adapter: null,
      threads: 1,
      computePlan: 'plan',
      history: emptyHistory,
      log: [],
      seconds: { weights: 0, features: 0, train: 0, total: 0 },
      stoppedEarly: false,
      testAccuracy: 0.5,
    };
    const opened = parseProject({ ...rest, settings: old, runs: [run] });
    expect(opened.settings).toEqual(settings);
    expect(opened.runs).toEqual([{ ...run, config: settings, chosenBy: null, bestEpoch: null, weightsHash: null }]);
    expect(validateRunConfig(opened.settings)).toEqual(settings);
  });

  it('annotate a run that is there, and take it away with what was said of it', () => {
    const run = { id: 'r1' } as RunRecord;
    let document = applyCommand(start, { kind: 'add-run', run });
    document = applyCommand(document, { kind: 'annotate-run', runId: 'r1', change: { name: ' best ', starred: true } });
    document = applyCommand(document, { kind: 'annotate-run', runId: 'r1', change: { note: 'two epochs' } });
    expect(document.runNotes).toEqual({ r1: { name: 'best', note: 'two epochs', starred: true } });
    expect(applyCommand(document, { kind: 'annotate-run', runId: 'r1', change: { name: 'best' } })).toBe(document);
    expect(applyCommand(document, { kind: 'annotate-run', runId: 'absent', change: { name: 'x' } })).toBe(document);
    const without = applyCommand(document, { kind: 'remove-run', runId: 'r1' });
    expect([without.runs, without.runNotes]).toEqual([[], {}]);
    expect(applyCommand(without, { kind: 'remove-run', runId: 'r1' })).toBe(without);
  });

  it('leave a project readable that was saved before runs could be annotated', () => {
    const { runNotes, ...former } = start;
    expect(parseProject(JSON.parse(JSON.stringify(former))).runNotes).toEqual(runNotes);
  });
});
