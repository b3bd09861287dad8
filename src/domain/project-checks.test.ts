import { describe, expect, it } from 'vitest';
import { applyCommand } from './commands';
import { plainSample, type Sample } from './dataset';
import { describeError } from './errors';
import { createPreset } from './presets';
import { createProject, parseProject, type ProjectDocument } from './project';

const sample = (id: string, className: string | null): Sample => ({
  ...plainSample,
  id,
  name: `${id}.jpg`,
  path: `${id}.jpg`,
  className,
  folderSplit: null,
  width: 9,
  height: 9,
  bytes: 9,
});
const project = applyCommand(createProject('p', '2026-11-28T00:00:00.000Z', createPreset('recommended', 0)), {
  kind: 'add-samples',
  samples: [sample('1', 'cat'), sample('2', 'dog'), sample('3', null)],
  origin: 'folder',
});
const reopen = (change: Partial<ProjectDocument>) => parseProject(JSON.parse(JSON.stringify({ ...project, ...change })));

describe('a stored project', () => {
  it('opens when its labels are its classes and its pictures differ', () => {
    expect(reopen({})).toEqual(project);
  });

  it('opens with a file that an older version left out for a reason that no longer leaves anything out', () => {
    const skipped = [{ path: 'x.jpg', reason: describeError('no-labels') }];
    expect(reopen({ skipped }).skipped).toEqual(skipped);
    expect(skipped[0]?.reason.code).toBe('no-labels');
  });

  // Found by `npm run bench -- fuzz`: each of these came in, and the page then counted pictures twice or of no class.
  it.each([
    ['a label that is no class', { classNames: ['cat'] }],
    ['a class twice', { classNames: ['cat', 'cat', 'dog'] }],
    ['a picture twice', { samples: [sample('1', 'cat'), sample('1', 'dog')] }],
  ])('is refused with %s', (_, change) => {
    expect(() => reopen(change)).toThrow(expect.objectContaining({ code: 'project-invalid' }));
  });
});
