import { certificateBounds, type ExportedModel, type ExportPrecision } from '../../domain/model-export';
import { attributionOf, meanNote } from '../model-config';
import { plainMarkdown } from '../plain-markdown';

/** The README of an export: for whoever finds the folder a year later. */
export function writeReadme(model: ExportedModel, precision: ExportPrecision): string {
  const { run, classNames, projectName, fit, scaling, certificate, featureNorm } = model;
  const half =
    precision === 'float16'
      ? '\nWeights lie in the files as float16, half the size; TensorFlow.js makes them float32 as it loads them and computes with those.\n'
      : '';
  const norm =
    featureNorm === null ? '' : ` The L2 norm of ${featureNorm} to which this run scales features is in the graph as well.`;
  return `# ${plainMarkdown(projectName)}

A picture classifier trained with Headstart in a browser: VGG-16 and a classifier for ${classNames.length} classes
(${classNames.map(plainMarkdown).join(', ')}). Run ${run.number} of ${run.startedAt}, seed ${run.config.seed}. A graph model of TensorFlow.js 4.

    npm install @tensorflow/tfjs@4.22.0
    cp node_modules/@tensorflow/tfjs/dist/tf.min.js .
    python -m http.server                            # then http://localhost:8000: choose pictures, or press Check

The page asks nothing of other machines, and neither does the model. In a page of your own:

    import * as tf from '@tensorflow/tfjs';
    import { openClassifier } from './classify.js';
    const { classify } = await openClassifier(tf, '.');
    const { className, probabilities, logits } = await classify(file);   // a File, an img or a canvas

Or without it: \`(await tf.loadGraphModel('model.json')).execute({pixels}, ['logits', 'probabilities'])\`, \`pixels\` int32 [n, 224, 224, 3].

| file | what it is |
| --- | --- |
| \`model.json\` | the graph; \`weights/\` holds its values, a file a tensor (HWIO kernels; the classifier's rows in the order of rows, columns, channels) |
| \`index.html\`, \`classify.js\` | an example page with the check, and \`classify(image)\` |
| \`labels.txt\` | a class a line, by index |
| \`config.json\` | classes, preprocessing, seed, every setting of the run |
| \`certificate/\` | ${certificate.pictures.length} pictures of 224 x 224 and the exact logits of each |
${half}
## Preprocessing

Turn the picture as its EXIF block says and fit it to 224 x 224 (\`${fit}\`, see \`config.json\`) by antialiased bilinear resizing, as Pillow does it and as
\`classify.js\` does. Inside the graph: \`(x / 255 - mean) / std\` with mean ${scaling.mean.join(', ')} and std ${scaling.std.join(', ')}
(${meanNote(model)}).${norm}

## The same answers

“Check” on the page reruns the certificate: from the same pixels logits may differ by at most ${certificateBounds[precision]} of their root mean square, else it says
FAILED. Graphics cards that compute in half precision (many phones, by WebGL) fail it; \`tf.setBackend('wasm')\` or \`'webgpu'\` do not.

## Licence of the weights

${attributionOf(model)}
`;
}
