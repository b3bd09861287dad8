import { openDB, type IDBPDatabase } from 'idb';
import * as v from 'valibot';
import { HeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import { runRecordSchema } from '../domain/project';
import { forgetWeights } from './weights-cache';

const databaseName = 'headstart';
const databaseVersion = 1;
const storeName = 'documents';
const projectKey = 'project';
const headKey = 'head';
const asidePrefix = 'set-aside ';
const kernelPlanPrefix = 'kernel-plan ';

/** A trained head with its run and the tensors of the backbone that were trained with it, as the protocol's KeptHead. */
export interface StoredHead {
  readonly run: RunRecord;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly tensors: readonly { readonly name: string; readonly values: Float32Array }[];
}

/** The project and the head that survive a reload, in IndexedDB. Every method rejects with `storage-refused` or `storage-full`. */
export interface ProjectStore {
  /** What was saved last, unchecked; null when there is none. */
  loadProject(): Promise<unknown>;
  saveProject(project: unknown): Promise<void>;
  /** Null when there is none, or what is there is not a head with its run. */
  loadHead(): Promise<StoredHead | null>;
  saveHead(head: StoredHead): Promise<void>;
  deleteHead(): Promise<void>;
  /** The kernels measured to be fastest on an adapter, unchecked; null when nothing was kept. */
  loadKernelPlan(adapter: string): Promise<unknown>;
  saveKernelPlan(adapter: string, plan: unknown): Promise<void>;
  /** Moves the present project out of the way without losing it. */
  setProjectAside(): Promise<void>;
  /** Removes project, head, what was set aside, measured plans, and the weights. */
  forgetEverything(): Promise<void>;
  close(): Promise<void>;
}

function toStorageError(thrown: unknown): HeadstartError {
  if (thrown instanceof HeadstartError) return thrown;
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  return new HeadstartError(name === 'QuotaExceededError' ? 'storage-full' : 'storage-refused', {}, { cause: thrown });
}

const headSchema = v.object({
  run: runRecordSchema,
  weight: v.instance(Float32Array),
  bias: v.instance(Float32Array),
  // Heads kept before there was fine-tuning have none.
  tensors: v.optional(v.array(v.object({ name: v.string(), values: v.instance(Float32Array) })), []),
});

export function createProjectStore(name: string = databaseName): ProjectStore {
  let opened: Promise<IDBPDatabase> | null = null;

  function open(): Promise<IDBPDatabase> {
    opened ??= openDB(name, databaseVersion, {
      upgrade: (database) => {
        database.createObjectStore(storeName);
      },
      // Another tab brings a newer version: it must not wait for this one.
      blocking: () => void close(),
      terminated: () => {
        opened = null;
      },
    });
    return opened;
  }

  async function close(): Promise<void> {
    const before = opened;
    opened = null;
    await before?.then(
      (database) => {
        database.close();
      },
      () => undefined, // it never opened
    );
  }

  async function use<T>(work: (database: IDBPDatabase) => Promise<T>): Promise<T> {
    try {
      return await work(await open());
    } catch (error) {
      // A refusal may be for the moment only; the next call tries afresh.
      await close();
      throw toStorageError(error);
    }
  }

  return {
    loadProject: () => use(async (database) => ((await database.get(storeName, projectKey)) as unknown) ?? null),
    saveProject: (project) =>
      use(async (database) => {
        await database.put(storeName, project, projectKey);
      }),
    loadHead: () =>
      use(async (database) => {
        const head = v.safeParse(headSchema, await database.get(storeName, headKey));
        return head.success ? head.output : null;
      }),
    saveHead: ({ run, weight, bias, tensors }) =>
      use(async (database) => {
        await database.put(storeName, { run, weight, bias, tensors }, headKey);
      }),
    deleteHead: () => use((database) => database.delete(storeName, headKey)),
    loadKernelPlan: (adapter) =>
      use(async (database) => ((await database.get(storeName, kernelPlanPrefix + adapter)) as unknown) ?? null),
    saveKernelPlan: (adapter, plan) =>
      use(async (database) => {
        await database.put(storeName, plan, kernelPlanPrefix + adapter);
      }),
    setProjectAside: () =>
      use(async (database) => {
        const transaction = database.transaction(storeName, 'readwrite');
        const project: unknown = await transaction.store.get(projectKey);
        if (project !== undefined) {
          await transaction.store.put(project, asidePrefix + new Date().toISOString());
          await transaction.store.delete(projectKey);
        }
        await transaction.done;
      }),
    forgetEverything: async () => {
      // Both are tried: what one refuses must not keep the other.
      const results = await Promise.allSettled([use((database) => database.clear(storeName)), forgetWeights()]);
      for (const result of results) if (result.status === 'rejected') throw toStorageError(result.reason);
    },
    close,
  };
}
