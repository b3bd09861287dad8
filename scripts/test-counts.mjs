/** @typedef {{ passed: number, failed: number, leftOut: number }} Counts */

/**
 * A runner that failed without a failing test (it crashed, a file did not load, nothing ran) counts as one failure:
 * the sum must not look green.
 * @param {Counts} counts
 * @param {number} exitCode
 * @returns {Counts}
 */
function withCrash(counts, exitCode) {
  const broken = counts.failed === 0 && (exitCode !== 0 || counts.passed === 0);
  return broken ? { ...counts, failed: 1 } : counts;
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests?: number, testResults: { status: string, assertionResults: { status: string }[] }[] } | null} report vitest's JSON, null when there is none
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countVitest(report, exitCode) {
  if (report === null) return { passed: 0, failed: 1, leftOut: 0 };
  // A file that cannot be loaded fails without any test of its own.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const leftOut = report.numPendingTests + (report.numTodoTests ?? 0);
  return withCrash({ passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles, leftOut }, exitCode);
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors?: unknown[] } | null} report Playwright's JSON, null when there is none
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countPlaywright(report, exitCode) {
  if (report === null) return { passed: 0, failed: 1, leftOut: 0 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  return withCrash({ passed: expected, failed: unexpected + flaky, leftOut: skipped }, exitCode);
}
