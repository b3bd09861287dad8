import { describe, expect, it } from 'vitest';
import { createCommandLog, logCommand, type LoggedCommand } from '../../domain/command-log';
import { plainSample, type Sample } from '../../domain/dataset';
import { createPreset } from '../../domain/presets';
import { createProject } from '../../domain/project';
import { describeStep } from './undo-words';

const samples = ['a', 'b', 'c'].map((id): Sample => ({
  ...plainSample,
  id,
  name: id,
  path: id,
  className: 'cat',
  folderSplit: null,
  width: 9,
  height: 9,
  bytes: 1,
}));

function wordsAfter(...commands: LoggedCommand[]): { undo: string; redo: string } {
  const start = createCommandLog(createProject('p', '2026-01-01T00:00:00.000Z', createPreset('note', 0)));
  const log = [{ kind: 'add-samples', samples, origin: 'folder' } as const, ...commands].reduce<typeof start>(logCommand, start);
  const [past, future] = [log.past.at(-1), log.future.at(-1)];
  return {
    undo: past === undefined ? '' : describeStep(past, log.document),
    redo: future === undefined ? '' : describeStep(future, log.document),
  };
}

describe('the words of undo', () => {
  it('say what would be taken back, and what would be done again', () => {
    expect(wordsAfter()).toEqual({ undo: 'added 3 pictures', redo: '' });
    expect(wordsAfter({ kind: 'undo' })).toEqual({ undo: '', redo: 'added 3 pictures' });
    expect(wordsAfter({ kind: 'move-samples', ids: ['a'], className: 'dog' }).undo).toBe('moved 1 picture to dog');
    expect(wordsAfter({ kind: 'move-samples', ids: ['a', 'b'], className: null }).undo).toBe('took the label from 2 pictures');
    expect(wordsAfter({ kind: 'pin-split', ids: ['a'], split: 'val' }).undo).toBe('pinned 1 picture to validation');
    expect(wordsAfter({ kind: 'remove-samples', ids: ['a', 'b'] }).undo).toBe('removed 2 pictures');
    expect(wordsAfter({ kind: 'remove-samples', ids: ['a', 'b'] }, { kind: 'undo' }).redo).toBe('removed 2 pictures');
    expect(wordsAfter({ kind: 'rename-class', from: 'cat', to: 'lynx' }).undo).toBe('renamed cat to lynx');
  });
});
