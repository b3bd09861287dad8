import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import type { Split } from './dataset';
import type { RunRecord, SamplePrediction } from './history';
import { splitRulesSchema, type SplitRules } from './split-rules';

/** What a run said of the pictures held out from it: a column each, a place a picture. */
export interface RunAnswers {
  readonly sampleIds: readonly string[];
  readonly splits: readonly Exclude<Split, 'train'>[];
  readonly labels: readonly number[];
  readonly classes: readonly number[];
  /** Of the predicted class and of the label, in ten-thousandths; null where it was no number. */
  readonly probabilities: readonly (number | null)[];
  readonly labelProbabilities: readonly (number | null)[];
}

/** On what a run learnt, kept beside its record so that runs can be compared at later visits. */
export interface RunData {
  /** 16 hexadecimal digits: the same for the same pictures with the same labels and splits. */
  readonly fingerprint: string;
  readonly splitRules: SplitRules;
  /** Pictures whose split the person had fixed. */
  readonly pinned: number;
  /** Null once newer runs needed the room. */
  readonly answers: RunAnswers | null;
}

/** Answers kept over all runs: some 2 MB of a project that is written after each change. Those of the oldest runs go first. */
export const mostAnswers = 20_000;

interface FingerprintedSample {
  readonly id: string;
  readonly labelIndex: number;
  readonly split: Split;
}

/** Whatever the order of the samples. */
export function fingerprintData(samples: readonly FingerprintedSample[], classNames: readonly string[]): string {
  const lines = samples.map(({ id, labelIndex, split }) => JSON.stringify([id, classNames[labelIndex] ?? labelIndex, split]));
  return bytesToHex(sha256(utf8ToBytes(lines.sort().join('\n')))).slice(0, 16);
}

function tenThousandths(probability: number | undefined): number | null {
  return probability === undefined || !Number.isFinite(probability) ? null : Math.round(probability * 10_000);
}

/** Those of held-out pictures; null for more than are ever kept. */
export function packAnswers(predictions: readonly SamplePrediction[]): RunAnswers | null {
  const held = predictions.flatMap((prediction) =>
    prediction.split === 'train' ? [] : [{ ...prediction, split: prediction.split }],
  );
  if (held.length > mostAnswers) return null;
  return {
    sampleIds: held.map(({ sampleId }) => sampleId),
    splits: held.map(({ split }) => split),
    labels: held.map(({ labelIndex }) => labelIndex),
    classes: held.map(({ classIndex }) => classIndex),
    probabilities: held.map(({ probabilities, classIndex }) => tenThousandths(probabilities[classIndex])),
    labelProbabilities: held.map(({ probabilities, labelIndex }) => tenThousandths(probabilities[labelIndex])),
  };
}

/** As the run said it, as far as it is kept: logits and the probabilities of other classes are not, and are NaN. */
export function unpackAnswers(answers: RunAnswers, { classNames }: Pick<RunRecord, 'classNames'>): SamplePrediction[] {
  const share = (value: number | null | undefined): number => (value ?? Number.NaN) / 10_000;
  return answers.sampleIds.map((sampleId, at) => {
    const [labelIndex, classIndex] = [answers.labels[at] ?? -1, answers.classes[at] ?? -1];
    const labelShare = share(answers.labelProbabilities[at]);
    return {
      sampleId,
      split: answers.splits[at] ?? 'val',
      labelIndex,
      classIndex,
      className: classNames[classIndex] ?? '',
      logits: classNames.map(() => Number.NaN),
      probabilities: classNames.map((_, index) =>
        index === classIndex ? share(answers.probabilities[at]) : index === labelIndex ? labelShare : Number.NaN,
      ),
      loss: -Math.log(labelShare),
      milliseconds: Number.NaN,
    };
  });
}

/** With a run's data added; of the oldest runs the answers go until the rest has room. `runs` oldest first, the new one last. */
export function withRunData(
  known: Readonly<Record<string, RunData>>,
  runs: readonly Pick<RunRecord, 'id'>[],
  runId: string,
  data: RunData,
): Readonly<Record<string, RunData>> {
  const all = new Map([...Object.entries(known), [runId, data] as const]);
  let room = mostAnswers;
  for (const { id } of [...runs].reverse()) {
    const own = all.get(id);
    if (own === undefined || own.answers === null) continue;
    room -= own.answers.sampleIds.length;
    if (room < 0) all.set(id, { ...own, answers: null });
  }
  return Object.fromEntries(all);
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shares = v.array(v.nullable(v.pipe(count, v.maxValue(10_000))));

const answersSchema = v.pipe(
  v.object({
    sampleIds: v.array(v.string()),
    splits: v.array(v.picklist(['val', 'test'])),
    labels: v.array(count),
    classes: v.array(count),
    probabilities: shares,
    labelProbabilities: shares,
  }),
  v.check((answers) => Object.values(answers).every(({ length }) => length === answers.sampleIds.length)),
);

export const runDataSchema = v.object({
  fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  splitRules: splitRulesSchema,
  pinned: count,
  answers: v.nullable(answersSchema),
}) satisfies v.GenericSchema<unknown, RunData>;
