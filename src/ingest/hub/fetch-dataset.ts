import {
  array,
  fallback,
  minValue,
  nullable,
  number,
  object,
  optional,
  pipe,
  record,
  safeInteger,
  safeParse,
  string,
  unknown,
} from 'valibot';
import type { PictureSource, SkippedFile } from '../../domain/dataset';
import { describeError, HeadstartError } from '../../domain/errors';
import { type HubChoice, hubSplit } from '../../domain/hub-dataset';
import { downloadInOrder, fetchPicture } from './download-in-order';
import { type HubClient, type HubOptions, maxRows, type OnWait } from './hub-client';

/** Without `/filter` the rows are walked; a class that has not come after so many pages is not waited for. */
const pagesWalked = 100;

const page = object({
  rows: array(object({ row_idx: pipe(number(), safeInteger(), minValue(0)), row: record(string(), unknown()) })),
  num_rows_total: optional(pipe(number(), safeInteger(), minValue(0))),
});
/** An image cell: its address is signed and expires. */
const image = fallback(nullable(object({ src: string() })), null);

/** Where a row came from, to ask again when its picture's address has expired. */
interface Wanted {
  readonly split: string;
  readonly index: number;
  readonly src: string;
  readonly className: string | null;
  readonly again: Readonly<Record<string, string>>;
  readonly path: 'rows' | 'filter';
}

/** What a ClassLabel's index or a plain value says; null for none. */
function classOf(value: unknown, names: readonly string[] | null): string | null {
  if (names !== null) return typeof value === 'number' ? (names[value] ?? null) : null;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  const name = String(value).normalize('NFC').trim();
  return name === '' ? null : name;
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

class Source {
  readonly #client: HubClient;
  readonly #choice: HubChoice;

  constructor(client: HubClient, choice: HubChoice) {
    this.#client = client;
    this.#choice = choice;
  }

  async ask(
    path: 'rows' | 'filter',
    query: Readonly<Record<string, string>>,
    split: string,
  ): Promise<{ readonly rows: readonly Wanted[]; readonly asked: number; readonly total: number }> {
    const { dataset, config, imageColumn, label } = this.#choice;
    const again = { dataset, config, split, ...query };
    const parsed = safeParse(page, await this.#client.ask(path, again));
    if (!parsed.success) throw new HeadstartError('hub-unexpected', {}, { cause: parsed.issues });
    const { rows, num_rows_total: total = rows.length } = parsed.output;
    const wanted = rows.flatMap(({ row_idx: index, row }): Wanted[] => {
      const cell = safeParse(image, row[imageColumn]);
      if (!cell.success || cell.output === null) return [];
      const className = label === null ? null : classOf(row[label.name], label.classNames);
      return [{ split, index, src: cell.output.src, className, again, path }];
    });
    return { rows: wanted, asked: rows.length, total };
  }

  /** Rows of one class of one split, a page at a time. */
  async *ofClass(split: string, className: string, where: string): AsyncGenerator<Wanted> {
    const count = this.#choice.picturesEach;
    for (let offset = 0; offset < count;) {
      const length = Math.min(maxRows, count - offset);
      const answer = await this.ask('filter', { where, offset: String(offset), length: String(length) }, split);
      // A server that ignores `where` would give the wrong class.
      for (const row of answer.rows) if (row.className === className) yield row;
      if (answer.asked === 0 || offset + answer.asked >= answer.total) return;
      offset += answer.asked;
    }
  }

  /** All rows in their order, until each class that came has enough. */
  async *inOrder(split: string, classes: number | null): AsyncGenerator<Wanted> {
    const { picturesEach, label } = this.#choice;
    const taken = new Map<string | null, number>();
    for (let offset = 0, pages = 0; pages < pagesWalked; pages += 1) {
      const answer = await this.ask('rows', { offset: String(offset), length: String(maxRows) }, split);
      for (const row of answer.rows) {
        if (label !== null && row.className === null) continue;
        const count = taken.get(row.className) ?? 0;
        if (count >= picturesEach) continue;
        taken.set(row.className, count + 1);
        yield row;
      }
      offset += answer.asked;
      const full = [...taken.values()].filter((count) => count >= picturesEach).length;
      if (answer.asked === 0 || offset >= answer.total || (classes !== null && full >= classes)) return;
    }
  }

  async addressOf({ split, index, again, path }: Wanted): Promise<string | null> {
    const answer = await this.ask(path, again, split);
    return answer.rows.find((row) => row.index === index)?.src ?? null;
  }
}

/** Class after class in turn: whenever it is stopped, the classes are balanced. */
async function* alternate(generators: readonly AsyncGenerator<Wanted>[]): AsyncGenerator<Wanted> {
  let open = [...generators];
  while (open.length > 0) {
    for (const generator of [...open]) {
      const next = await generator.next();
      if (next.done === true) open = open.filter((other) => other !== generator);
      else yield next.value;
    }
  }
}

/** By `/filter` where the classes are known and the server offers it, else in the order of the rows. */
async function* rowsOfSplit(
  source: Source,
  choice: HubChoice,
  split: string,
  classNames: readonly string[],
): AsyncGenerator<Wanted> {
  const { label } = choice;
  if (label === null || classNames.length === 0) {
    yield* source.inOrder(split, label === null ? 1 : null);
    return;
  }
  const column = quoteName(label.name);
  const byClass = alternate(
    classNames.map((name) => {
      const index = label.classNames?.indexOf(name) ?? -1;
      return source.ofClass(split, name, `${column}=${index >= 0 ? String(index) : quoteText(name)}`);
    }),
  );
  let first: IteratorResult<Wanted>;
  try {
    first = await byClass.next();
  } catch (thrown) {
    if (!(thrown instanceof HeadstartError) || thrown.code !== 'hub-refused') throw thrown;
    yield* source.inOrder(split, classNames.length);
    return;
  }
  if (first.done !== true) yield first.value;
  yield* byClass;
}

async function* rowsOfSplits(source: Source, choice: HubChoice, classNames: readonly string[]): AsyncGenerator<Wanted> {
  for (const split of choice.splits) yield* rowsOfSplit(source, choice, split, classNames);
}

const endings: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
};

/** A class's name as a part of a path. */
function pathPart(name: string): string {
  return name.replace(/[/\\]/g, '∕');
}

/**
 * Fetches the chosen pictures, six at a time, told in the order of the rows. A picture that is gone is told as skipped.
 * @param classNames the classes to ask for by name; empty where they are not known before.
 * @throws HeadstartError `hub-offline`, `hub-refused`, `hub-busy`, `hub-unexpected`, `cancelled`
 */
export async function* fetchHubDataset(
  server: string,
  choice: HubChoice,
  classNames: readonly string[],
  signal: AbortSignal,
  options: HubOptions = {},
  onWait?: OnWait,
): AsyncGenerator<PictureSource | SkippedFile> {
  yield* downloadInOrder({ server, signal, options, onWait, things: 'pictures' }, (client) => {
    const source = new Source(client, choice);
    // One split alone is a heap of pictures: the seed divides it.
    const keepsSplits = choice.splits.length > 1;
    return {
      wanted: rowsOfSplits(source, choice, classNames),
      download: async (wanted: Wanted): Promise<PictureSource | SkippedFile> => {
        const folder = [choice.dataset, wanted.split, ...(wanted.className === null ? [] : [pathPart(wanted.className)])].join(
          '/',
        );
        const file = await fetchPicture(client, wanted.src, () => source.addressOf(wanted));
        const path = `${folder}/${String(wanted.index)}.${endings[file?.type ?? ''] ?? 'jpg'}`;
        if (file === null) return { path, reason: describeError('hub-refused', { detail: 'the picture is not there' }) };
        return { path, file, className: wanted.className, folderSplit: keepsSplits ? hubSplit(wanted.split) : null };
      },
    };
  });
}
