import type { Isolation } from '../domain/isolation';
import type { OfflinePort } from '../domain/offline';
import type { SaveTarget } from '../domain/save-target';
import type { EngineAddresses, EngineApi } from '../protocol/engine-api';

/** A project's file that the page's address asks for. */
export interface ProjectLink {
  /** Absolute. */
  readonly address: string;
  /** Of this page, such as `https://site.example`: files of other sites are not fetched. */
  readonly origin: string;
  /** A reload must not ask again. */
  forget(): void;
}

/** What the store needs from the place it runs in; the composition root gives it, tests give their own. */
export interface PagePorts {
  readonly engine: EngineApi;
  /** Ends the former worker and gives a new one's engine. */
  restartEngine(): EngineApi;
  readonly addresses: EngineAddresses;
  readonly isolation: Isolation;
  readonly offline: OfflinePort;
  /** How many threads the person may choose: see `threadLimit`. */
  readonly mostThreads: number;
  /** Of the whole device, bytes; null where the browser does not say. */
  readonly deviceMemory: number | null;
  /** Calls back once: with the next animation frame, or by a timer while the page is hidden. */
  scheduleFrame(callback: () => void): void;
  /** Milliseconds, monotone. */
  now(): number;
  /** A run is kept on disk at the first step boundary after so many. */
  readonly checkpointSeconds: number;
  createId(): string;
  /** Null where the address asks for no project. */
  readonly projectLink: ProjectLink | null;
  /** Asks the person for a folder again, within a click; false when they refuse. */
  askForFolder(folder: FileSystemDirectoryHandle): Promise<boolean>;
  /** Asks the browser not to throw away by itself what is kept; null where it cannot be asked. */
  persistStorage(): Promise<boolean | null>;
  /** Bytes that this page may still keep; null where the browser does not say. */
  freeRoom(): Promise<number | null>;
  /** Asks where an archive goes; null when the person changed their mind. Within a click. */
  openSaveTarget(name: string): Promise<SaveTarget | null>;
}
