import { fuzzTargets } from '../fuzz/targets';
import { type FuzzReport, watchTarget } from '../fuzz/watch';
import type { Row, Suite } from '../suite';

const findingsShown = 5;

function rowOf({ target, inputs, refused, accepted, findings, worstMs, memoryGrowth, seconds }: FuzzReport): Row {
  const count = (kind: string) => findings.filter((finding) => finding.kind === kind).length;
  return {
    name: target,
    inputs,
    refused,
    accepted,
    crashes: count('crash'),
    hangs: count('hang'),
    outOfMemory: count('memory'),
    worstMs: Number(worstMs.toFixed(1)),
    peakGrowthMB: Math.round(memoryGrowth / 1e6),
    seconds: Math.round(seconds),
  };
}

/** Hostile archives, manifests, projects, weights, pictures, patterns, answers and disks: none may crash, hang or take memory without bound. */
export const fuzzSuite: Suite = {
  name: 'fuzz',
  about: 'hostile inputs for everything that is parsed (--inputs N, --seed N, --only NAME)',
  quick: false,
  run: async ({ inputs, seed, only }) => {
    const rows: Row[] = [];
    const notes: string[] = [
      `seed ${String(seed)}: npm run bench -- fuzz --seed ${String(seed)} --inputs ${String(inputs)} repeats it`,
    ];
    let failed = false;
    for (const [index, { name }] of fuzzTargets.entries()) {
      if (only !== null && name !== only) continue;
      const report = await watchTarget(index, seed, inputs);
      const row = rowOf(report);
      failed ||= report.findings.length > 0;
      rows.push(row);
      console.log(
        Object.entries(row)
          .map(([key, value]) => `${key} ${String(value)}`)
          .join(', '),
      );
      for (const { kind, number, error, input } of report.findings.slice(0, findingsShown))
        notes.push(`${name} ${kind} at input ${String(number)}: ${error}\n  ${input}`);
    }
    return { rows, browser: `Node ${process.version}`, adapter: null, notes, failed };
  },
};
