import { expose } from 'comlink';
import { ImportDesk } from '../ingest/archive/import-desk';
import { MemoryScratch } from '../ingest/archive/scratch';
import { DecodePool } from '../ingest/decode-pool';
import { PictureLibrary } from '../ingest/picture-library';
import type { ComputeApi } from '../protocol/compute-api';
import { connectWorker } from '../protocol/connect-worker';
import { installTransferHandlers, withFlushedCallbacks } from '../protocol/transfer-handlers';
import { dropScratchLeftovers, openOpfsScratch } from '../storage/opfs-scratch';
import { createBrowserTables } from '../storage/browser-tables';
import { createOwnership } from '../storage/ownership';
import { ProjectStore } from '../storage/project-store';
import { ControlEngine } from './control-engine';
import { createDeviceKeep } from './device-keep';
import { ProjectDesk } from './project-desk';
import { withBeat } from './with-beat';

// The worker that takes the page's commands. It never computes: pictures and tensors have workers of their own, so cancel is always heard.
installTransferHandlers();

const compute = connectWorker<ComputeApi>({
  spawn: () => new Worker(new URL('./compute.worker.ts', import.meta.url), { type: 'module', name: 'headstart-compute' }),
  // Stock kernels block for seconds a picture, on slow machines for tens of seconds; two minutes of silence mean that it is gone.
  intervalMs: 10_000,
  missesAllowed: 12,
  onDeath: (error) => {
    // Thrown outside any call: the page sees this worker die too, and starts everything afresh from what is kept.
    setTimeout(() => {
      throw error;
    });
  },
});

const pool = new DecodePool(
  () => new Worker(new URL('./decode.worker.ts', import.meta.url), { type: 'module', name: 'headstart-decode' }),
);

const imports = new ImportDesk(async () => (await openOpfsScratch()) ?? new MemoryScratch());
void dropScratchLeftovers();

const now = () => Date.now();
const tables = createBrowserTables();
const store = new ProjectStore({ tables, now, thumbnails: () => Promise.resolve([]) });
/** `crypto.randomUUID` is absent on plain http. */
const createToken = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
const desk = new ProjectDesk({ store, connect: (events) => createOwnership(events), createToken, now });
const keep = createDeviceKeep({ compute: compute.api, desk, store, tables });

expose(withFlushedCallbacks(withBeat(new ControlEngine(compute.api, new PictureLibrary(pool, {}, imports), desk, keep))));
