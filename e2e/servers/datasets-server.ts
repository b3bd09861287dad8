import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PNG } from 'pngjs';

/** What goes wrong; changed while the server runs. */
export interface DatasetsFaults {
  /** `/filter` answers 501, as where a dataset has no index. */
  refuseFilter: boolean;
  /** So many API calls answer 429. */
  busy: number;
  /** `Retry-After` of a 429, seconds; null leaves it out. */
  retryAfter: number | null;
  /** So many API calls answer 500 with an `X-Error-Code`. */
  broken: number;
  /** API calls answer text that is no JSON. */
  badJson: boolean;
  /** API calls answer JSON of another shape. */
  wrongShape: boolean;
  /** So many connections are cut without an answer. */
  cut: number;
  /** Photos of these rows answer 404 for ever. */
  readonly missing: Set<number>;
}

export interface DatasetsServer {
  /** Ends with `/`. */
  readonly url: string;
  /** Paths with queries, in the order in which they came. */
  readonly requests: readonly string[];
  readonly faults: DatasetsFaults;
  /** Every signed address given so far answers 403 from now on. */
  expire(): void;
  close(): Promise<void>;
}

/** Another dataset that the server knows: every split's rows, by column; an image's cell is true where there is a picture. */
export interface OtherDataset {
  readonly name: string;
  readonly features: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly splits: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly hasStatistics?: boolean;
}

export interface DatasetsOptions {
  readonly others?: readonly OtherDataset[];
  /** Answers about these with this status and code, for ever. */
  readonly refused?: Readonly<Record<string, { readonly status: number; readonly code: string }>>;
  /** Rows of each label; cats come first, then dogs, as in the real dataset. */
  readonly rowsPerLabel?: number;
  /** PNG or JPEG bytes of a row; without it small patterns are drawn. */
  readonly picture?: (label: number, row: number) => Uint8Array;
}

const features = [
  { feature_idx: 0, name: 'image', type: { _type: 'Image' } },
  { feature_idx: 1, name: 'labels', type: { names: ['cat', 'dog'], _type: 'ClassLabel' } },
];
const side = 48;

/** Stripes for cats, dots for dogs, different for every row. */
function drawPattern(label: number, row: number): Uint8Array {
  const png = new PNG({ width: side, height: side });
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const on = label === 0 ? (x + row) % 8 < 4 : (x % 8) ** 2 + ((y + row) % 8) ** 2 < 30;
      png.data.set(on ? [(row * 37) % 256, (row * 11) % 256, label * 200, 255] : [230, 230, row % 256, 255], (y * side + x) * 4);
    }
  }
  return PNG.sync.write(png);
}

/** A stand-in for datasets-server.huggingface.co that speaks `/splits`, `/rows` and `/filter` and serves the pictures. */
export async function startDatasetsServer({
  rowsPerLabel = 120,
  picture = drawPattern,
  others = [],
  refused = {},
}: DatasetsOptions = {}): Promise<DatasetsServer> {
  const requests: string[] = [];
  const faults: DatasetsFaults = {
    refuseFilter: false,
    busy: 0,
    retryAfter: 1,
    broken: 0,
    badJson: false,
    wrongShape: false,
    cut: 0,
    missing: new Set(),
  };
  const total = rowsPerLabel * 2;
  const labelOf = (row: number) => (row < rowsPerLabel ? 0 : 1);
  /** Signatures count up; those below `valid` have expired. */
  let signature = 0;
  let valid = 0;
  let url = '';

  const send = (response: ServerResponse, status: number, body: string | Uint8Array, headers: Record<string, string> = {}) => {
    response.writeHead(status, {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Retry-After, X-Error-Code',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Content-Type': 'application/json',
      ...headers,
    });
    response.end(body);
  };
  const sendError = (response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}) =>
    send(response, status, JSON.stringify({ error: code }), { 'X-Error-Code': code, ...headers });

  const sendPage = (response: ServerResponse, query: URLSearchParams, matching: readonly number[]) => {
    const [offset, length] = [Number(query.get('offset') ?? 0), Number(query.get('length') ?? 100)];
    if (length > 100 || offset < 0) return sendError(response, 422, 'UnprocessableEntity');
    signature += 1;
    const rows = matching.slice(offset, offset + length).map((row) => ({
      row_idx: row,
      row: {
        image: {
          src: `${url}cached-assets/microsoft/cats_vs_dogs/${row}/image/image.jpg?Signature=${signature}`,
          height: side,
          width: side,
        },
        labels: labelOf(row),
      },
      truncated_cells: [],
    }));
    send(
      response,
      200,
      JSON.stringify(
        faults.wrongShape
          ? { rows: rows.map(({ row_idx }) => ({ row_idx })) }
          : { features, rows, num_rows_total: matching.length, num_rows_per_page: 100, partial: false },
      ),
    );
  };

  const sendOther = (response: ServerResponse, other: OtherDataset, path: string, query: URLSearchParams) => {
    const split = query.get('split') ?? '';
    const rows = other.splits[split] ?? [];
    if (path === '/info') {
      const splits = Object.entries(other.splits).map(([name, all]) => [
        name,
        { name, num_bytes: all.length * 1000, num_examples: all.length },
      ]);
      const described = { features: other.features, splits: Object.fromEntries(splits) as unknown };
      return send(
        response,
        200,
        JSON.stringify({ dataset_info: { default: described }, pending: [], failed: [], partial: false }),
      );
    }
    if (path === '/statistics') {
      if (other.hasStatistics === false) return sendError(response, 501, 'TooBigContentError');
      const statistics = Object.entries(other.features).map(([column, { names }]) => {
        const frequencies: Record<string, number> = {};
        for (const row of rows) {
          const value = String(Array.isArray(names) ? names[row[column] as number] : row[column]);
          frequencies[value] = (frequencies[value] ?? 0) + 1;
        }
        return { column_name: column, column_type: 'class_label', column_statistics: { nan_count: 0, frequencies } };
      });
      return send(response, 200, JSON.stringify({ num_examples: rows.length, statistics, partial: false }));
    }
    if (path === '/filter' && faults.refuseFilter) return sendError(response, 501, 'FilterNotImplemented');
    const where = /^"((?:[^"]|"")+)"=(?:(\d+)|'((?:[^']|'')*)')$/.exec(query.get('where') ?? '');
    if (path === '/filter' && where === null) return sendError(response, 422, 'UnprocessableEntity');
    const [column, value] = [where?.[1]?.replaceAll('""', '"') ?? '', where?.[2] ?? where?.[3]?.replaceAll("''", "'")];
    const [offset, length] = [Number(query.get('offset')), Number(query.get('length'))];
    const all = rows.map((row, index) => ({ row, index }));
    const matching = path === '/filter' ? all.filter(({ row }) => String(row[column]) === value) : all;
    signature += 1;
    const answer = matching.slice(offset, offset + length).map(({ row, index }) => ({
      row_idx: index,
      row: Object.fromEntries(
        Object.entries(row).map(([key, cell]) => {
          const src = `${url}cached-assets/${other.name}/${split}/${index}/image/image.jpg?Signature=${signature}`;
          return [key, cell === true ? { src, height: side, width: side } : cell];
        }),
      ),
    }));
    send(response, 200, JSON.stringify({ features: [], rows: answer, num_rows_total: matching.length, partial: false }));
  };

  const sendApi = (response: ServerResponse, path: string, query: URLSearchParams) => {
    if (faults.busy > 0) {
      faults.busy -= 1;
      return sendError(
        response,
        429,
        'TooManyRequests',
        faults.retryAfter === null ? {} : { 'Retry-After': String(faults.retryAfter) },
      );
    }
    if (faults.broken > 0) {
      faults.broken -= 1;
      return sendError(response, 500, 'UnexpectedError');
    }
    if (faults.badJson) return send(response, 200, '<html>maintenance</html>');
    const name = query.get('dataset') ?? '';
    const refusal = refused[name];
    if (refusal !== undefined) return sendError(response, refusal.status, refusal.code);
    const other = others.find((known) => known.name === name);
    if (other !== undefined) return sendOther(response, other, path, query);
    if (name !== 'microsoft/cats_vs_dogs') return sendError(response, 404, 'ResponseNotFound');
    if (path === '/splits')
      return send(
        response,
        200,
        JSON.stringify({
          splits: [{ dataset: 'microsoft/cats_vs_dogs', config: 'default', split: 'train' }],
          pending: [],
          failed: [],
        }),
      );
    const all = Array.from({ length: total }, (_, row) => row);
    if (path === '/rows') return sendPage(response, query, all);
    if (faults.refuseFilter) return sendError(response, 501, 'FilterNotImplemented');
    const label = /^"labels"=([01])$/.exec(query.get('where') ?? '')?.[1];
    if (label === undefined) return sendError(response, 422, 'UnprocessableEntity');
    sendPage(
      response,
      query,
      all.filter((row) => labelOf(row) === Number(label)),
    );
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams, search } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(pathname + search);
    if (faults.cut > 0) {
      faults.cut -= 1;
      request.socket.destroy();
      return;
    }
    const row = /^\/cached-assets\/.*\/(\d+)\/image\/image\.jpg$/.exec(pathname)?.[1];
    if (row === undefined)
      return ['/splits', '/rows', '/filter', '/info', '/statistics'].includes(pathname)
        ? sendApi(response, pathname, searchParams)
        : sendError(response, 404, 'NotFound');
    if (Number(searchParams.get('Signature')) <= valid) return sendError(response, 403, 'AccessDenied');
    if (faults.missing.has(Number(row))) return sendError(response, 404, 'NotFound');
    send(response, 200, picture(labelOf(Number(row)), Number(row)), { 'Content-Type': 'image/png' });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    requests,
    faults,
    expire: () => {
      valid = signature;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
