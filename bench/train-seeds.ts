import { keptEpoch, type RunRecord } from '../src/domain/history';
import { mean } from '../src/domain/metrics';
import type { RunConfig, Way } from '../src/domain/run-config';
import { followRun } from '../scripts/follow-run';
import type { Session } from '../scripts/session';
import type { Row } from './suite';

/** What is chosen on the page before a run. */
export interface Choice {
  /** In the table. */
  readonly name: string;
  readonly way: Way;
  readonly preset: Exclude<RunConfig['preset'], 'custom'>;
}

function tenths(seconds: number): number {
  return Number(seconds.toFixed(1));
}

function toRow(name: string, seed: number, run: RunRecord): Row {
  const kept = keptEpoch(run);
  return {
    name,
    device: run.device,
    seed,
    train: run.counts.train,
    val: run.counts.val,
    valAccuracy: kept?.valAccuracy ?? null,
    valLoss: kept?.valLoss ?? null,
    chosenBy: run.chosenBy,
    epochs: run.history.epochs.length,
    secondsOfTraining: tenths(run.seconds.train),
    secondsOfFeatures: tenths(run.seconds.features),
    secondsInAll: tenths(run.seconds.total),
  };
}

/** A run for each of the seeds 0 to `seeds - 1`, as a person would start it; a row each and one of their mean. */
export async function trainSeeds(session: Session, { name, way, preset }: Choice, seeds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const accuracies: number[] = [];
  for (let seed = 0; seed < seeds; seed += 1) {
    await session.store.evaluate(
      (handle, chosen) => {
        const { actions } = handle.getState();
        actions.chooseWay(chosen.way);
        actions.choosePreset(chosen.preset);
        actions.changeSettings({ seed: chosen.seed });
      },
      { way, preset, seed },
    );
    const { run } = await followRun(session, () => undefined);
    const row = toRow(name, seed, run);
    const accuracy = keptEpoch(run)?.valAccuracy ?? Number.NaN;
    accuracies.push(accuracy);
    rows.push(row);
    console.log(`${name}, seed ${String(seed)}: ${accuracy.toFixed(4)} in ${run.seconds.total.toFixed(0)} s`);
  }
  const seconds = rows.map(({ secondsInAll }) => Number(secondsInAll));
  return [...rows, { name: `${name}, mean`, valAccuracy: mean(accuracies), secondsInAll: tenths(mean(seconds)) }];
}
