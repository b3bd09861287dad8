import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCommand, compareCodePoints, createCommandLog, logCommand, replay, type ProjectCommand } from './commands';
import type { Sample } from './dataset';
import { HeadstartError } from './errors';
import { emptyHistory } from './history';
import { createPreset } from './presets';
import { createProject, parseProject } from './project';
import { settingsBeforeFineTuning, validateRunConfig } from './run-config';

const start = createProject('p1', '2026-01-01T00:00:00.000Z', createPreset('recommended', 0));

function createSample(id: string, className: string): Sample {
  return { id, name: `${id}.jpg`, path: `${className}/${id}.jpg`, className, folderSplit: null, width: 10, height: 10, bytes: 1 };
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

  it('move pictures to another class', () => {
    const document = applyCommand(start, add(createSample('a', 'cat'), createSample('b', 'cat')));
    const moved = applyCommand(document, { kind: 'move-samples', ids: ['b', 'absent'], className: ' dog ' });
    expect(moved.samples.map(({ className }) => className)).toEqual(['cat', 'dog']);
    expect(moved.classNames).toEqual(['cat', 'dog']);
    expect(applyCommand(moved, { kind: 'move-samples', ids: ['b'], className: 'dog' })).toBe(moved);
    expect(applyCommand(moved, { kind: 'move-samples', ids: ['b'], className: ' ' })).toBe(moved);
  });

  it('change nothing, and log nothing, for a sample that is already there or an empty name', () => {
    const log = logCommand(createCommandLog(start), add(createSample('a', 'cat')));
    expect(logCommand(log, add(createSample('a', 'cat')))).toBe(log);
    expect(logCommand(log, { kind: 'name-project', name: '  ' })).toBe(log);
    expect(logCommand(log, { kind: 'rename-class', from: 'absent', to: 'x' })).toBe(log);
  });

  it('replay to the same document, whatever they are', () => {
    const sample = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), className: fc.constantFrom('cat', 'dog', 'é') });
    const command: fc.Arbitrary<ProjectCommand> = fc.oneof(
      fc
        .array(sample, { maxLength: 3 })
        .map((samples) => add(...samples.map(({ id, className }) => createSample(id, className)))),
      fc.constantFrom('cat', 'dog').map((className): ProjectCommand => ({ kind: 'remove-class', className })),
      fc.string().map((name): ProjectCommand => ({ kind: 'name-project', name })),
      fc
        .tuple(fc.constantFrom('cat', 'dog'), fc.constantFrom('cat', 'dog', 'ox'))
        .map(([from, to]): ProjectCommand => ({ kind: 'rename-class', from, to })),
      fc.constant<ProjectCommand>({ kind: 'clear-pictures' }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (commands) => {
        const log = commands.reduce(logCommand, createCommandLog(start));
        expect(replay(log)).toEqual(log.document);
        expect(log.document.classNames).toEqual(
          [...new Set(log.document.samples.map((s) => s.className))].sort(compareCodePoints),
        );
        expect(parseProject(JSON.parse(JSON.stringify(log.document)))).toEqual(log.document);
      }),
    );
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
    expect(opened.runs).toEqual([{ ...run, config: settings, chosenBy: null, bestEpoch: null }]);
    expect(validateRunConfig(opened.settings)).toEqual(settings);
  });
});
