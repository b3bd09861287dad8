import { resolve } from 'node:path';
import { followRun } from '../../scripts/follow-run';
import { pageFailure, addDrawings, addFolder, openSession, prepareDevice, type Session } from '../../scripts/session';
import { PlainFailure } from '../../scripts/install.mjs';
import { isUnlike, type Likeness } from '../../src/domain/evaluation/likeness';
import { inputSize } from '../../src/domain/vgg16';
import { deriveRng } from '../../src/domain/rng';
import { createDrawing, drawingClasses } from '../../src/ingest/sample/drawings';
import { encodePng } from '../png';
import type { Row, Suite } from '../suite';
import { cellKinds, createCellPicture } from '../textures/cells';

/** Pictures of each kind of other things. */
const each = 20;

interface OtherThings {
  readonly name: string;
  /** PNG. */
  readonly pictures: readonly Buffer[];
}

/** Noise of several grains, plain colours and slopes: what a covered or broken camera gives. */
function createNoise(number: number): Buffer {
  const rng = deriveRng(number, 'noise');
  const grain = [1, 4, 16, 0, -1][number % 5] ?? 1;
  const colour = () => [rng.integer(256), rng.integer(256), rng.integer(256)] as const;
  const [first, second] = [colour(), colour()];
  const side = grain > 0 ? Math.ceil(inputSize / grain) : 1;
  const cells = Array.from({ length: side * side }, colour);
  const data = new Uint8ClampedArray(inputSize * inputSize * 4).fill(255);
  for (let y = 0; y < inputSize; y += 1)
    for (let x = 0; x < inputSize; x += 1) {
      const cell = cells[Math.floor(y / grain) * side + Math.floor(x / grain)] ?? first;
      const slope = first.map((value, at) => value + (((second[at] ?? 0) - value) * x) / inputSize);
      const pixel = grain > 0 ? cell : grain === 0 ? first : slope;
      data.set(pixel, (y * inputSize + x) * 4);
    }
  return encodePng({ width: inputSize, height: inputSize, data });
}

/** Things that the head never saw; drawings only where it learnt from something else. */
function createOtherThings(withDrawings: boolean): OtherThings[] {
  const numbers = Array.from({ length: each }, (_, number) => number);
  const cells = numbers.map((number) => {
    const kind = cellKinds[number % cellKinds.length] ?? 'resting';
    return encodePng(createCellPicture(kind, deriveRng(0, `unlike ${String(number)}`)));
  });
  const drawings = numbers.map((number) => {
    const kind = drawingClasses[number % drawingClasses.length] ?? 'cat';
    return encodePng(createDrawing(kind, number, inputSize));
  });
  const things = [
    { name: 'cells', pictures: cells },
    { name: 'noise', pictures: numbers.map(createNoise) },
  ];
  return withDrawings ? [...things, { name: 'drawings', pictures: drawings }] : things;
}

/** How the head's predictions say that each of its validation and test pictures stands to the training pictures. */
async function compareHeldOut({ store }: Session): Promise<Likeness[]> {
  return store.evaluate(async (handle) => {
    const { actions, run } = handle.getState();
    const found = [];
    for (const { id, split } of run.samples) {
      if (split === 'train') continue;
      await actions.trySample(id);
      const likeness = handle.getState().trial.prediction?.likeness;
      if (likeness !== undefined) found.push(likeness);
    }
    return found;
  });
}

async function compareFiles({ store }: Session, pictures: readonly Buffer[]): Promise<Likeness[]> {
  const found: Likeness[] = [];
  for (const picture of pictures) {
    const likeness = await store.evaluate(async (handle, base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const file = new Blob([bytes], { type: 'image/png' });
      return (await handle.getState().actions.predictFrame(file, new AbortController().signal)).likeness ?? null;
    }, picture.toString('base64'));
    if (likeness !== null) found.push(likeness);
  }
  return found;
}

const percent = (value: number) => `${(value * 100).toFixed(1)} %`;

/** Training again from held features, with another seed's split; then the pictures are ready to be compared with. */
async function trainSeed(session: Session, seed: number): Promise<void> {
  const { store, page } = session;
  await store.evaluate((handle, chosen) => {
    handle.getState().actions.changeSettings({ seed: chosen, epochs: 1, earlyStopping: null });
  }, seed);
  await followRun(session, () => undefined);
  await page.waitForFunction((handle) => handle.getState().likeness.phase === 'ready', store, { polling: 100, timeout: 120_000 });
}

/** False alarms on held-out pictures of the same kind, and other things that pass for it. */
export const unlikeSuite: Suite = {
  name: 'unlike',
  about: 'the unlike-anything warning: false alarms and misses (--data DIR, else the drawings; --seeds N)',
  quick: false,
  run: async ({ dataFolder, seeds }) => {
    const session = await openSession();
    try {
      await prepareDevice(session, 'cpu');
      if (dataFolder === null) await addDrawings(session);
      else await addFolder(session, resolve(dataFolder));
      const things = createOtherThings(dataFolder !== null);
      const rows: Row[] = [];
      const totals = { heldOut: 0, alarms: 0, others: 0, misses: 0 };
      for (let seed = 0; seed < seeds; seed += 1) {
        await trainSeed(session, seed);
        const { error, report } = await session.store.evaluate((handle) => {
          const { likeness, run } = handle.getState();
          return { error: run.error, report: likeness.report };
        });
        if (error !== null) throw pageFailure(error);
        if (report?.limit === null) throw new PlainFailure('There are too few training pictures to tell what is usual.');
        const heldOut = await compareHeldOut(session);
        const alarms = heldOut.filter(isUnlike).length;
        totals.heldOut += heldOut.length;
        totals.alarms += alarms;
        const usual = { seed, trainingPictures: report?.pictures ?? 0, limit: Number(report?.limit?.toFixed(3)) };
        rows.push({
          name: 'held out',
          ...usual,
          pictures: heldOut.length,
          warned: alarms,
          wrong: percent(alarms / heldOut.length),
        });
        for (const { name, pictures } of things) {
          const found = await compareFiles(session, pictures);
          const warned = found.filter(isUnlike).length;
          totals.others += found.length;
          totals.misses += found.length - warned;
          rows.push({ name, ...usual, pictures: found.length, warned, wrong: percent(1 - warned / found.length) });
        }
        console.log(`seed ${String(seed)}: ${String(alarms)} false alarms on ${String(heldOut.length)} held-out pictures`);
      }
      const { heldOut, alarms, others, misses } = totals;
      const notes = [
        `false alarms: ${String(alarms)} of ${String(heldOut)} held-out pictures (${percent(alarms / heldOut)})`,
        `misses: ${String(misses)} of ${String(others)} pictures of other things (${percent(misses / others)})`,
      ];
      return { rows, browser: session.browserName, adapter: null, notes };
    } finally {
      await session.close();
    }
  },
};
