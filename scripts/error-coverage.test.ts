import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { errorCodes } from '../src/domain/errors';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['src', 'scripts', 'e2e'];
/** These go through the catalogue or plant its errors: they cause none. */
const causeNothing = ['errors.test.ts', 'error-coverage.test.ts', 'diagnostics.test.ts', 'skipped-reasons.test.ts'];

function readTests(): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && /\.(test|spec)\.tsx?$/.test(file.name) && !causeNothing.includes(file.name))
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8')),
  );
}

it('every error that a person can meet is named by a test that causes it', () => {
  const tests = readTests();
  expect(tests.length).toBeGreaterThan(100);
  const isNamed = (code: string): boolean => tests.some((text) => new RegExp(`['"\`]${code}['"\`]`).test(text));
  expect(isNamed(['no', 'such', 'code'].join('-'))).toBe(false);
  expect(errorCodes.filter((code) => !isNamed(code))).toEqual([]);
});
