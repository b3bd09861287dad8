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
import { BackboneStore, createBrowserBackboneEnvironment } from '../storage/backbone-store';
import { createBrowserTables } from '../storage/browser-tables';
import { openPrivateFolder } from '../storage/cache-folder';
import { FolderStore } from '../storage/folder-store';
import { createBrowserHubPartEnvironment, HubPart } from '../storage/hub-part';
import { dropScratchLeftovers, freeRoom, openOpfsScratch } from '../storage/opfs-scratch';
import { createOwnership } from '../storage/ownership';
import { PictureStore } from '../storage/picture-store';
import { ProjectStore } from '../storage/project-store';
import { pictureFolder } from '../storage/storage-sizes';
import { ControlEngine } from './control-engine';
import { createDeviceKeep } from './device-keep';
import { createPictureKeep, readFaces } from './picture-keep';
import { createProjector } from './projection/projector';
import { ProjectDesk } from './project-desk';
import { ProjectFiles } from './project-files';
import { recordRequests, watchResources } from './record-requests';
import { sweepDevice } from './sweeper';
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

const now = () => Date.now();
/** `crypto.randomUUID` is absent on plain http. */
const createToken = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');

const tables = createBrowserTables();
const pictureStore: PictureStore = new PictureStore({
  openFolder: () => openPrivateFolder(pictureFolder),
  tables,
  exclusively: (work) => desk.ownership.exclusively('pictures', work),
  visit: createToken(),
});
const folderStore = new FolderStore(tables, createToken);
const pictureKeep = createPictureKeep({ pictures: pictureStore, folders: folderStore });
const store = new ProjectStore({ tables, now, thumbnails: (contents) => readFaces(pictureStore, contents) });
const backbones = new BackboneStore(createBrowserBackboneEnvironment());
const desk = new ProjectDesk({ store, connect: (events) => createOwnership(events), createToken, now });
const library = new PictureLibrary(pool, {}, imports, pictureKeep);

const sweep = (all: boolean): Promise<void> =>
  sweepDevice(
    {
      ...{ desk, store, ownership: desk.ownership, pictures: pictureStore, folders: folderStore, backbones, now },
      held: () => new Set([...library.contentsHeld(), ...files.contentsHeld()]),
      onMoved: () => pictureKeep.forget(),
    },
    all,
  );
const forget = () => {
  pictureStore.forget();
  folderStore.forget();
  pictureKeep.forget();
};
const hubPart = new HubPart(createBrowserHubPartEnvironment());
const keep = createDeviceKeep({ compute: compute.api, sweep, forget, store, backbones, hubPart, tables });

const drawThumbnail = async (picture: Blob): Promise<Blob | null> => {
  const outcome = await pool.run({ kind: 'inspect', file: picture });
  return outcome.ok ? outcome.value.thumbnail : null;
};
const files: ProjectFiles = new ProjectFiles({
  compute: compute.api,
  backbones,
  store,
  addProject: (document) => desk.keep(document),
  pictures: pictureKeep,
  openPicture: (sampleId) => library.file(sampleId),
  drawThumbnail,
  scratch: async () => (await openOpfsScratch()) ?? new MemoryScratch(),
  room: freeRoom,
  // A redirect to another site is refused, and nothing that tells who asks goes along beyond this site.
  fetch: (address, signal) => fetch(address, { mode: 'same-origin', signal }),
  sweep: () => sweep(false),
});

// Once, when the visit has found its feet. What is refused now is swept at another visit.
setTimeout(() => void sweep(false).catch(() => undefined), 30_000);

const projectVectors = createProjector(
  () => new Worker(new URL('./projection.worker.ts', import.meta.url), { type: 'module', name: 'headstart-projection' }),
);

const parts = { compute: compute.api, pictures: library, projects: desk, keep, files, projectVectors, requests };
expose(withFlushedCallbacks(withBeat(new ControlEngine(parts))));
