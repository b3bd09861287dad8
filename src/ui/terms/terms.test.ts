import { describe, expect, it } from 'vitest';
import { terms } from './terms';

describe('the terms of the trade', () => {
  it('are each explained in one sentence', () => {
    for (const [name, sentence] of Object.entries(terms)) {
      expect(sentence, name).toMatch(/^[A-Z].*\.$/);
      // A full stop, then another sentence.
      expect(sentence, name).not.toMatch(/\. [A-Z]/);
      expect(sentence.length, name).toBeLessThan(200);
    }
  });
});
