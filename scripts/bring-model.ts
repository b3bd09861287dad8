import type { ErrorRecord } from '../src/domain/errors';
import { shippedBackboneId, shippedTitle, type ModelOffer } from '../src/domain/model-import';
import { describeConvolutions, describeDifferences, describeIgnored } from '../src/ui/model-import/offer-words';
import { PlainFailure } from './install.mjs';
import type { WeightsWanted } from './model-arguments';
import { pageFailure, type Session } from './session';

/** What came in, as the demo's JSON tells it. */
export interface BroughtModel extends Pick<ModelOffer, 'title' | 'source' | 'scaling' | 'scalingFrom' | 'ignored' | 'precision'> {
  /** By class index, as they are called here; null where no head came in. */
  readonly classes: readonly string[] | null;
  /** Null: a head alone. */
  readonly convolutions: { readonly id: string; readonly otherTensors: number } | null;
  /** Sentences: what the page does otherwise than the weights were trained with. */
  readonly differences: readonly string[];
}

function throwIfFailed(error: ErrorRecord | null): void {
  if (error !== null) throw pageFailure(error);
}

function readImport({ store }: Session) {
  return store.evaluate((handle) => {
    const { phase, offer, error } = handle.getState().modelImport;
    return { phase, offer, error };
  });
}

/** Through the page's own dialog: a page can open no file by its name. */
async function offerFiles(session: Session, files: readonly string[]): Promise<void> {
  const { page, store } = session;
  await store.evaluate((handle) => handle.getState().actions.openModelDialog());
  const dialog = page.getByRole('dialog', { name: 'Bring a model in' });
  const chooser = page.waitForEvent('filechooser');
  await dialog.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles([...files]);
  await page.waitForFunction(
    (handle) => {
      const { phase, error } = handle.getState().modelImport;
      return phase === 'offered' || (phase === 'open' && error !== null);
    },
    store,
    { polling: 100, timeout: 600_000 },
  );
}

async function offerTorchvision(session: Session, print: (line: string) => void): Promise<void> {
  const { store } = session;
  await store.evaluate((handle) => handle.getState().actions.openModelDialog());
  const hub = await store.evaluate((handle) => handle.getState().modelImport.hub);
  if (hub !== null) print(`Fetching ${(hub.totalBytes / 1e6).toFixed(1)} MB of ${hub.repository} from ${hub.host}`);
  await store.evaluate((handle) => handle.getState().actions.fetchHubModel());
}

/**
 * Has the page read a model, says what it is, and puts it in force; with its head that becomes a run.
 * Throws the page's error as a PlainFailure.
 */
export async function bringModel(
  session: Session,
  wanted: NonNullable<WeightsWanted>,
  withHead: boolean,
  print: (line: string) => void,
): Promise<BroughtModel> {
  if (wanted === 'torchvision') await offerTorchvision(session, print);
  else await offerFiles(session, wanted);
  const { offer, error } = await readImport(session);
  throwIfFailed(error);
  if (offer === null) throw new PlainFailure('The page offered no model.');
  const differences = describeDifferences(offer.differences);
  print(`${offer.title}: convolutions: ${describeConvolutions(offer)}`);
  const ignored = describeIgnored(offer.ignored);
  if (ignored !== null) print(`Not used: ${ignored}`);
  differences.forEach(print);
  if (withHead && offer.head === null) throw new PlainFailure(`${offer.title} has no head: give it by --weights.`);
  await takeOffer(session, withHead, offer);
  const taken = await session.store.evaluate((handle) => handle.getState().modelImport.error);
  throwIfFailed(taken);
  const { head, backbone, title, source, scaling, scalingFrom, precision } = offer;
  const classes = withHead && head !== null ? await classesOf(session) : null;
  if (classes !== null) print(`Its head tells ${classes.join(', ')} apart`);
  return {
    ...{ title, source, scaling, scalingFrom, precision, differences, classes },
    ignored: offer.ignored,
    convolutions:
      backbone === null
        ? null
        : { id: backbone.isShipped ? shippedBackboneId : backbone.id, otherTensors: backbone.otherTensors },
  };
}

/** A head without names gets numbers, as the page proposes. */
async function takeOffer({ store: handle }: Session, withHead: boolean, { head, backbone }: ModelOffer): Promise<void> {
  // What is in force already needs no taking.
  if (!withHead && (backbone === null || backbone.isInForce)) {
    await handle.evaluate((one) => {
      one.getState().actions.closeModelDialog();
    });
    return;
  }
  const classNames = head?.classNames ?? Array.from({ length: head?.classes ?? 0 }, (_, index) => `class ${String(index)}`);
  await handle.evaluate((one, choice) => one.getState().actions.takeModel(choice), {
    withHead,
    ...(withHead ? { classNames } : {}),
  });
}

function classesOf({ store: handle }: Session): Promise<readonly string[]> {
  return handle.evaluate((one) => one.getState().headRun?.classNames ?? []);
}

/** What the project stands on, as the demo's JSON tells it. */
export function readWeightsInForce({ store: handle }: Session): Promise<{ readonly id: string; readonly title: string }> {
  return handle.evaluate(
    (one, own) => {
      const { backbone } = one.getState().project.document;
      return backbone === null ? own : { id: backbone.id, title: backbone.title };
    },
    { id: shippedBackboneId, title: shippedTitle },
  );
}
