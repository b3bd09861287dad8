import { createBenchPixels } from '../features/pictures';
import { openPeer, type Peer } from './peers';
import type { FromPeer, ToPeer } from './protocol';

let peer: Peer | null = null;
const pictures = new Map<number, Uint8Array>();

function pictureOf(index: number): Uint8Array {
  const pixels = pictures.get(index) ?? createBenchPixels(index);
  pictures.set(index, pixels);
  return pixels;
}

async function answer(request: ToPeer): Promise<FromPeer> {
  if (request.kind === 'open') {
    const started = performance.now();
    peer = await openPeer(request);
    return { kind: 'opened', note: peer.note, seconds: (performance.now() - started) / 1000 };
  }
  if (peer === null) throw new Error('nothing was opened');
  const pixels = Array.from({ length: request.batch }, (_, index) => pictureOf(index));
  const started = performance.now();
  const features = await peer.run(pixels);
  return { kind: 'ran', seconds: (performance.now() - started) / 1000, features };
}

self.onmessage = ({ data: request }: MessageEvent<ToPeer>) => {
  answer(request).then(
    (done) => {
      self.postMessage(done);
    },
    (error: unknown) => {
      self.postMessage({ kind: 'failed', words: String(error) } satisfies FromPeer);
    },
  );
};
