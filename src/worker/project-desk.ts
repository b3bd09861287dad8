import { HeadstartError, toHeadstartError } from '../domain/errors';
import { parseProject, type ProjectDocument } from '../domain/project';
import { deletedForMs, type ProjectAccess, type ProjectEvent, type ProjectList } from '../domain/projects';
import type { KeptHead } from '../protocol/compute-api';
import type { Ownership, OwnershipEvents, TabMessage } from '../storage/ownership';
import type { ProjectStore } from '../storage/project-store';

export type KeptProjects = Pick<
  ProjectStore,
  | 'list'
  | 'latest'
  | 'load'
  | 'own'
  | 'save'
  | 'keep'
  | 'duplicate'
  | 'rename'
  | 'delete'
  | 'undelete'
  | 'saveHead'
  | 'loadHead'
  | 'latestHead'
  | 'sweep'
>;

export interface ProjectDeskParts {
  readonly store: KeptProjects;
  readonly connect: (events: OwnershipEvents) => Ownership;
  /** Different at every call, in every tab. */
  readonly createToken: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface DeskProject {
  readonly project: ProjectDocument | null;
  readonly access: ProjectAccess;
  readonly problem: 'storage-refused' | 'project-newer' | 'project-invalid' | null;
}

interface Open {
  readonly id: string;
  access: ProjectAccess;
  token: string;
}

/**
 * Which project is open in this tab and whether it may write it. Where storage is refused the project lives in memory and is this tab's
 * own; each method that needs what is kept rejects with `storage-refused` then.
 */
export class ProjectDesk {
  readonly #parts: ProjectDeskParts;
  readonly #ownership: Ownership;
  readonly #watchers = new Set<(event: ProjectEvent) => void>();
  #open: Open | null = null;

  constructor(parts: ProjectDeskParts) {
    this.#parts = parts;
    this.#ownership = parts.connect({
      onMessage: (message) => {
        this.#hear(message);
      },
      onLost: (id) => {
        this.#lose(id);
      },
    });
  }

  get ownership(): Ownership {
    return this.#ownership;
  }

  /** Null while none is. */
  get openId(): string | null {
    return this.#open?.id ?? null;
  }

  watch(onEvent: (event: ProjectEvent) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      this.#watchers.add(onEvent);
      signal.addEventListener(
        'abort',
        () => {
          this.#watchers.delete(onEvent);
          resolve();
        },
        { once: true },
      );
    });
  }

  async list(): Promise<ProjectList> {
    try {
      const [rows, elsewhere] = await Promise.all([this.#parts.store.list(), this.#ownership.ownedElsewhere()]);
      const projects = rows.map(({ faces: _faces, thumbnails, ...row }) => ({
        ...row,
        thumbnails: thumbnails.map((bytes) => new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' })),
        isOpenElsewhere: elsewhere.has(row.id),
      }));
      return { projects, problem: null };
    } catch {
      return { projects: [], problem: 'storage-refused' };
    }
  }

  /** Null for the one written last. The one that was open is let go; where this tab cannot own the other it reads it. */
  async open(id: string | null): Promise<DeskProject> {
    let wanted: string | null;
    try {
      wanted = id ?? (await this.#parts.store.latest());
    } catch {
      return { project: null, access: 'owner', problem: 'storage-refused' };
    }
    if (wanted !== this.openId) await this.#letGo();
    if (wanted === null) return { project: null, access: 'owner', problem: null };
    const isOwner = this.#open?.access === 'owner' || (await this.#acquire(wanted));
    return this.#read(wanted, isOwner ? 'owner' : 'reader');
  }

  /** It is kept from its first save on. */
  async create(id: string): Promise<void> {
    await this.#letGo();
    await this.#acquire(id);
    // Nothing is written for it before there is something to keep.
    this.#open = { id, access: 'owner', token: '' };
  }

  /** @throws HeadstartError `project-not-owned`, `storage-refused`, `storage-full` */
  async save(project: ProjectDocument): Promise<void> {
    const open = this.#open;
    if (open?.id !== project.id || open.access !== 'owner') throw new HeadstartError('project-not-owned');
    // A new project, or storage that refused when it was opened.
    if (open.token === '') open.token = await this.#mark(project.id, true);
    try {
      await this.#parts.store.save(project, open.token);
    } catch (thrown) {
      if (toHeadstartError(thrown).code === 'project-not-owned') this.#lose(project.id);
      throw thrown;
    }
    this.#tell({ kind: 'changed', id: project.id });
  }

  async saveHead(head: KeptHead): Promise<void> {
    const open = this.#open;
    if (open?.access === 'owner') await this.#parts.store.saveHead(head, open.id);
  }

  loadHead(runId: string): Promise<KeptHead | null> {
    return this.#parts.store.loadHead(runId);
  }

  latestHead(project: ProjectDocument): Promise<KeptHead | null> {
    return this.#parts.store.latestHead(project);
  }

  async keep(project: ProjectDocument): Promise<void> {
    await this.#parts.store.keep(project);
    this.#tell({ kind: 'list-changed' });
  }

  async duplicate(id: string, newId: string, name: string): Promise<void> {
    await this.#parts.store.duplicate(id, newId, name);
    this.#tell({ kind: 'list-changed' });
  }

  /** @throws HeadstartError `project-in-use` for one that another tab owns, or that is open here */
  async rename(id: string, name: string): Promise<void> {
    if (id === this.openId) throw new HeadstartError('project-in-use');
    await this.#whileOwned(id, () => this.#parts.store.rename(id, name));
    this.#tell({ kind: 'list-changed' });
  }

  async delete(id: string): Promise<void> {
    await this.#whileOwned(id, () => this.#parts.store.delete(id));
    if (id === this.openId) await this.#letGo();
    this.#tell({ kind: 'list-changed' });
  }

  async undelete(id: string): Promise<void> {
    await this.#parts.store.undelete(id);
    this.#tell({ kind: 'list-changed' });
  }

  /** The page saved what it had; whoever asked may have it. */
  async release(): Promise<void> {
    const open = this.#open;
    if (open?.access !== 'owner') return;
    open.access = 'reader';
    await this.#ownership.release(open.id);
    this.#emit({ kind: 'taken-over', id: open.id });
  }

  /** @throws HeadstartError `project-unknown` where none is open */
  async takeOver(): Promise<DeskProject> {
    const id = this.openId;
    if (id === null) throw new HeadstartError('project-unknown');
    await this.#ownership.takeOver(id);
    return this.#read(id, 'owner');
  }

  /** Removes what was deleted long enough ago; gives the projects that went. */
  sweep(all = false): Promise<readonly string[]> {
    return this.#parts.store.sweep(all ? Infinity : this.#parts.now() - deletedForMs);
  }

  /** Everything was removed from the device: the open project is this tab's, and nothing of it is kept until the next one. */
  async forget(): Promise<void> {
    await this.#letGo();
    this.#tell({ kind: 'forgotten' });
  }

  async #read(id: string, access: ProjectAccess): Promise<DeskProject> {
    const { store } = this.#parts;
    // First the token, then the document: what another tab writes after this is refused, so nothing comes between.
    const token = access === 'owner' ? await this.#mark(id) : '';
    this.#open = { id, access, token };
    let stored: unknown;
    try {
      stored = await store.load(id);
    } catch {
      return { project: null, access, problem: 'storage-refused' };
    }
    if (stored === null) {
      await this.#letGo();
      return { project: null, access: 'owner', problem: null };
    }
    try {
      return { project: parseProject(stored), access, problem: null };
    } catch (thrown) {
      // It is left as it is: no other project is written in its place.
      await this.#letGo();
      const { code } = toHeadstartError(thrown);
      return { project: null, access: 'owner', problem: code === 'project-newer' ? code : 'project-invalid' };
    }
  }

  /** Empty where storage is refused. */
  async #mark(id: string, isNeeded = false): Promise<string> {
    const token = this.#parts.createToken();
    try {
      await this.#parts.store.own(id, token);
      return token;
    } catch (thrown) {
      if (isNeeded) throw thrown;
      return '';
    }
  }

  async #acquire(id: string): Promise<boolean> {
    try {
      return await this.#ownership.acquire(id);
    } catch {
      return true; // no locks are given here: the token decides
    }
  }

  async #whileOwned<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (id === this.openId) {
      if (this.#open?.access !== 'owner') throw new HeadstartError('project-in-use');
      return work();
    }
    if (!(await this.#acquire(id))) throw new HeadstartError('project-in-use');
    try {
      return await work();
    } finally {
      await this.#ownership.release(id);
    }
  }

  async #letGo(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open?.access === 'owner') await this.#ownership.release(open.id);
  }

  #hear(message: TabMessage): void {
    const open = this.#open;
    switch (message.kind) {
      case 'list-changed':
        this.#emit(message);
        return;
      case 'changed':
        this.#emit({ kind: 'list-changed' });
        if (open?.id === message.id && open.access === 'reader') this.#emit(message);
        return;
      case 'hand-over':
        if (open?.id === message.id && open.access === 'owner') this.#emit(message);
        return;
      case 'forgotten':
        if (open !== null) open.access = 'reader';
        this.#emit(message);
    }
  }

  #lose(id: string): void {
    const open = this.#open;
    if (open?.id !== id || open.access !== 'owner') return;
    open.access = 'reader';
    this.#emit({ kind: 'taken-over', id });
  }

  #tell(message: TabMessage): void {
    this.#ownership.tell(message);
    this.#emit({ kind: 'list-changed' });
  }

  #emit(event: ProjectEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }
}
