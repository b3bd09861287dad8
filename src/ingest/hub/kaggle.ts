import type { PictureSource, SkippedFile } from '../../domain/dataset';
import { describeError, HeadstartError } from '../../domain/errors';
import { downloadInOrder, fetchPicture } from './download-in-order';
import { type HubClient, type HubOptions, maxRows, type OnWait } from './hub-client';
import { type HubPage, type HubRow, parsePage } from './rows';

const source = { dataset: 'microsoft/cats_vs_dogs', config: 'default', split: 'train' } as const;
/** Label 0 and 1 of the dataset. */
export const kaggleClasses = ['cat', 'dog'] as const;
/** Mean size of a photo as the viewer gives it, from the dataset's size over its 23,410 rows: an estimate to say beforehand. */
const bytesPerPicture = 30_000;

/** What a download would ask of the network. */
export interface DownloadPlan {
  readonly host: string;
  readonly dataset: string;
  readonly picturesPerClass: number;
  /** Estimate, bytes. */
  readonly bytes: number;
}

/** What fetching would download, and from where. Asks nothing of the network. */
export function planKaggle(server: string, picturesPerClass: number): DownloadPlan {
  return {
    host: new URL(server).host,
    dataset: source.dataset,
    picturesPerClass,
    bytes: picturesPerClass * kaggleClasses.length * bytesPerPicture,
  };
}

/** A photo to download: its row, and how to ask for its page again when the address has expired. */
interface Wanted {
  readonly label: number;
  readonly row: HubRow;
  readonly page: PageAddress;
}

type PageAddress =
  | { readonly by: 'label'; readonly label: number; readonly offset: number; readonly length: number }
  | { readonly by: 'row'; readonly offset: number; readonly length: number };

async function askPage(client: HubClient, page: PageAddress): Promise<HubPage> {
  const range = { offset: String(page.offset), length: String(page.length) };
  const answer =
    page.by === 'label'
      ? client.ask('filter', { ...source, where: `"labels"=${page.label}`, ...range })
      : client.ask('rows', { ...source, ...range });
  return parsePage(await answer);
}

function wantedOf(answer: HubPage, page: PageAddress): Wanted[] {
  return answer.rows.flatMap((row) => (row.row.labels in kaggleClasses ? [{ label: row.row.labels, row, page }] : []));
}

/** Rows of one label, a page at a time. */
async function* rowsOfLabel(client: HubClient, label: number, count: number): AsyncGenerator<Wanted> {
  for (let offset = 0; offset < count;) {
    const page: PageAddress = { by: 'label', label, offset, length: Math.min(maxRows, count - offset) };
    const answer = await askPage(client, page);
    // A server that ignores `where` would give the wrong label.
    for (const wanted of wantedOf(answer, page)) if (wanted.label === label) yield wanted;
    if (answer.rows.length === 0) return;
    offset += answer.rows.length;
  }
}

/** Cat, dog, cat, dog: whenever it is stopped, the classes are balanced. */
async function* alternate(generators: readonly AsyncGenerator<Wanted>[]): AsyncGenerator<Wanted> {
  let open = [...generators];
  while (open.length > 0) {
    const turn = open;
    for (const generator of turn) {
      const next = await generator.next();
      if (next.done === true) open = open.filter((other) => other !== generator);
      else yield next.value;
    }
  }
}

/** The dataset has 235 pages; a server that names more rows is not asked for ever. */
const pagesWalked = 300;

/** Without `/filter`: the rows are sorted by label, so pages are taken from both ends in turn until both classes are full. */
async function* rowsFromBothEnds(client: HubClient, count: number): AsyncGenerator<Wanted> {
  const left = kaggleClasses.map(() => count);
  let low = 0;
  let high = Infinity;
  let pages = 0;
  for (let fromLow = true; low < high && left.some((n) => n > 0) && pages < pagesWalked; fromLow = !fromLow) {
    pages += 1;
    const length = Math.min(maxRows, high - low);
    const page: PageAddress = { by: 'row', offset: fromLow ? low : high - length, length };
    const answer = await askPage(client, page);
    if (high === Infinity) high = answer.num_rows_total ?? answer.rows.length;
    if (answer.rows.length === 0) return;
    if (fromLow) low += answer.rows.length;
    else high -= length;
    for (const wanted of wantedOf(answer, page)) {
      const remaining = left[wanted.label] ?? 0;
      if (remaining === 0) continue;
      left[wanted.label] = remaining - 1;
      yield wanted;
    }
  }
}

/** `/filter` when the server offers it, else `/rows`. */
async function* chooseRows(client: HubClient, count: number): AsyncGenerator<Wanted> {
  const byLabel = alternate(kaggleClasses.map((_, label) => rowsOfLabel(client, label, count)));
  let first: IteratorResult<Wanted>;
  try {
    first = await byLabel.next();
  } catch (thrown) {
    if (!(thrown instanceof HeadstartError) || thrown.code !== 'hub-refused') throw thrown;
    yield* rowsFromBothEnds(client, count);
    return;
  }
  if (first.done !== true) yield first.value;
  yield* byLabel;
}

/** Pages asked for a second time, each once, however many of its photos have expired. */
class FreshPages {
  readonly #client: HubClient;
  readonly #asked = new Map<string, Promise<HubPage>>();

  constructor(client: HubClient) {
    this.#client = client;
  }

  async addressOf({ row, page }: Wanted): Promise<string | null> {
    const key = JSON.stringify(page);
    const answer = this.#asked.get(key) ?? askPage(this.#client, page);
    this.#asked.set(key, answer);
    return (await answer).rows.find((other) => other.row_idx === row.row_idx)?.row.image.src ?? null;
  }
}

/**
 * Fetches so many photos of each class from `microsoft/cats_vs_dogs`, six at a time, told in the order of the rows.
 * A photo that is gone is told as skipped.
 * @throws HeadstartError `hub-offline`, `hub-refused`, `hub-busy`, `hub-unexpected`, `cancelled`
 */
export async function* fetchKaggle(
  server: string,
  picturesPerClass: number,
  signal: AbortSignal,
  options: HubOptions = {},
  onWait?: OnWait,
): AsyncGenerator<PictureSource | SkippedFile> {
  yield* downloadInOrder({ server, signal, options, onWait, things: 'photos' }, (client) => {
    const fresh = new FreshPages(client);
    return {
      wanted: chooseRows(client, picturesPerClass),
      download: async (wanted: Wanted): Promise<PictureSource | SkippedFile> => {
        const className = kaggleClasses[wanted.label] ?? '';
        const path = `kaggle/${className}/${className}.${wanted.row.row_idx}.jpg`;
        const file = await fetchPicture(client, wanted.row.row.image.src, () => fresh.addressOf(wanted));
        if (file === null) return { path, reason: describeError('hub-refused', { detail: 'the photo is not there' }) };
        return { path, file, className, folderSplit: null };
      },
    };
  });
}
