import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { ModelFileFormat } from '../../domain/model-import';
import { listNames } from './architecture-words';
import type { ByteSource } from './byte-source';
import { type Companion, type FoundModel, formatOf, type ModelPlace } from './model-place';
import { isOnnx, outsideFilesOf } from './onnx/onnx-file';
import { isSafetensors } from './safetensors-file';
import { isLegacyTorch, isPickle } from './torch/legacy-file';
import { torchFolder } from './torch/torch-archive';
import { isZip, openZip, type ZipFileMember } from './zip-file';

/** Enough to tell the formats apart. */
const sniffedBytes = 4096;
/** In a ZIP only files that end so are looked at, those of the first ending that is there. */
const endings: readonly RegExp[] = [/\.safetensors$/i, /\.onnx$/i, /\.(pth|pt|ckpt|bin|pkl)$/i];
/** Of one ending in one ZIP. */
const mostCandidates = 20;
const preference: readonly ModelFileFormat[] = ['safetensors', 'onnx', 'pytorch'];

interface Candidate {
  readonly path: string;
  readonly model: FoundModel;
}

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/**
 * The one model among several files: safetensors before ONNX before PyTorch; `model.safetensors` before others of its format; and of ONNX
 * files those whose values do not lie in another of them: of this app's two the larger.
 * @throws HeadstartError `model-file-several`
 */
async function chooseOne(candidates: readonly Candidate[], name: string, signal: AbortSignal): Promise<Candidate | null> {
  const format = preference.find((one) => candidates.some(({ model }) => formatOf(model.place) === one));
  let left = candidates.filter(({ model }) => formatOf(model.place) === format);
  const main = left.filter(({ path }) => baseName(path) === 'model.safetensors');
  if (main.length > 0) left = main;
  if (left.length > 1 && format === 'onnx') {
    const names = new Set(left.map(({ path }) => baseName(path)));
    const whole: Candidate[] = [];
    for (const candidate of left) {
      const outside = await outsideFilesOf(candidate.model.place.source, signal);
      if (![...outside].some((one) => names.has(one))) whole.push(candidate);
    }
    if (whole.length > 0) left = whole;
  }
  if (left.length > 1) throw new HeadstartError('model-file-several', { name, names: listNames(left.map(({ path }) => path)) });
  return left[0] ?? null;
}

/** What a file is by its content; `members` where it is a ZIP that is not torch's; null where it is neither. */
async function lookAt(
  source: ByteSource,
  signal: AbortSignal,
): Promise<ModelPlace | { readonly kind: 'zip'; readonly members: readonly ZipFileMember[] } | null> {
  throwIfCancelled(signal);
  const first = await source.read(0, Math.min(sniffedBytes, source.size));
  if (isSafetensors(first)) return { kind: 'safetensors', source };
  if (isLegacyTorch(first)) return { kind: 'legacy-torch', source };
  if (isPickle(first)) return { kind: 'pickle', source };
  if (isOnnx(first)) return { kind: 'onnx', source };
  if (!isZip(first)) return null;
  const members = await openZip(source, signal);
  const folder = torchFolder(members);
  return folder === null ? { kind: 'zip', members } : { kind: 'torch-archive', source, members, folder };
}

async function findInZip(source: ByteSource, members: readonly ZipFileMember[], signal: AbortSignal): Promise<FoundModel | null> {
  const ending = endings.find((one) => members.some(({ path }) => one.test(path)));
  if (ending === undefined) return null;
  const candidates: Candidate[] = [];
  for (const member of members.filter(({ path }) => ending.test(path)).slice(0, mostCandidates)) {
    const place = await lookAt(await member.open(signal), signal);
    if (place === null || place.kind === 'zip') continue;
    const beside = members
      .filter(({ path }) => path !== member.path)
      .map((other): Companion => ({ baseName: baseName(other.path), size: other.size, open: () => other.open(signal) }));
    candidates.push({ path: member.path, model: { place, fileName: source.name, beside } });
  }
  return (await chooseOne(candidates, source.name, signal))?.model ?? null;
}

/**
 * The one model in the files given, each told by its content; a ZIP that is not torch's own is looked into.
 * @throws HeadstartError `model-file-unknown`, `model-file-several`, `model-file-damaged`, `model-file-truncated`, `file-unreadable`,
 * `cancelled`
 */
export async function findModel(files: readonly ByteSource[], signal: AbortSignal): Promise<FoundModel> {
  const [first] = files;
  if (first === undefined) throw new RangeError('no file was given');
  const candidates: Candidate[] = [];
  for (const source of files) {
    const place = await lookAt(source, signal);
    if (place === null) continue;
    const beside = files
      .filter((file) => file !== source)
      .map((file): Companion => ({ baseName: baseName(file.name), size: file.size, open: () => Promise.resolve(file) }));
    const model =
      place.kind === 'zip' ? await findInZip(source, place.members, signal) : { place, fileName: source.name, beside };
    if (model !== null) candidates.push({ path: source.name, model });
  }
  const chosen = await chooseOne(candidates, first.name, signal);
  if (chosen === null) throw new HeadstartError('model-file-unknown', { name: first.name });
  return chosen.model;
}
