import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import { migrateFirstVersion } from './migrate-first-version';
import { tableNames, type Tables, toStorageError } from './tables';

const databaseName = 'headstart';
const databaseVersion = 2;

/** Tables in IndexedDB. A database of the first version is brought to this one when it is opened. */
export function createBrowserTables(name: string = databaseName): Tables {
  let opened: Promise<IDBPDatabase> | null = null;

  function open(): Promise<IDBPDatabase> {
    opened ??= openDB(name, databaseVersion, {
      upgrade: (database, before, _after, transaction) => {
        for (const table of tableNames) if (!database.objectStoreNames.contains(table)) database.createObjectStore(table);
        if (before !== 1) return;
        // The database opens once the transaction is done; where it fails everything is as it was before.
        migrateFirstVersion(transaction).catch(() => {
          transaction.abort();
        });
      },
      // Another tab brings a newer version, or forgets everything: it must not wait for this one.
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
    get: (table, key) => use((database) => database.get(table, key) as Promise<unknown>),
    getMany: (table, keys) =>
      use((database) => {
        const rows = database.transaction(table).store;
        return Promise.all(keys.map((key) => rows.get(key) as Promise<unknown>));
      }),
    entries: (table) =>
      use(async (database) => {
        const { store } = database.transaction(table);
        // Both in key order, in one transaction.
        const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll() as Promise<unknown[]>]);
        return keys.map((key, at) => [key as string, values[at]] as const);
      }),
    keys: (table) => use(async (database) => (await database.getAllKeys(table)) as string[]),
    commit: (changes, guard) =>
      use(async (database) => {
        const touched = [...changes.map(({ table }) => table), ...(guard === undefined ? [] : [guard.table])];
        if (touched.length === 0) return true;
        const transaction = database.transaction([...new Set(touched)], 'readwrite');
        const done = transaction.done;
        done.catch(() => undefined); // awaited below, unless something fails before
        try {
          if (guard !== undefined) {
            const present: unknown = await transaction.objectStore(guard.table).get(guard.key);
            if (!guard.allows(present)) {
              transaction.abort();
              return false;
            }
          }
          const written: Promise<unknown>[] = [];
          for (const change of changes) {
            const rows = transaction.objectStore(change.table);
            const one: Promise<unknown> = 'value' in change ? rows.put(change.value, change.key) : rows.delete(change.key);
            one.catch(() => undefined); // awaited below, unless a later one fails at once
            written.push(one);
          }
          await Promise.all(written);
        } catch (thrown) {
          try {
            transaction.abort();
          } catch {
            // It was aborted by what was thrown.
          }
          throw thrown;
        }
        await done;
        return true;
      }),
    removeAll: async () => {
      await use(async (database) => {
        const transaction = database.transaction([...database.objectStoreNames], 'readwrite');
        await Promise.all([...database.objectStoreNames].map((table) => transaction.objectStore(table).clear()));
        await transaction.done;
      });
      await close();
      // The rows are gone already. The empty database goes too, unless another tab holds it and does not answer.
      await new Promise<void>((resolve, reject) => {
        deleteDB(name, { blocked: () => resolve() }).then(resolve, (error: unknown) => reject(toStorageError(error)));
      });
    },
    close,
  };
}
