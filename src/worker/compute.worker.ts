import { expose } from 'comlink';
import { Engine } from '../engine/engine';
import { installTransferHandlers, withFlushedCallbacks } from '../protocol/transfer-handlers';
import { withBeat } from './with-beat';

// The compute worker: it may block for as long as one picture or one step takes, so nothing but the control worker talks to it.
installTransferHandlers();
expose(withFlushedCallbacks(withBeat(new Engine())));
