/** The main job without a screen, through the real page: npm run demo -- --help */
import { writeFile } from 'node:fs/promises';
import { headlineOf } from '../src/domain/headline';
import { createRunExport } from '../src/domain/run-export';
import { bringModel, readWeightsInForce, type BroughtModel } from './bring-model';
import { exportModel, prepareExportFolder } from './export-model';
import { demoUsage, parseDemoArguments, settingsOf, type DemoArguments } from './demo-arguments';
import { PlainFailure, runMain } from './install.mjs';
import { predictPath } from './predict-paths';
import { addDrawings, addPath, openSession, prepareDevice, type Session, waitForProof } from './session';
import { followRun, type FollowedRun } from './follow-run';
import { stagePictures, type StagedPictures } from './stage-pictures';

async function addPictures(session: Session, options: DemoArguments, staged: StagedPictures | null): Promise<void> {
  const path = staged?.folder ?? options.dataPath;
  if (path === null) await addDrawings(session);
  else await addPath(session, path, options.columns);
  const { skipped, warnings, reasoning } = await session.store.evaluate((store) => ({
    reasoning: store.getState().ingest.reasoning,
    skipped: store.getState().project.document.skipped,
    warnings: store.getState().ingest.warnings,
  }));
  for (const sentence of reasoning) console.log(sentence);
  for (const { path, reason } of skipped) console.log(`skipped ${path}: ${reason.message}`);
  for (const { message } of warnings) console.log(message);
}

/** Other weights come first: features that the former made would be made in vain. */
async function bringWeights(session: Session, { weights, model }: DemoArguments): Promise<BroughtModel | null> {
  const wanted = model ?? weights;
  return wanted === null ? null : bringModel(session, wanted, model !== null, (line) => console.log(line));
}

/** After the settings: going on from a model takes its feature norm into them. */
async function chooseStart({ store }: Session, start: 'new' | 'present'): Promise<void> {
  await store.evaluate((handle, wanted) => {
    const { actions } = handle.getState();
    actions.setStart('new');
    actions.setStart(wanted);
  }, start);
}

/** The run whose model is asked from then on: one that is trained now, or the one that came in. */
async function makeRun(session: Session, options: DemoArguments): Promise<FollowedRun> {
  const { store } = session;
  const came = await store.evaluate((handle) => handle.getState().headRun);
  if (options.model !== null && options.dataPath === null) {
    if (came === null) throw new PlainFailure('The model that came in is not there.');
    return { run: came, predictions: [] };
  }
  if (options.model !== null) await chooseStart(session, options.start === 'new' ? 'new' : 'present');
  return followRun(session, (line) => console.log(line));
}

async function runDemo(session: Session, options: DemoArguments, staged: StagedPictures | null): Promise<void> {
  const { page, store } = session;
  await prepareDevice(session, options.device, options.threads);
  const brought = await bringWeights(session, options);
  const isTraining = options.model === null || options.dataPath !== null;
  if (isTraining) await addPictures(session, options, staged);
  if (options.way !== null) await store.evaluate((handle, way) => handle.getState().actions.chooseWay(way), options.way);
  if (options.preset !== null)
    await store.evaluate((handle, preset) => handle.getState().actions.choosePreset(preset), options.preset);
  await store.evaluate((handle, settings) => handle.getState().actions.changeSettings(settings), settingsOf(options));
  await waitForProof(session);
  const badge = await store.evaluate((handle) => handle.getState().compute.status?.label ?? '');
  console.log(`Computing on ${badge}`);

  const { run, predictions: validation } = await makeRun(session, options);
  const weights = await readWeightsInForce(session);
  if (brought !== null) console.log(`Weights: ${weights.title} (${weights.id.slice(0, 12)})`);
  if (run.continues !== undefined) console.log(`Continues run ${String(run.continues.number)}`);
  const { samples, skipped } = await store.evaluate((handle) => {
    const { document } = handle.getState().project;
    return { samples: document.samples.map(({ id, path }) => ({ id, path })), skipped: document.skipped };
  });

  const headline = headlineOf(run);
  if (headline !== null) {
    const on = `the ${String(headline.pictures)} ${headline.split === 'test' ? 'test' : 'validation'} pictures`;
    const chosen = headline.chosenBy === null ? '' : `, which also chose epoch ${String(run.bestEpoch)}`;
    console.log(`Accuracy ${String(headline.accuracy)} on ${on}${chosen}`);
  }

  const predictions = [];
  const predictionsSkipped = [];
  for (const path of options.predict) {
    const predicted = await predictPath(session, path);
    for (const prediction of predicted.predictions) {
      predictions.push(prediction);
      const { file, className, classIndex, logits, probabilities } = prediction;
      console.log(
        `${file}: ${className} (argmax ${String(classIndex)}), logits = [${logits.join(', ')}], probabilities = [${probabilities.join(', ')}]`,
      );
    }
    for (const { path: file, reason } of predicted.skipped) {
      predictionsSkipped.push({ file, code: reason.code, reason: reason.message });
      console.log(`not predicted ${file}: ${reason.message}`);
    }
  }
  const { seconds } = run;
  if (isTraining)
    console.log(
      `${String(run.counts.train)} to train, ${String(run.counts.val)} to validate; seconds: weights ${seconds.weights.toFixed(1)}, ` +
        `features ${seconds.features.toFixed(1)}, training ${seconds.train.toFixed(1)}, in all ${seconds.total.toFixed(1)}`,
    );

  const { exportFolder, precision } = options;
  const out = exportFolder === null ? null : await exportModel(session, exportFolder, precision ?? 'float32');
  for (const { format, folder, files, bytes } of out?.written ?? [])
    console.log(`Exported for ${format}: ${String(files.length)} files, ${(bytes / 1e6).toFixed(1)} MB, in ${folder}`);

  if (options.json !== null) {
    const exported = createRunExport(run, { samples, skipped, predictions: validation, weights });
    const printed = {
      ...exported,
      // The preset that was asked for; `config.preset` says `custom` where other options changed it.
      preset: options.preset ?? exported.preset,
      predictions,
      predictionsSkipped,
      validation: exported.predictions,
      ...(brought === null ? {} : { model: brought }),
      ...(out === null ? {} : { certificate: out.certificate, exports: out.written }),
    };
    await writeFile(options.json, `${JSON.stringify(printed, null, 2)}\n`);
  }
  if (options.screenshot !== null) await page.screenshot({ path: options.screenshot, fullPage: true });
}

/** A stand-in for the Hub, where the environment names one: its address and that of its files, which it sends on to. */
function hubMeta({ HEADSTART_MODEL_HUB: hub, HEADSTART_MODEL_HUB_FILES: files }: NodeJS.ProcessEnv): Record<string, string> {
  return {
    ...(hub === undefined ? {} : { 'headstart:model-hub': hub }),
    ...(files === undefined ? {} : { 'headstart:model-hub-files': files }),
  };
}

/** What a promise gave; null when it was never begun or failed (that failure is told elsewhere). */
function settle<T>(begun: Promise<T> | null): Promise<T | null> {
  return begun === null ? Promise.resolve(null) : begun.catch(() => null);
}

await runMain(async () => {
  const options = parseDemoArguments(process.argv.slice(2));
  if (options === null) {
    console.log(demoUsage);
    return;
  }
  const { dataPath, valFolder, limit, seed } = options;
  if (options.exportFolder !== null) await prepareExportFolder(options.exportFolder);
  let staging: Promise<StagedPictures> | null = null;
  let opening: Promise<Session> | null = null;
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        reject(new PlainFailure('Stopped.', 130));
      });
    }
  });
  const work = async () => {
    if (dataPath !== null && valFolder !== null) staging = stagePictures(dataPath, valFolder, limit, seed ?? 0);
    const staged = await staging;
    opening = openSession({ meta: hubMeta(process.env) });
    await runDemo(await opening, options, staged);
  };
  try {
    await Promise.race([work(), interrupted]);
  } finally {
    // Whatever was begun is waited for, so that nothing stays behind after Ctrl-C.
    const session = await settle<Session>(opening);
    const staged = await settle<StagedPictures>(staging);
    await session?.close();
    await staged?.remove();
  }
});
