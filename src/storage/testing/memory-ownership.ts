import type { Ownership, OwnershipEvents, TabMessage } from '../ownership';

/** Tabs of one browser, for tests in Node: who owns what, and what they tell each other. */
export class MemoryTabs {
  readonly owners = new Map<string, OwnershipEvents>();
  readonly tabs = new Set<OwnershipEvents>();
  /** Tabs that sleep hear nothing; what they own is taken from them. */
  readonly asleep = new Set<OwnershipEvents>();

  connect(events: OwnershipEvents): Ownership {
    this.tabs.add(events);
    const isMine = (id: string) => this.owners.get(id) === events;
    const tell = (message: TabMessage) => {
      for (const tab of this.tabs) if (tab !== events && !this.asleep.has(tab)) tab.onMessage(message);
    };
    return {
      acquire: (id) => {
        if (!this.owners.has(id)) this.owners.set(id, events);
        return Promise.resolve(isMine(id));
      },
      takeOver: async (id) => {
        const former = this.owners.get(id);
        if (former === events) return;
        tell({ kind: 'hand-over', id });
        // What the other tab does at once is done by then.
        await new Promise((resolve) => setTimeout(resolve));
        if (this.owners.get(id) === former) former?.onLost(id);
        this.owners.set(id, events);
      },
      release: (id) => {
        if (isMine(id)) this.owners.delete(id);
        return Promise.resolve();
      },
      ownedElsewhere: () => Promise.resolve(new Set([...this.owners].flatMap(([id, owner]) => (owner === events ? [] : [id])))),
      isAlone: () => Promise.resolve(this.tabs.size === 1),
      exclusively: (_name, work) => work(),
      tell,
      close: () => {
        this.tabs.delete(events);
        for (const [id, owner] of this.owners) if (owner === events) this.owners.delete(id);
      },
    };
  }
}
