import * as v from 'valibot';
import { contentOf } from '../domain/dataset';
import { HeadstartError } from '../domain/errors';
import { parseProject, type ProjectDocument } from '../domain/project';
import { headRow, headSchema, parseHeadRow, type HeadRow, type StoredHead } from './head-rows';
import { facesOf, parseSummaryRow, summarise, toSummaryRow, type SummaryRow } from './summary-rows';
import type { RowChange, Tables } from './tables';

export interface ProjectStoreParts {
  readonly tables: Tables;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Thumbnails of contents, as far as they are kept, in the order asked. */
  readonly thumbnails: (contents: readonly string[]) => Promise<readonly Uint8Array[]>;
}

/** What a project holds, by which what it shares with others is kept or swept. */
export interface Holding {
  readonly id: string;
  readonly contents: ReadonlySet<string>;
  readonly runIds: readonly string[];
  /** Ids of the convolutions that it or one of its runs stands on, beside those that come with the page. */
  readonly backbones: ReadonlySet<string>;
}

/** So long a head may wait for the document that names its run, milliseconds. */
const pendingMs = 60 * 60 * 1000;

/**
 * Documents, their summaries and the heads of their runs. A project is written only by who owns it: `own` writes a token, and what is
 * saved under another token is refused within the same transaction, so a tab that lost a project cannot write over who has it now.
 * Heads belong to runs, whose ids are unique: a copied project shares them. Every method rejects with `storage-refused`, `storage-full`.
 */
export class ProjectStore {
  readonly #tables: Tables;
  readonly #now: () => number;
  readonly #thumbnails: ProjectStoreParts['thumbnails'];
  /** What was written last by this store, so that a summary's thumbnails are not read again at every save. */
  #faces: { readonly id: string; readonly faces: readonly string[]; readonly thumbnails: readonly Uint8Array[] } | null = null;

  constructor({ tables, now, thumbnails }: ProjectStoreParts) {
    this.#tables = tables;
    this.#now = now;
    this.#thumbnails = thumbnails;
  }

  /** Written last first, those deleted too. */
  async list(): Promise<readonly SummaryRow[]> {
    const rows = (await this.#tables.entries('projects')).flatMap(([, row]) => parseSummaryRow(row) ?? []);
    return rows.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : a.updatedAt > b.updatedAt ? -1 : 0));
  }

  /** The project written last that is not deleted. */
  async latest(): Promise<string | null> {
    return (await this.list()).find(({ deletedAt }) => deletedAt === null)?.id ?? null;
  }

  /** The document as it was saved, unchecked; null where there is none, or it is deleted. */
  async load(id: string): Promise<unknown> {
    const summary = parseSummaryRow(await this.#tables.get('projects', id));
    if (summary !== null && summary.deletedAt !== null) return null;
    return (await this.#tables.get('project-documents', id)) ?? null;
  }

  /** From here on only what is saved with this token is taken. */
  async own(id: string, token: string): Promise<void> {
    await this.#tables.commit([{ table: 'owners', key: id, value: token }]);
  }

  /** @throws HeadstartError `project-not-owned` where another token owns it, or it was forgotten */
  async save(document: ProjectDocument, token: string): Promise<void> {
    const { id } = document;
    const written = await this.#tables.commit(await this.#rowsOf(document), {
      table: 'owners',
      key: id,
      allows: (present) => present === token,
    });
    if (!written) throw new HeadstartError('project-not-owned');
  }

  /** A project of its own that nobody owns yet; one of the same id is not written over. */
  async keep(document: ProjectDocument): Promise<void> {
    const written = await this.#tables.commit(await this.#rowsOf(document), {
      table: 'project-documents',
      key: document.id,
      allows: (present) => present === undefined,
    });
    if (!written) throw new HeadstartError('project-in-use');
  }

  /** @throws HeadstartError `project-unknown`, `project-newer`, `project-invalid` */
  async duplicate(id: string, newId: string, name: string): Promise<void> {
    const document = await this.#require(id);
    await this.keep({ ...document, id: newId, name, createdAt: this.#time() });
  }

  /** @throws HeadstartError `project-unknown`, `project-newer`, `project-invalid` */
  async rename(id: string, name: string): Promise<void> {
    const document = await this.#require(id);
    const summary = await this.#requireSummary(id);
    const trimmed = name.trim().slice(0, 200);
    if (trimmed === '') return;
    await this.#tables.commit([
      { table: 'project-documents', key: id, value: { ...document, name: trimmed } },
      { table: 'projects', key: id, value: toSummaryRow({ ...summary, name: trimmed }) },
    ]);
  }

  /** Marks it; `sweep` removes it later. Nobody may write it from here on. @throws HeadstartError `project-unknown` */
  async delete(id: string): Promise<void> {
    const summary = await this.#requireSummary(id);
    await this.#tables.commit([
      { table: 'projects', key: id, value: toSummaryRow({ ...summary, deletedAt: this.#time() }) },
      { table: 'owners', key: id },
    ]);
  }

  /** @throws HeadstartError `project-unknown` once it was swept */
  async undelete(id: string): Promise<void> {
    const summary = await this.#requireSummary(id);
    await this.#tables.commit([{ table: 'projects', key: id, value: toSummaryRow({ ...summary, deletedAt: null }) }]);
  }

  /** Null when none is kept, or what is there is no head. */
  async loadHead(runId: string): Promise<StoredHead | null> {
    const head = v.safeParse(headSchema, await this.#tables.get('heads', runId));
    return head.success ? head.output : null;
  }

  async saveHead(head: StoredHead, projectId: string): Promise<void> {
    const { run, weight, bias, tensors } = head;
    await this.#tables.commit([
      { table: 'heads', key: run.id, value: { run, weight, bias, tensors } },
      { table: 'head-list', key: run.id, value: headRow(head, projectId, this.#now()) },
    ]);
  }

  async listHeads(): Promise<readonly HeadRow[]> {
    return (await this.#tables.entries('head-list')).flatMap(([, row]) => parseHeadRow(row) ?? []);
  }

  /** The head to predict with: of the last run that has one, and stands on the project's convolutions. A run that ended when its project could not be saved any more counts too. */
  async latestHead({ id, runs, backbone }: ProjectDocument): Promise<StoredHead | null> {
    const kept = new Map((await this.listHeads()).map((row) => [row.runId, row]));
    const known = new Set(runs.map((run) => run.id));
    const summary = parseSummaryRow(await this.#tables.get('projects', id));
    const savedAt = summary === null ? 0 : Date.parse(summary.updatedAt);
    const unsaved = [...kept.values()].filter((row) => row.projectId === id && !known.has(row.runId) && row.savedAt > savedAt);
    const wanted = [...unsaved.sort((a, b) => b.savedAt - a.savedAt).map(({ runId }) => runId)];
    for (const run of runs.toReversed()) if (kept.has(run.id) && run.backbone === backbone?.id) wanted.push(run.id);
    for (const runId of wanted) {
      const head = await this.loadHead(runId);
      if (head !== null && head.run.backbone === backbone?.id) return head;
    }
    return null;
  }

  /** Removes heads. */
  async dropHeads(runIds: readonly string[]): Promise<void> {
    await this.#tables.commit(
      runIds.flatMap((key): RowChange[] => [
        { table: 'heads', key },
        { table: 'head-list', key },
      ]),
    );
  }

  /**
   * Removes projects that were deleted before a time (milliseconds since 1970), heads of runs that no document has any more, and owners
   * of nothing. @returns ids of the projects that went
   */
  async sweep(deletedBefore: number): Promise<readonly string[]> {
    const gone = (await this.list()).flatMap(({ id, deletedAt }) =>
      deletedAt !== null && Date.parse(deletedAt) < deletedBefore ? [id] : [],
    );
    await this.#tables.commit(
      gone.flatMap((key): RowChange[] => [
        { table: 'projects', key },
        { table: 'project-documents', key },
        { table: 'owners', key },
      ]),
    );
    const wanted = new Set((await this.holdings()).flatMap(({ runIds }) => runIds));
    // A head is written before the document that names its run.
    const before = this.#now() - pendingMs;
    await this.dropHeads(
      (await this.listHeads())
        .filter(({ runId, savedAt, projectId }) => !wanted.has(runId) && (savedAt < before || gone.includes(projectId)))
        .map(({ runId }) => runId),
    );
    return gone;
  }

  /**
   * Which pictures, runs and convolutions each project holds, deleted ones too.
   * @throws HeadstartError `project-invalid` where one cannot be read: it may hold any
   */
  async holdings(): Promise<readonly Holding[]> {
    const found: Holding[] = [];
    for (const id of await this.#tables.keys('project-documents')) {
      const document = v.safeParse(looseDocument, await this.#tables.get('project-documents', id));
      if (!document.success) throw new HeadstartError('project-invalid');
      const { samples, runs, backbone } = document.output;
      const backbones = new Set([backbone?.id, ...runs.map((run) => run.backbone)].filter((one) => one !== undefined));
      found.push({ id, contents: new Set(samples.map(contentOf)), runIds: runs.map((run) => run.id), backbones });
    }
    return found;
  }

  async #rowsOf(document: ProjectDocument): Promise<RowChange[]> {
    const faces = facesOf(document);
    const known = this.#faces;
    const isSame =
      known?.id === document.id &&
      known.thumbnails.length === faces.length &&
      faces.every((face, at) => face === known.faces[at]);
    // A list without pictures is better than none.
    const thumbnails = isSame ? known.thumbnails : await this.#thumbnails(faces).catch(() => []);
    this.#faces = { id: document.id, faces, thumbnails };
    return [
      { table: 'project-documents', key: document.id, value: document },
      { table: 'projects', key: document.id, value: toSummaryRow(summarise(document, this.#time(), thumbnails)) },
    ];
  }

  async #require(id: string): Promise<ProjectDocument> {
    const stored = await this.#tables.get('project-documents', id);
    if (stored === undefined) throw new HeadstartError('project-unknown');
    return parseProject(stored);
  }

  async #requireSummary(id: string): Promise<SummaryRow> {
    const summary = parseSummaryRow(await this.#tables.get('projects', id));
    if (summary === null) throw new HeadstartError('project-unknown');
    return summary;
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

/** As much as any version's documents have. */
const looseDocument = v.object({
  samples: v.array(v.object({ id: v.string(), contentHash: v.optional(v.nullable(v.string()), null) })),
  runs: v.array(v.object({ id: v.string(), backbone: v.optional(v.string()) })),
  backbone: v.optional(v.nullable(v.object({ id: v.string() }))),
});
