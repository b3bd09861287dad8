import { describe, expect, it } from 'vitest';
import { answerWith } from './answer';

const ours = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

describe('an answer of the service worker', () => {
  it('is the host’s, status and all, with our headers', async () => {
    const answer = answerWith('page', new Response('not here', { status: 404, statusText: 'Gone astray' }), ours);
    expect(answer).toMatchObject({ status: 404, statusText: 'Gone astray', ok: false });
    expect(answer.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(await answer.text()).toBe('not here');
  });

  it('streams: what the host has sent so far can be read before the rest comes', async () => {
    const encoder = new TextEncoder();
    let send: ReadableStreamDefaultController<Uint8Array> | null = null;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
        controller.enqueue(encoder.encode('first'));
      },
    });
    const reader = answerWith('worker-script', new Response(body), ours).body?.getReader();
    expect((await reader?.read())?.value).toEqual(encoder.encode('first'));
    (send as ReadableStreamDefaultController<Uint8Array> | null)?.error(new Error('the connection was cut'));
    await expect(reader?.read()).rejects.toThrow('the connection was cut');
  });

  it.each([204, 205, 304])('with status %d has no body', (status) => {
    const answer = answerWith('page', new Response(null, { status }), ours);
    expect([answer.status, answer.body]).toEqual([status, null]);
  });

  it('that has no readable status, as a page’s redirect, is passed on as it is', () => {
    const failed = Response.error();
    expect(answerWith('page', failed, ours)).toBe(failed);
    const redirect = Object.defineProperties(new Response(null), {
      type: { value: 'opaqueredirect' },
      status: { value: 0 },
    });
    expect(answerWith('page', redirect, ours)).toBe(redirect);
  });
});
