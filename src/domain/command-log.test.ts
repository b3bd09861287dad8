import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCommandLog, logCommand, replay, undoDepth, type CommandLog, type LoggedCommand } from './command-log';
import { compareCodePoints, type ProjectCommand } from './commands';
import { plainSample, type Sample } from './dataset';
import { createPreset } from './presets';
import { createProject, parseProject } from './project';

const start = createCommandLog(createProject('p1', '2026-01-01T00:00:00.000Z', createPreset('recommended', 0)));

function createSample(id: string, className: string | null): Sample {
  const place = { name: `${id}.jpg`, path: `${String(className)}/${id}.jpg`, className, folderSplit: null };
  return { ...plainSample, ...place, id, width: 10, height: 10, bytes: 1 };
}

const add = (samples: readonly Sample[], reading?: string): ProjectCommand => ({
  kind: 'add-samples',
  samples,
  origin: 'folder',
  ...(reading === undefined ? {} : { reading }),
});
const undo = { kind: 'undo' } as const;
const redo = { kind: 'redo' } as const;

function run(log: CommandLog, ...commands: readonly LoggedCommand[]): CommandLog {
  return commands.reduce(logCommand, log);
}

const sampleIds = ['a', 'b', 'c', 'd'] as const;
const classNames = ['cat', 'dog', 'é'] as const;
const someIds = fc.subarray([...sampleIds], { minLength: 1 });
const command: fc.Arbitrary<ProjectCommand> = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom(...sampleIds), fc.constantFrom(...classNames, null)), { minLength: 1, maxLength: 3 })
    .map((samples) => add(samples.map(([id, className]) => createSample(id, className)))),
  fc.constantFrom(...classNames).map((className): ProjectCommand => ({ kind: 'remove-class', className })),
  fc.constantFrom(...classNames).map((className): ProjectCommand => ({ kind: 'add-class', className })),
  fc.string().map((name): ProjectCommand => ({ kind: 'name-project', name })),
  fc
    .tuple(fc.constantFrom(...classNames), fc.constantFrom(...classNames, 'ox'))
    .map(([from, to]): ProjectCommand => ({ kind: 'rename-class', from, to })),
  fc
    .tuple(someIds, fc.constantFrom(...classNames, null))
    .map(([ids, className]): ProjectCommand => ({ kind: 'move-samples', ids, className })),
  someIds.map((ids): ProjectCommand => ({ kind: 'remove-samples', ids })),
  fc
    .tuple(someIds, fc.constantFrom('train' as const, 'val' as const, null))
    .map(([ids, split]): ProjectCommand => ({ kind: 'pin-split', ids, split })),
  fc
    .tuple(fc.constantFrom(...classNames), fc.nat(5))
    .map(([className, colour]): ProjectCommand => ({ kind: 'recolour-class', className, colour })),
  fc.constant<ProjectCommand>({ kind: 'clear-pictures' }),
);
const logged: fc.Arbitrary<LoggedCommand> = fc.oneof(
  { weight: 3, arbitrary: command },
  { weight: 1, arbitrary: fc.constantFrom<LoggedCommand>(undo, redo) },
);

describe('the command log', () => {
  it('replays to the same document, whatever was done, undone and done again', () => {
    fc.assert(
      fc.property(fc.array(logged, { maxLength: 20 }), (commands) => {
        const log = run(start, ...commands);
        const { document } = log;
        expect(replay(log)).toEqual(document);
        const used = document.samples.flatMap(({ className }) => className ?? []);
        expect(document.classNames).toEqual(expect.arrayContaining(used));
        expect(document.classNames).toEqual([...new Set(document.classNames)].sort(compareCodePoints));
        expect(new Set(Object.values(document.classColours)).size).toBe(document.classNames.length);
        expect(parseProject(JSON.parse(JSON.stringify(document)))).toEqual(document);
      }),
    );
  });

  it('takes every change back and does it again, to the same documents', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        const logs = [start];
        for (const next of commands) {
          const log = logCommand(logs.at(-1) ?? start, next);
          if (log !== logs.at(-1)) logs.push(log);
        }
        const documents = logs.map(({ document: { skipped: _skipped, ...rest } }) => rest);
        let log = logs.at(-1) ?? start;
        for (const document of documents.toReversed().slice(1)) {
          log = logCommand(log, undo);
          expect(log.document).toMatchObject(document);
        }
        expect(logCommand(log, undo)).toBe(log);
        for (const document of documents.slice(1)) {
          log = logCommand(log, redo);
          expect(log.document).toMatchObject(document);
        }
        expect(logCommand(log, redo)).toBe(log);
      }),
    );
  });

  it('takes back one reading of pictures as one, and two as two', () => {
    const read = run(
      start,
      add([createSample('a', 'cat')], '1'),
      add([createSample('b', 'cat')], '1'),
      add([createSample('c', 'cat')], '2'),
    );
    const [once, twice] = [run(read, undo), run(read, undo, undo)];
    expect(once.document.samples.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(twice.document.samples).toEqual([]);
    expect(run(twice, redo).document.samples.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('leaves settings alone when a change of the pictures is taken back', () => {
    const settings = { ...start.document.settings, epochs: 3 };
    const log = run(start, add([createSample('a', 'cat')]), { kind: 'change-settings', settings }, undo);
    expect(log.document.samples).toEqual([]);
    expect(log.document.settings).toBe(settings);
    expect(run(log, redo).document.settings).toBe(settings);
  });

  it('forgets what was undone once something else is done', () => {
    const log = run(start, add([createSample('a', 'cat')]), undo, { kind: 'name-project', name: 'Other' });
    expect(logCommand(log, redo)).toBe(log);
  });

  it('has nothing to take back once pictures are lost for good', () => {
    const log = run(start, add([createSample('a', 'cat'), createSample('b', 'cat')]), { kind: 'lose-samples', ids: ['a'] });
    expect(log.document.samples.map(({ id }) => id)).toEqual(['b']);
    expect(logCommand(log, undo)).toBe(log);
  });

  it('logs nothing that changes nothing', () => {
    const log = run(start, add([createSample('a', 'cat')]));
    expect(logCommand(log, add([createSample('a', 'cat')]))).toBe(log);
    expect(logCommand(log, { kind: 'name-project', name: '  ' })).toBe(log);
    expect(logCommand(log, { kind: 'rename-class', from: 'absent', to: 'x' })).toBe(log);
  });

  it('remembers so many changes and no more', () => {
    const names = Array.from({ length: undoDepth + 5 }, (_, at): ProjectCommand => ({ kind: 'name-project', name: String(at) }));
    const back = Array.from({ length: undoDepth + 5 }, () => undo);
    const log = run(start, ...names, ...back);
    expect(log.document.name).toBe('4');
  });
});
