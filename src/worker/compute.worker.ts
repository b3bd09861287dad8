import { expose, transfer } from 'comlink';
import { createBrowserPaths } from '../engine/compute-paths';
import { createBrowserEnvironment } from '../engine/device-environment';
import { Engine } from '../engine/engine';
import { runSelfTest } from '../engine/self-test/self-test';
import { proveTraining } from '../engine/self-test/training-proof';
import type { ModelParts } from '../domain/model-export';
import { createDrawing, toRgb } from '../ingest/sample/drawings';
import { decoderOf } from '../domain/decoder';
import { inputSize } from '../domain/vgg16';
import { installTransferHandlers, withFlushedCallbacks } from '../protocol/transfer-handlers';
import { createBrowserCacheEnvironment, FeatureCache } from '../storage/feature-cache';
import { createProjectStore } from '../storage/project-store';
import { withBeat } from './with-beat';

// The compute worker: it may block for as long as one picture or one step takes, so nothing but the control worker talks to it.
installTransferHandlers();
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

const engine = new TransferringEngine({
  device: createBrowserEnvironment(),
  paths: createBrowserPaths({
    spawnKernel: () =>
      new Worker(new URL('./cpu-kernel.worker.ts', import.meta.url), { type: 'module', name: 'headstart-cpu-kernel' }),
    plans: createProjectStore(),
  }),
  selfTest: (path, backbone, compute) => runSelfTest(path, backbone, compute, { picture, now: () => performance.now() }),
  trainingTest: (subject) => proveTraining(subject, { picture }),
  disk: new FeatureCache(createBrowserCacheEnvironment()),
  decoder: decoderOf(navigator.userAgent),
});
expose(withFlushedCallbacks(withBeat(engine)));
