import { BackboneStore, createBrowserBackboneEnvironment } from '../backbone-store';
import { createBrowserHubPartEnvironment, HubPart, type PartSubject } from '../hub-part';
import type { BackboneIdentity } from '../../domain/model-import';

/** A tab's compute worker, as far as other weights go: only a dedicated worker may write in place. */
export type KeptWeightsCall =
  | { readonly call: 'begin'; readonly subject: PartSubject }
  | { readonly call: 'append'; readonly bytes: Uint8Array }
  | { readonly call: 'open' }
  | { readonly call: 'close' }
  | { readonly call: 'state' }
  | { readonly call: 'discard' }
  | { readonly call: 'keep'; readonly identity: BackboneIdentity; readonly conv: ReadonlyMap<string, Float32Array> }
  | { readonly call: 'list' }
  | { readonly call: 'read'; readonly id: string }
  | { readonly call: 'remove'; readonly id: string };

const part = new HubPart(createBrowserHubPartEnvironment());
const tensors = [{ name: 'features.0.bias', length: 1000 }];
const store = new BackboneStore({ ...createBrowserBackboneEnvironment(), tensors });

function answer(request: KeptWeightsCall): Promise<unknown> {
  switch (request.call) {
    case 'begin':
      return part.begin(request.subject);
    case 'append':
      return part.append(request.bytes);
    case 'open':
      return part.open();
    case 'close':
      part.close();
      return Promise.resolve();
    case 'state':
      return part.state();
    case 'discard':
      return part.discard();
    case 'keep':
      return store.write(request.identity, request.conv);
    case 'list':
      return store.list();
    case 'read':
      return store.read(request.id);
    case 'remove':
      return store.remove(request.id);
  }
}

globalThis.addEventListener('message', ({ data: request, ports: [port] }: MessageEvent<KeptWeightsCall>) => {
  answer(request).then(
    (result) => port?.postMessage({ result }),
    (error: unknown) => port?.postMessage({ error: String(error) }),
  );
});
