import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function summary(...words: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'scripts/summary.ts', ...words], { cwd: root, encoding: 'utf8' });
}

test('the command prints the note’s table', () => {
  const { status, stdout, stderr } = summary('--input', '1,3,244,244', '--classes', '2');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toBe(readFileSync(`${root}/src/domain/fixtures/summary/seed-244-frozen.txt`, 'utf8'));
});

test('the command takes what is unfrozen', () => {
  const { stdout } = summary('--input=1,3,224,224', '--classes=3', '--unfreeze=block5');
  expect(stdout).toBe(readFileSync(`${root}/src/domain/fixtures/summary/224-block5-trainable-3-classes.txt`, 'utf8'));
});

test('the command explains itself', () => {
  const { status, stdout } = summary('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--unfreeze none|block5|all|N');
});

test.each([
  [['--input', '1,3,16,16'], 'height and width must be whole numbers from 32 to 4,096'],
  [['--classes', '1'], 'Classes: must be a whole number from 2'],
  [['--unfreeze', 'block9'], 'Unfreeze: must be none, block5, all'],
  [['--wrong'], "Unknown option '--wrong'"],
  [['--input'], '--input <value>'],
  [['stray'], 'stray'],
])('wrong arguments %j give one line and exit status 2', (words, part) => {
  const { status, stdout, stderr } = summary(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(part);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});
