import { expose, transfer } from 'comlink';
import { createBrowserPaths } from '../engine/compute-paths';
import { createBrowserEnvironment } from '../engine/device-environment';
import { Engine } from '../engine/engine';
import { readModelFile } from '../engine/model-files/model-file';
import { runSelfTest } from '../engine/self-test/self-test';
import { proveTraining } from '../engine/self-test/training-proof';
import { HubWeights } from '../engine/weights/hub-weights';
import type { ModelParts } from '../domain/model-export';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { RequestLog } from '../domain/request-log';
import { decoderOf } from '../domain/decoder';
import { inputSize } from '../domain/vgg16';
import { allowOwnScripts } from '../protocol/own-scripts';
import { installTransferHandlers, withFlushedCallbacks } from '../protocol/transfer-handlers';
import { BackboneStore, createBrowserBackboneEnvironment } from '../storage/backbone-store';
import { createBrowserTables } from '../storage/browser-tables';
import { CheckpointStore, createBrowserCheckpointEnvironment } from '../storage/checkpoint-store';
import { createBrowserCacheEnvironment, FeatureCache } from '../storage/feature-cache';
import { createBrowserHubPartEnvironment, HubPart } from '../storage/hub-part';
import { createKernelPlanStore } from '../storage/kernel-plans';
import { recordRequests, watchResources } from './record-requests';
import { withBeat } from './with-beat';

// The compute worker: it may block for as long as one picture or one step takes, so nothing but the control worker talks to it.
installTransferHandlers();
allowOwnScripts();
const requests = new RequestLog();
recordRequests(self, requests, watchResources);
const picture = () => toRgb(createDrawing('cat', 0, inputSize));

/** Some 60 MB that nobody here needs any more are not copied. */
class TransferringEngine extends Engine {
  override async exportModel(): Promise<ModelParts> {
    const parts = await super.exportModel();
    return transfer(
      parts,
      parts.tensors.map(({ values }) => values.buffer),
    );
  }
}

const bases = new BackboneStore(createBrowserBackboneEnvironment());
const hub = new HubWeights({ part: new HubPart(createBrowserHubPartEnvironment()), store: bases });

const engine = new TransferringEngine({
  device: createBrowserEnvironment(),
  paths: createBrowserPaths({
    spawnKernel: () =>
      new Worker(new URL('./cpu-kernel.worker.ts', import.meta.url), { type: 'module', name: 'headstart-cpu-kernel' }),
    plans: createKernelPlanStore(createBrowserTables()),
  }),
  selfTest: (path, backbone, compute) => runSelfTest(path, backbone, compute, { picture, now: () => performance.now() }),
  trainingTest: (subject) => proveTraining(subject, { picture }),
  disk: new FeatureCache(createBrowserCacheEnvironment()),
  decoder: decoderOf(navigator.userAgent),
  requests,
  runs: new CheckpointStore(createBrowserCheckpointEnvironment()),
  models: { read: readModelFile, hub },
  bases,
});
expose(withFlushedCallbacks(withBeat(engine)));
