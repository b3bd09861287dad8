import { throwIfCancelled } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import type { Certificate, CertificatePicture, ModelExportProgress } from '../domain/model-export';
import { inputSize } from '../domain/vgg16';
import { createDrawing, drawingClasses, toRgb } from '../ingest/sample/drawings';
import type { CertifiedModel, CertifiedPicture, ComputeApi } from '../protocol/compute-api';

const drawingsOfClass = 4;

/** A picture to be certified: 224 x 224 RGB. */
interface Uncertified {
  readonly name: string;
  readonly origin: CertificatePicture['origin'];
  readonly pixels: Uint8Array;
}

/** Once drawn they stay: 1.2 MB. */
let kept: readonly Uncertified[] | null = null;

/** Eight of our own, drawn at 224 x 224: the same pixels on every machine. */
async function drawAll(signal: AbortSignal): Promise<readonly Uncertified[]> {
  if (kept !== null) return kept;
  const drawn: Uncertified[] = [];
  for (let index = 0; index < drawingsOfClass; index += 1) {
    for (const kind of drawingClasses) {
      // A few milliseconds each: whoever calls meanwhile is heard.
      await new Promise((resolve) => setTimeout(resolve));
      throwIfCancelled(signal);
      const pixels = toRgb(createDrawing(kind, index, inputSize));
      drawn.push({ name: `Drawn ${kind} ${String(index + 1)}`, origin: 'drawing', pixels });
    }
  }
  kept = drawn;
  return drawn;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

function join(picture: Uncertified, certified: CertifiedPicture | undefined): CertificatePicture {
  if (certified === undefined) throw new RangeError('a picture was not certified');
  const { logits, probabilities, classIndex, milliseconds } = certified.prediction;
  return { ...picture, logits, probabilities, classIndex, milliseconds, shownLogits: certified.shownLogits };
}

function summarise({ run, device, computePlan }: CertifiedModel, pictures: readonly CertificatePicture[]): Certificate {
  const all = pictures.flatMap(({ logits }) => logits);
  const rms = Math.sqrt(all.reduce((sum, logit) => sum + logit * logit, 0) / all.length);
  const differences = pictures.flatMap(({ logits, shownLogits }) =>
    logits.map((logit, index) => Math.abs(logit - (shownLogits[index] ?? NaN))),
  );
  return {
    runId: run.id,
    pictures,
    rms,
    // Logits that are all zero differ in nothing.
    shownDifference: rms === 0 ? 0 : Math.max(...differences) / rms,
    milliseconds: median(pictures.map(({ milliseconds }) => milliseconds)),
    device,
    computePlan,
  };
}

export interface CertifiedRun {
  readonly run: RunRecord;
  readonly certificate: Certificate;
}

/** The certificate of the present head, by our own drawings and by pictures that the person chose to add. */
export async function createCertificate(
  compute: ComputeApi,
  own: readonly Omit<Uncertified, 'origin'>[],
  onProgress: (progress: ModelExportProgress) => void,
  signal: AbortSignal,
): Promise<CertifiedRun> {
  const pictures = [...(await drawAll(signal)), ...own.map((picture) => ({ ...picture, origin: 'own' as const }))];
  const total = pictures.length;
  onProgress({ stage: 'certificate', done: 0, total });
  const certified = await compute.certify(
    pictures.map(({ pixels }) => pixels),
    (done) => {
      onProgress({ stage: 'certificate', done, total });
    },
    signal,
  );
  const joined = pictures.map((picture, index) => join(picture, certified.pictures[index]));
  return { run: certified.run, certificate: summarise(certified, joined) };
}
