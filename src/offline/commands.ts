import * as v from 'valibot';
import { HeadstartError } from '../domain/errors';

/** What the service worker is asked; its side is src/service-worker/commands.ts, which shares no module with this one. */
export type Command = 'keep' | 'forget' | 'tell-build';

const answerSchema = v.variant('kind', [
  v.object({ kind: v.literal('kept'), bytes: v.number() }),
  v.object({
    kind: v.literal('not-kept'),
    reason: v.picklist(['unreachable', 'altered', 'storage-full', 'storage-refused']),
  }),
  v.object({ kind: v.literal('forgotten') }),
  v.object({ kind: v.literal('build'), id: v.string() }),
]);
export type Answer = v.InferOutput<typeof answerSchema>;

/** Where a command goes. */
export type Receiver = Pick<ServiceWorker, 'postMessage'>;

/** Rejects with `unexpected` where nothing, or something else, comes back until `patience` is over. */
export function ask(worker: Receiver, command: Command, patience: Promise<void>): Promise<Answer> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<Answer>((resolve, reject) => {
    port1.onmessage = ({ data }: MessageEvent<unknown>) => {
      const answer = v.safeParse(answerSchema, data);
      if (answer.success) resolve(answer.output);
      else reject(new HeadstartError('unexpected', { detail: 'the service worker answered with something else' }));
    };
    void patience.then(() => reject(new HeadstartError('unexpected', { detail: 'the service worker did not answer' })));
    worker.postMessage({ kind: command }, [port2]);
  }).finally(() => {
    port1.close();
  });
}
