import { describe, expect, it } from 'vitest';
import { storageFaultCases } from './testing/storage-faults';

describe('whatever is written', () => {
  it('is found as it was before or as it should be after, when any of its writes is refused, cut or unanswered', async () => {
    const cases = await storageFaultCases(7);
    const outcomes = new Map<string, string>();
    for (const { name, run } of cases)
      outcomes.set(
        name,
        await run().catch((thrown: unknown) => `lost: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
      );
    expect([...outcomes].filter(([, outcome]) => outcome.startsWith('lost'))).toEqual([]);
    // Each scenario has both: a fault that changes nothing, and one after which all is there.
    expect(new Set(outcomes.values())).toEqual(new Set(['before', 'after']));
    expect(cases.length).toBeGreaterThan(60);
  });
});
