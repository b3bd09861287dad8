import type { EmbeddedCertificate, EmbeddedConfig } from './embedded-model';
import { startPage } from './model-page';
import { softmax, type Answer } from './network';
import { readPicture } from './picture';

/** Answers for pictures, by a model whose files lie beside the page. */
export interface Classifier {
  readonly config: EmbeddedConfig;
  /** A picture's file, or what is drawn in an element of a page. */
  classify(image: Blob | HTMLImageElement | HTMLCanvasElement): Promise<Answer & { readonly className: string }>;
  /** 224 x 224 RGB bytes, fitted already. */
  classifyPixels(pixels: Uint8Array): Promise<Answer>;
}

async function fetchFile(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (HTTP ${response.status}).`);
  return response;
}

/** By drawing: an element holds its picture upright already, and keeps no file. */
async function fileOf(image: Blob | HTMLImageElement | HTMLCanvasElement): Promise<Blob> {
  if (image instanceof Blob) return image;
  const bitmap = await createImageBitmap(image);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: 'image/png' });
}

/** `computeLogits`: of 224 x 224 RGB bytes. */
export async function createClassifier(
  folder: string,
  computeLogits: (pixels: Uint8Array) => Promise<readonly number[]>,
): Promise<Classifier> {
  const config = (await (await fetchFile(`${folder}/config.json`)).json()) as EmbeddedConfig;
  async function classifyPixels(pixels: Uint8Array): Promise<Answer> {
    const logits = await computeLogits(pixels);
    return { logits, probabilities: softmax(logits), classIndex: logits.indexOf(Math.max(...logits)) };
  }
  return {
    config,
    classifyPixels,
    classify: async (image) => {
      const answer = await classifyPixels(await readPicture(await fileOf(image), config.input.fit));
      return { ...answer, className: config.classes[answer.classIndex] ?? '' };
    },
  };
}

/** The example page: `open` gives the classifier. */
export function startServedPage(open: (folder: string) => Promise<Classifier>): void {
  startPage(async () => {
    const classifier = await open('.');
    const certificate = (await (await fetchFile('certificate/certificate.json')).json()) as EmbeddedCertificate & {
      readonly pictures: readonly { readonly file: string }[];
    };
    return {
      config: classifier.config,
      certificate,
      readPixels: async (index) => {
        const blob = await (await fetchFile(`certificate/${certificate.pictures[index]?.file ?? ''}`)).blob();
        // 224 x 224 already: squashing takes them as they are.
        return readPicture(blob, 'squash');
      },
      open: () => Promise.resolve({ classify: (pixels) => classifier.classifyPixels(pixels) }),
    };
  });
}
