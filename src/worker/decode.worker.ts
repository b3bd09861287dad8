import { toHeadstartError } from '../domain/errors';
import { decodeFitted, glanceAt, inspectPicture, RefusedPicture } from '../ingest/decode';
import type { DecodeAnswer, DecodeRequest } from '../ingest/decode-protocol';
import { drawToBlob } from '../ingest/drawings-source';

/** One of the pool's workers: answers one request at a time, never throws. */
async function answer({ id, task }: DecodeRequest): Promise<DecodeAnswer> {
  try {
    switch (task.kind) {
      case 'inspect':
        return { id, kind: 'inspect', result: await inspectPicture(task.file) };
      case 'fit':
        return { id, kind: 'fit', result: await decodeFitted(task.file, task.fit) };
      case 'glance':
        return { id, kind: 'glance', result: await glanceAt(task.file, task.fit) };
      case 'draw':
        return { id, kind: 'draw', result: await drawToBlob(task.className, task.index) };
    }
  } catch (thrown) {
    return {
      id,
      kind: 'refused',
      reason: thrown instanceof RefusedPicture ? thrown.reason : toHeadstartError(thrown).toRecord(),
    };
  }
}

function post(message: DecodeAnswer): void {
  const transfer =
    message.kind === 'fit' ? [message.result.buffer] : message.kind === 'glance' ? [message.result.pixels.buffer] : [];
  globalThis.postMessage(message, { transfer });
}

globalThis.addEventListener('message', (event: MessageEvent<DecodeRequest>) => {
  void answer(event.data).then(post);
});
post({ kind: 'ready' });
