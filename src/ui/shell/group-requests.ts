import type { OutsideRequest } from '../../domain/outside-request';

/** Requests that said the same to the same host for the same purpose, one after another. */
export interface RequestGroup extends OutsideRequest {
  readonly count: number;
  /** When the last of them was made, milliseconds since 1970; `at` is the first. */
  readonly until: number;
}

/** In the order of the first of each; `bytesUp` is their sum. */
export function groupRequests(requests: readonly OutsideRequest[]): readonly RequestGroup[] {
  const groups = new Map<string, RequestGroup>();
  for (const request of requests) {
    const key = JSON.stringify([request.host, request.purpose, request.dataset]);
    const former = groups.get(key);
    groups.set(
      key,
      former === undefined
        ? { ...request, count: 1, until: request.at }
        : { ...former, count: former.count + 1, until: request.at, bytesUp: former.bytesUp + request.bytesUp },
    );
  }
  return [...groups.values()];
}
