import { inputSize } from '../domain/vgg16';
import { createClassifier, startServedPage, type Classifier } from './served-model';

/** `classify.js` of an ONNX export. */

interface Tensor {
  readonly data: ArrayLike<number>;
}

/** What is used of ONNX Runtime Web. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(url: string): Promise<{ run(inputs: Record<string, Tensor>): Promise<Readonly<Record<string, Tensor>>> }>;
  };
  readonly Tensor: new (type: 'uint8', values: Uint8Array, shape: readonly number[]) => Tensor;
}

/**
 * Opens the model in `folder` with ONNX Runtime Web (`ort.min.js`, or `onnxruntime-web` of npm).
 *
 *     const { classify } = await openClassifier(ort, '.');
 *     const { className, probabilities } = await classify(document.querySelector('img'));
 */
export async function openClassifier(ort: OnnxRuntime, folder: string): Promise<Classifier> {
  const session = await ort.InferenceSession.create(`${folder}/model.onnx`);
  return createClassifier(folder, async (pixels) => {
    const { logits } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, inputSize, inputSize, 3]) });
    return Array.from(logits?.data ?? []);
  });
}

/** The example page, `index.html`. */
export function start(): void {
  startServedPage((folder) => {
    const { ort } = globalThis as { ort?: OnnxRuntime };
    if (ort === undefined)
      throw new Error(
        'ort.min.js is not beside this page. Run “npm install onnxruntime-web@1.30.0” and copy node_modules/onnxruntime-web/dist/ort.min.js and its *.wasm and *.mjs here.',
      );
    return openClassifier(ort, folder);
  });
}
