import { describe, expect, it } from 'vitest';
import { applyCommand } from './commands';
import { compareRuns } from './evaluation/run-verdict';
import { diffData } from './evaluation/settings-diff';
import type { RunRecord, SamplePrediction } from './history';
import { createPreset } from './presets';
import { createProject, parseProject } from './project';
import { fingerprintData, mostAnswers, packAnswers, unpackAnswers, type RunData } from './run-data';
import { plainSplitRules } from './split-rules';
import { plainRun } from './testing/plain-run';

const classNames = ['cat', 'dog', 'fox'];
const config = createPreset('recommended', 0);

function say(sampleId: string, labelIndex: number, probabilities: readonly number[]): SamplePrediction {
  const classIndex = probabilities.indexOf(Math.max(...probabilities));
  const loss = -Math.log(probabilities[labelIndex] ?? Number.NaN);
  const rest = { className: classNames[classIndex] ?? '', logits: [1, 2, 3], milliseconds: 1 };
  return { ...rest, sampleId, split: 'val', labelIndex, classIndex, probabilities, loss };
}

function runOf(id: string): RunRecord {
  return { ...plainRun, id, config, classNames, counts: { train: 2, val: 2, test: 0 }, computePlan: 'test' };
}

const said = [say('a', 0, [0.7, 0.2, 0.1]), say('b', 1, [0.5, 0.25, 0.25])];
const data = (change: Partial<RunData> = {}): RunData => ({
  fingerprint: '0123456789abcdef',
  splitRules: plainSplitRules,
  pinned: 0,
  answers: packAnswers(said),
  ...change,
});

describe('what is kept of a run’s answers', () => {
  it('gives the class, the label and their probabilities back at a later visit, and the same verdict', () => {
    const document = applyCommand(createProject('p', '2026-01-01T00:00:00.000Z', config), {
      kind: 'add-run',
      run: runOf('r1'),
      data: data(),
    });
    const restored = parseProject(JSON.parse(JSON.stringify(document)));
    expect(restored).toEqual(document);
    const answers = restored.runData['r1']?.answers ?? null;
    if (answers === null) throw new Error('nothing was kept');
    const again = unpackAnswers(answers, runOf('r1'));
    expect(again.map(({ sampleId, labelIndex, classIndex }) => [sampleId, labelIndex, classIndex])).toEqual([
      ['a', 0, 0],
      ['b', 1, 0],
    ]);
    expect(again[1]?.probabilities).toEqual([0.5, 0.25, Number.NaN]);
    expect(again[1]?.loss).toBeCloseTo(-Math.log(0.25), 12);
    const other = [say('a', 0, [0.1, 0.8, 0.1]), say('b', 1, [0.1, 0.8, 0.1])];
    expect(compareRuns(again, other, ['1', '2'])).toEqual(compareRuns(said, other, ['1', '2']));
  });

  it('leaves out pictures of training, and takes no more room than there is: the oldest go first', () => {
    expect(packAnswers([{ ...(said[0] as SamplePrediction), split: 'train' }])?.sampleIds).toEqual([]);
    const many = (count: number) => packAnswers(Array.from({ length: count }, (_, at) => say(String(at), 0, [1, 0, 0])));
    expect(many(mostAnswers + 1)).toBeNull();
    let document = createProject('p', '2026-01-01T00:00:00.000Z', config);
    for (const id of ['r1', 'r2', 'r3'])
      document = applyCommand(document, { kind: 'add-run', run: runOf(id), data: data({ answers: many(mostAnswers * 0.4) }) });
    expect(['r1', 'r2', 'r3'].map((id) => document.runData[id]?.answers === null)).toEqual([true, false, false]);
    expect(applyCommand(document, { kind: 'remove-run', runId: 'r2' }).runData).not.toHaveProperty('r2');
  });

  it('is refused where its columns differ in length', () => {
    const document = { ...createProject('p', '2026-01-01T00:00:00.000Z', config), runData: { r1: data() } };
    const broken = structuredClone(document) as unknown as { runData: { r1: { answers: { labels: number[] } } } };
    broken.runData.r1.answers.labels.pop();
    expect(() => parseProject(broken)).toThrow();
    const { runData, ...before } = document;
    expect(runData).toBeDefined();
    expect(parseProject(before).runData).toEqual({});
  });
});

describe('the fingerprint of data', () => {
  const samples = [
    { id: 'a', labelIndex: 0, split: 'train' as const },
    { id: 'b', labelIndex: 1, split: 'val' as const },
  ];

  it('does not depend on the order of pictures or classes, but on each label and split', () => {
    const usual = fingerprintData(samples, ['cat', 'dog']);
    expect(usual).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintData([...samples].reverse(), ['cat', 'dog'])).toBe(usual);
    const [a, b] = samples as [(typeof samples)[0], (typeof samples)[0]];
    expect(
      fingerprintData(
        [
          { ...a, labelIndex: 1 },
          { ...b, labelIndex: 0 },
        ],
        ['dog', 'cat'],
      ),
    ).toBe(usual);
    expect(fingerprintData([{ ...a, labelIndex: 1 }, b], ['cat', 'dog'])).not.toBe(usual);
    expect(fingerprintData([{ ...a, split: 'test' }, b], ['cat', 'dog'])).not.toBe(usual);
  });

  it('is told beside the settings that differ', () => {
    expect(diffData([data(), data()])).toEqual([]);
    const other = data({ fingerprint: 'ffff456789abcdef', pinned: 3 });
    expect(diffData([data(), other]).map(({ name, values }) => [name, ...values])).toEqual([
      ['Pictures, labels and splits', '01234567', 'ffff4567'],
      ['Pinned pictures', '0', '3'],
    ]);
    expect(diffData([data(), null])).toHaveLength(5);
  });
});
