import { resolve } from 'node:path';
import { followRun } from '../../scripts/follow-run';
import { addDrawings, addFolder, findStore, openSession, prepareDevice, type Session } from '../../scripts/session';
import { compareFeatures } from '../cache/compare-features';
import type { Row, Suite } from '../suite';

/** From the pictures being there to the end of a run: what the pictures cost, and how the run ended. */
async function visit(session: Session, dataFolder: string | null) {
  await prepareDevice(session, 'cpu');
  await session.page.waitForFunction((handle) => (handle.getState().compute.status?.selfTest ?? null) !== null, session.store, {
    polling: 50,
    timeout: 300_000,
  });
  if (dataFolder === null) await addDrawings(session);
  else await addFolder(session, resolve(dataFolder));
  // The run has nothing left to extract then, and the page has timed what went through VGG-16.
  await session.page.waitForFunction(
    (handle) => {
      const { phase, done, total } = handle.getState().features;
      return phase === 'idle' && total > 0 && done === total;
    },
    session.store,
    { polling: 50, timeout: 3_600_000 },
  );
  const { run } = await followRun(session, () => undefined);
  const { report, throughBackbone } = await session.store.evaluate(async (handle) => {
    await handle.getState().actions.lookAtFeatureCache();
    const { featureCache, features } = handle.getState();
    // No picture was timed where none went through VGG-16.
    return { report: featureCache.report, throughBackbone: features.secondsPerPicture !== null };
  });
  return { run, report, throughBackbone };
}

export const cacheSuite: Suite = {
  name: 'cache',
  about:
    'kept features: bytes a picture, how logits move by rounding to float16, and seconds of a first and a second visit (--data DIR)',
  quick: false,
  run: async ({ dataFolder }) => {
    const rows: Row[] = [];
    const comparison = await compareFeatures(dataFolder === null ? null : resolve(dataFolder));
    const { heads, pictures, float32Bytes, float16Bytes, largestFeature, smallestFeature, beyondFloat16 } = comparison;
    for (const { preset, largestMove, rmsMove, answersChanged } of heads)
      rows.push({
        name: 'headstart',
        what: `logits, ${preset}`,
        device: 'cpu',
        pictures,
        bytesFloat32: Math.round(float32Bytes),
        bytesFloat16: Math.round(float16Bytes),
        largestMove: Number(largestMove.toExponential(2)),
        rmsMove: Number(rmsMove.toExponential(2)),
        answersChanged,
      });
    const session = await openSession({ webgpu: false });
    try {
      const first = await visit(session, dataFolder);
      await session.page.reload();
      const second = await visit({ ...session, store: await findStore(session.page) }, dataFolder);
      for (const [what, { run, report, throughBackbone }] of [
        ['first visit', first],
        ['second visit', second],
      ] as const)
        rows.push({
          name: 'headstart',
          what,
          device: run.device,
          pictures: run.counts.train + run.counts.val + run.counts.test,
          secondsOfFeatures: Number(run.seconds.features.toFixed(3)),
          secondsOfTraining: Number(run.seconds.train.toFixed(3)),
          lastValLoss: run.history.epochs[run.history.epochs.length - 1]?.valLoss ?? null,
          throughVgg: throughBackbone ? 'yes' : 'none',
          bytesOnDisk: report?.bytes ?? null,
          picturesOnDisk: report?.pictures ?? null,
        });
      const isSame = JSON.stringify(first.run.history.steps) === JSON.stringify(second.run.history.steps);
      const ratio = first.run.seconds.features / second.run.seconds.features;
      return {
        rows,
        browser: session.browserName,
        adapter: null,
        notes: [
          `${String(pictures)} pictures: features from ${smallestFeature.toExponential(1)} (the smallest above zero) to ${largestFeature.toFixed(1)}; ${String(beyondFloat16)} pictures beyond float16’s 65,504, which stay float32.`,
          'A move is a difference over the rms of all logits, of one head trained on rounded features: largest, and rms. It says what rounding does, not what it does to training.',
          `Features on a second visit cost ${ratio.toFixed(0)} times less; every loss of its run is ${isSame ? 'the same to the last bit' : 'NOT the same'}.`,
        ],
      };
    } finally {
      await session.close();
    }
  },
};
