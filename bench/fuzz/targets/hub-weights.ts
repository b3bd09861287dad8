import { PartDownload } from '../../../src/engine/weights/download-part';
import { HubPart } from '../../../src/storage/hub-part';
import { MemoryFolder } from '../../../src/storage/testing/memory-folder';
import { type Bytes, mutateBytes, showBytes, smallerBytes } from '../mutate-bytes';
import { mutateValue, showValue, smallerValues } from '../mutate-value';
import { type FuzzTarget, promise, type Verdict } from '../target';

const url = 'https://hub.test/owner/model/resolve/1/model.safetensors';
const totalBytes = 1000;
const ranges = [
  { begin: 100, end: 160 },
  { begin: 300, end: 320 },
];
/** Of the file at the other end. */
const byteAt = (place: number): number => (place * 37) % 251;
const wanted = ranges.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, at) => byteAt(begin + at)));

const partAnswer = (first: number, last: number) => ({
  status: 206,
  headers: { 'content-range': `bytes ${String(first)}-${String(last)}/${String(totalBytes)}`, etag: '"1"' },
  bytes: last + 1 - first,
});
/** To a first look, and to each piece of 40 bytes. */
const answers = [partAnswer(0, 999), partAnswer(100, 139), partAnswer(140, 159), partAnswer(300, 319)];

const createPart = (folder: MemoryFolder) =>
  new HubPart({ openFolder: () => Promise.resolve(folder), lock: () => Promise.resolve(() => undefined) });

/** What a server could send, as far as a browser would let it through; its bytes are those of the place that it names. */
function toResponse(given: unknown): Response {
  const told = new Map<string, unknown>(typeof given === 'object' && given !== null ? Object.entries(given) : []);
  const [status, headers, bytes] = [told.get('status'), told.get('headers'), told.get('bytes')];
  const code = typeof status === 'number' && Number.isInteger(status) && status >= 200 && status < 600 ? status : 200;
  const sent = new Headers();
  if (typeof headers === 'object' && headers !== null)
    for (const [name, value] of Object.entries(headers))
      try {
        sent.set(name, String(value));
      } catch {
        // No header can be so.
      }
  const first = Number(/^bytes (\d{1,3})-/.exec(sent.get('content-range') ?? '')?.[1] ?? 0);
  const length = typeof bytes === 'number' && bytes >= 0 && bytes < 5000 ? Math.floor(bytes) : 0;
  const body = [204, 205, 304].includes(code) ? null : Uint8Array.from({ length }, (_, at) => byteAt(first + at));
  return new Response(body, { status: code, headers: sent });
}

/** The answers of one host to everything that is asked of it, in their order. */
export const rangeAnswersTarget: FuzzTarget = {
  name: 'answers with a part',
  of: 'weights/fetch-range, download-part',
  make: (rng) => mutateValue([answers], rng),
  run: async (given): Promise<Verdict> => {
    const told = Array.isArray(given) ? (given as unknown[]) : [];
    let requests = 0;
    const download = new PartDownload({
      fetch: (address) => {
        promise(address === url, 'only the file is asked for');
        requests += 1;
        return Promise.resolve(toResponse(told[Math.min(requests, answers.length) - 1]));
      },
      delay: () => Promise.resolve(),
      now: () => 0,
      random: () => 0,
      pieceBytes: 40,
    });
    const folder = new MemoryFolder();
    const { signal } = new AbortController();
    const request = { url, headerBytes: () => 50, choose: () => Promise.resolve(ranges), onProgress: () => undefined, signal };
    try {
      const { values } = await download.run(createPart(folder), request);
      promise(Buffer.compare(values, Uint8Array.from(wanted)) === 0, 'what is taken is what was asked for');
    } finally {
      const kept = await createPart(folder).open();
      const came = kept?.values.subarray(0, kept.received) ?? new Uint8Array(0);
      promise(
        came.every((byte, at) => byte === wanted[at]),
        'what is kept is the beginning of what was asked for',
      );
      promise(requests <= 4 * answers.length, 'a host is not asked for ever');
    }
    return 'accepted';
  },
  smaller: smallerValues,
  show: showValue,
};

/** What a visit leaves: the file's name, a piece of 60 bytes and one of 20. */
async function leave(): Promise<MemoryFolder> {
  const folder = new MemoryFolder();
  const part = createPart(folder);
  await part.open();
  await part.begin({ url, etag: '"1"', lastModified: null, totalBytes, header: Uint8Array.of(1, 2, 3), ranges });
  for (const [begin, end] of [
    [0, 60],
    [60, 80],
  ] as const)
    await part.append(Uint8Array.from(wanted.slice(begin, end)));
  return folder;
}
const left = [...(await leave()).files];

/** One of the files harmed in any way; the first byte says which. What is found must be what came. */
export const hubPartTarget: FuzzTarget<Bytes> = {
  name: 'kept part of a file',
  of: 'storage/hub-part, run-file',
  make: (rng) => {
    const which = rng.integer(left.length);
    const bytes =
      rng.integer(4) === 0 ? (left[which]?.[1] ?? new Uint8Array(0)) : mutateBytes([new Uint8Array(left[which]?.[1] ?? [])], rng);
    return Uint8Array.from([which, ...bytes]);
  },
  run: async (bytes) => {
    const folder = new MemoryFolder();
    for (const [at, [name, content]] of left.entries()) folder.files.set(name, at === bytes[0] ? bytes.slice(1) : content);
    const state = await createPart(folder).state();
    const open = await createPart(folder).open();
    const came = open?.values.subarray(0, open.received) ?? new Uint8Array(0);
    promise(
      came.every((byte, at) => byte === wanted[at]),
      'what is found is what came',
    );
    promise((state?.received ?? 0) <= wanted.length, 'no more is told than was wanted');
    return came.length === wanted.length ? 'accepted' : 'refused';
  },
  smaller: smallerBytes,
  show: showBytes,
};
