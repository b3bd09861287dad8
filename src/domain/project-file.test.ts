import { describe, expect, it } from 'vitest';
import { migrate, type Migrations } from './migrate';
import { createPreset } from './presets';
import { createProject } from './project';
import { adoptProject, parseManifest, projectFileMigrations, projectFileVersion } from './project-file';
import type { RunRecord } from './history';

describe('migrate', () => {
  const migrations: Migrations = {
    1: ({ title, ...rest }) => ({ ...rest, name: title }),
    2: (older) => ({ ...older, name: String(older['name']).toUpperCase() }),
  };

  it('goes from version to version, one step each', () => {
    expect(migrate({ version: 1, title: 'pets' }, 1, 3, migrations)).toEqual({ version: 3, name: 'PETS' });
    expect(migrate({ version: 2, name: 'pets' }, 2, 3, migrations)).toEqual({ version: 3, name: 'PETS' });
    expect(migrate({ version: 3, name: 'pets' }, 3, 3, migrations)).toEqual({ version: 3, name: 'pets' });
  });

  it('gives nothing where a step is missing', () => {
    expect(migrate({ version: 0, title: 'pets' }, 0, 3, migrations)).toBeNull();
  });
});

describe('the manifest of a project’s file', () => {
  const whole = {
    format: 'headstart-project',
    version: projectFileVersion,
    writtenAt: '2026-11-28T10:00:00Z',
    document: { path: 'headstart-project.json', bytes: 2, sha256: 'a'.repeat(64) },
    pictures: [],
    thumbnails: [],
    heads: [],
    features: [],
  };
  const codeOf = (stored: unknown): string => {
    try {
      parseManifest(stored, 'pets.zip');
      return 'read';
    } catch (thrown) {
      return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'another error';
    }
  };

  it('has a step from every older version', () => {
    const older = Array.from({ length: projectFileVersion - 1 }, (_, at) => String(at + 1));
    expect(Object.keys(projectFileMigrations)).toEqual(older);
  });

  it('is read in this version, refused in a newer one and where it is anything else', () => {
    expect(codeOf(whole)).toBe('read');
    expect(codeOf({ ...whole, version: projectFileVersion + 1, pictures: null })).toBe('project-file-newer');
    for (const stored of [null, [], {}, { ...whole, format: 'other' }, { ...whole, version: 0 }, { ...whole, pictures: null }])
      expect(codeOf(stored)).toBe('project-file-invalid');
    const huge = { ...whole, document: { ...whole.document, bytes: 1e15 } };
    expect(codeOf(huge)).toBe('project-file-invalid');
  });
});

describe('adoptProject', () => {
  it('calls the project and its runs by names that are nowhere else, and keeps what was said of them', () => {
    const runs = [{ id: 'then 1' }, { id: 'then 2' }] as unknown as readonly RunRecord[];
    const note = { name: 'Best', note: '', starred: true };
    const given = {
      ...createProject('old', '2026-11-28T10:00:00Z', createPreset('recommended', 1)),
      runs,
      runNotes: { 'then 2': note },
    };
    const { document, runIds } = adoptProject(given, 'new');
    expect(document).toEqual({ ...given, id: 'new', runs: [{ id: 'new 1' }, { id: 'new 2' }], runNotes: { 'new 2': note } });
    expect([...runIds]).toEqual([
      ['then 1', 'new 1'],
      ['then 2', 'new 2'],
    ]);
  });
});
