/** Everything: packages, browser, check, unit tests, browser tests, end-to-end tests. The last line sums the tests. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensureInstalled, projectRoot, runMain } from './install.mjs';
import { countPlaywright, countVitest } from './test-counts.mjs';

const reports = join(projectRoot, '.cache', 'test-reports');

/**
 * @param {string[]} args
 * @param {Record<string, string>} environment
 * @returns {Promise<number>}
 */
function runNode(args, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...environment } });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * @param {string} name
 * @returns {unknown}
 */
function readReport(name) {
  try {
    /** @type {unknown} */
    const report = JSON.parse(readFileSync(join(reports, `${name}.json`), 'utf8'));
    return report;
  } catch {
    return null; // the runner died before it could write one
  }
}

await runMain(async () => {
  ensureInstalled();
  // Asked for after the packages: Playwright's own browser is looked for first.
  const executable = ensureChromium();
  console.log(`Browser: ${executable}`);
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  console.log('\n== check');
  const checkCode = await runNode(['scripts/check.mjs']);

  const vitest = 'node_modules/vitest/vitest.mjs';
  const playwright = 'node_modules/@playwright/test/cli.js';
  const runners = [
    {
      name: 'unit',
      count: countVitest,
      args: [
        vitest,
        'run',
        '--project',
        'node',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${join(reports, 'unit.json')}`,
      ],
    },
    {
      name: 'browser',
      count: countVitest,
      args: [
        vitest,
        'run',
        '--project',
        'browser',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${join(reports, 'browser.json')}`,
      ],
    },
    {
      name: 'e2e',
      count: countPlaywright,
      args: [playwright, 'test', '--reporter=list,json'],
      environment: { PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, 'e2e.json') },
    },
  ];

  let passed = 0;
  let failed = 0;
  let allGreen = checkCode === 0;
  for (const { name, args, environment, count } of runners) {
    console.log(`\n== ${name}`);
    const started = performance.now();
    const code = await runNode(args, environment);
    const counts = count(/** @type {never} */ (readReport(name)), code);
    passed += counts.passed;
    failed += counts.failed;
    if (code !== 0 || counts.failed > 0) allGreen = false;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `${name}: ${String(counts.passed)} passed, ${String(counts.failed)} failed, ${String(counts.leftOut)} left out, in ${seconds} s`,
    );
  }
  if (checkCode !== 0) console.log('\ncheck failed: see its lines above');
  console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
  return allGreen ? 0 : 1;
});
