import { tableNames, type Guard, type RowChange, type TableName, type Tables } from '../tables';

/** Rows that outlive who opened them, as a browser's do. */
export class MemoryTables implements Tables {
  readonly rows = new Map<TableName, Map<string, unknown>>(tableNames.map((name) => [name, new Map<string, unknown>()]));
  /** Every call rejects with it. */
  refusal: Error | null = null;
  /** Stands before and after every commit, so that a test can cut it off there. */
  aroundCommit: (apply: () => void) => void = (apply) => {
    apply();
  };

  get(table: TableName, key: string): Promise<unknown> {
    return this.#answer(() => structuredClone(this.#table(table).get(key)));
  }

  getMany(table: TableName, keys: readonly string[]): Promise<readonly unknown[]> {
    return this.#answer(() => structuredClone(keys.map((key) => this.#table(table).get(key))));
  }

  entries(table: TableName): Promise<readonly (readonly [string, unknown])[]> {
    return this.#answer(() => structuredClone([...this.#table(table)].sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  keys(table: TableName): Promise<readonly string[]> {
    return this.#answer(() => [...this.#table(table).keys()].sort());
  }

  commit(changes: readonly RowChange[], guard?: Guard): Promise<boolean> {
    return this.#answer(() => {
      if (guard !== undefined && !guard.allows(this.#table(guard.table).get(guard.key))) return false;
      if (changes.length === 0) return true;
      this.aroundCommit(() => {
        for (const change of changes) {
          if ('value' in change) this.#table(change.table).set(change.key, structuredClone(change.value));
          else this.#table(change.table).delete(change.key);
        }
      });
      return true;
    });
  }

  removeAll(): Promise<void> {
    return this.#answer(() => {
      for (const table of this.rows.values()) table.clear();
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #table(name: TableName): Map<string, unknown> {
    return this.rows.get(name) ?? new Map<string, unknown>();
  }

  async #answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (this.refusal !== null) throw this.refusal;
    return work();
  }
}
