import { inputSize } from '../domain/vgg16';
import { createClassifier, startServedPage, type Classifier } from './served-model';

/** `classify.js` of a TensorFlow.js export. */

interface Tensor {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

/** What is used of TensorFlow.js. */
export interface TensorFlow {
  ready(): Promise<void>;
  loadGraphModel(url: string): Promise<{ execute(inputs: Record<string, Tensor>, outputs: string): Tensor }>;
  tensor4d(values: Int32Array, shape: readonly number[], dtype: 'int32'): Tensor;
}

/**
 * Opens the model in `folder` with TensorFlow.js (`tf.min.js`, or `@tensorflow/tfjs` of npm).
 *
 *     const { classify } = await openClassifier(tf, '.');
 *     const { className, probabilities } = await classify(document.querySelector('img'));
 */
export async function openClassifier(tf: TensorFlow, folder: string): Promise<Classifier> {
  await tf.ready();
  const model = await tf.loadGraphModel(`${folder}/model.json`);
  return createClassifier(folder, async (pixels) => {
    const input = tf.tensor4d(Int32Array.from(pixels), [1, inputSize, inputSize, 3], 'int32');
    const logits = model.execute({ pixels: input }, 'logits');
    try {
      return Array.from(await logits.data());
    } finally {
      input.dispose();
      logits.dispose();
    }
  });
}

/** The example page, `index.html`. */
export function start(): void {
  startServedPage((folder) => {
    const { tf } = globalThis as { tf?: TensorFlow };
    if (tf === undefined)
      throw new Error(
        'tf.min.js is not beside this page. Run “npm install @tensorflow/tfjs@4.22.0” and copy node_modules/@tensorflow/tfjs/dist/tf.min.js here.',
      );
    return openClassifier(tf, folder);
  });
}
