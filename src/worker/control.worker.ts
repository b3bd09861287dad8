import { expose } from 'comlink';
import { RequestLog } from '../domain/request-log';
import { ImportDesk } from '../ingest/archive/import-desk';
import { MemoryScratch } from '../ingest/archive/scratch';
import { DecodePool } from '../ingest/decode-pool';
import { PictureLibrary } from '../ingest/picture-library';
import type { ComputeApi } from '../protocol/compute-api';
import { connectWorker } from '../protocol/connect-worker';
import { allowOwnScripts } from '../protocol/own-scripts';
import { installTransferHandlers, withFlushedCallbacks } from '../protocol/transfer-handlers';
import { dropScratchLeftovers, openOpfsScratch } from '../storage/opfs-scratch';
import { createProjectStore } from '../storage/project-store';
import { ControlEngine } from './control-engine';
import { createProjector } from './projection/projector';
import { recordRequests, watchResources } from './record-requests';
import { withBeat } from './with-beat';

// The worker that takes the page's commands. It never computes: pictures and tensors have workers of their own, so cancel is always heard.
installTransferHandlers();
allowOwnScripts();
const requests = new RequestLog();
recordRequests(self, requests, watchResources);

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

const projectVectors = createProjector(
  () => new Worker(new URL('./projection.worker.ts', import.meta.url), { type: 'module', name: 'headstart-projection' }),
);

const library = new PictureLibrary(pool, {}, imports);
expose(withFlushedCallbacks(withBeat(new ControlEngine(compute.api, library, createProjectStore(), projectVectors, requests))));
