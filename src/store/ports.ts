import type { Isolation } from '../domain/isolation';
import type { SaveTarget } from '../domain/save-target';
import type { EngineAddresses, EngineApi } from '../protocol/engine-api';

/** What the page's address says of projects. */
export interface ProjectAddress {
  /** The project that this tab had open; null where none is named. */
  readonly projectId: string | null;
  /** A project's file that is asked for, absolute; null for none. */
  readonly link: string | null;
  /** `https://site.example`: files of other sites are not fetched. */
  readonly origin: string;
  /** From now on a reload opens this project, and no file. */
  show(projectId: string | null): void;
}

/** What the store needs from the place it runs in; the composition root gives it, tests give their own. */
export interface PagePorts {
  readonly engine: EngineApi;
  /** Ends the former worker and gives a new one's engine. */
  restartEngine(): EngineApi;
  readonly addresses: EngineAddresses;
  readonly isolation: Isolation;
  /** How many threads the person may choose: see `threadLimit`. */
  readonly mostThreads: number;
  /** Of the whole device, bytes; null where the browser does not say. */
  readonly deviceMemory: number | null;
  /** Calls back once: with the next animation frame, or by a timer while the page is hidden. */
  scheduleFrame(callback: () => void): void;
  /** Milliseconds, monotone. */
  now(): number;
  createId(): string;
  readonly address: ProjectAddress;
  /** Asks whether the page may read a folder; within a click. */
  askFolder(folder: FileSystemDirectoryHandle): Promise<void>;
  /** Asks the browser to keep what this site stores until the person removes it; it may ask the person. */
  askToKeep(): Promise<void>;
  /** Asks where an archive goes; null when the person changed their mind. Within a click. */
  openSaveTarget(name: string): Promise<SaveTarget | null>;
}
