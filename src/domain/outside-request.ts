/**
 * Why a request to another site was made. `unexplained`: the browser saw one that no code of ours told of; there is none, and if there were it would be
 * shown.
 */
export type RequestPurpose = 'describe' | 'count' | 'list' | 'picture' | 'weights' | 'unexplained';

/** A request to another site than the page's own, told where it was made. */
export interface OutsideRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** With the port where it is no usual one. */
  readonly host: string;
  readonly purpose: RequestPurpose;
  /** The name of the dataset, or of the repository, that was asked for; null where none was said. */
  readonly dataset: string | null;
  /** Bytes of what was said: the address after the host, and a body, of which there never is one. */
  readonly bytesUp: number;
}

const purposes: Readonly<Record<string, RequestPurpose>> = {
  info: 'describe',
  splits: 'describe',
  statistics: 'count',
  filter: 'list',
  rows: 'list',
};

/** `assets/` and `cached-assets/` are where the dataset viewer has pictures, below the name of the dataset. */
const pictureAddress = /\/(?:cached-)?assets\/([^/]+\/[^/]+)\//;

/** A file of a repository of models: `OWNER/NAME/resolve/REVISION/PATH`. */
const modelAddress = /^\/(?:[^/]+\/)*?([^/]+\/[^/]+)\/resolve\/[^/]+\//;

/** What a request says, from its address: nothing else of a GET says anything. */
export function describeRequest(address: URL, bodyBytes: number, at: number): OutsideRequest {
  const { host, pathname, search, searchParams } = address;
  const picture = pictureAddress.exec(pathname)?.[1];
  const said = { at, host, bytesUp: pathname.length + search.length + bodyBytes };
  if (picture !== undefined) return { ...said, purpose: 'picture', dataset: picture };
  const model = modelAddress.exec(pathname)?.[1];
  if (model !== undefined) return { ...said, purpose: 'weights', dataset: model };
  const last = pathname.split('/').at(-1) ?? '';
  const purpose = /\.(safetensors|json)$/.test(last) ? 'weights' : (purposes[last] ?? 'unexplained');
  return { ...said, purpose, dataset: searchParams.get('dataset') };
}
