import { certificateBounds, type ExportedModel, type ExportPrecision } from '../../domain/model-export';
import { attributionOf, meanNote } from '../model-config';
import { plainMarkdown } from '../plain-markdown';
import { opset } from './onnx-writer';

/** The README of an export: for whoever finds the folder a year later. */
export function writeReadme(model: ExportedModel, precision: ExportPrecision): string {
  const { run, classNames, projectName, fit, scaling, certificate, featureNorm } = model;
  const half =
    precision === 'float16'
      ? '\nWeights lie in the file as float16, half the size; a Cast makes them float32 as the model is opened, and all is computed as float32.\n'
      : '';
  const norm =
    featureNorm === null ? '' : ` The L2 norm of ${featureNorm} to which this run scales features is an operation in the graph.`;
  return `# ${plainMarkdown(projectName)}

A picture classifier trained with Headstart in a browser: VGG-16 and a classifier for ${classNames.length} classes
(${classNames.map(plainMarkdown).join(', ')}). Run ${run.number} of ${run.startedAt}, seed ${run.config.seed}. ONNX, operation set ${opset}.

    pip install -r requirements.txt
    python check.py                                  # does it say here what it said in the browser?
    python predict.py my-picture.jpg a-folder --csv answers.csv

| file | what it is |
| --- | --- |
| \`model.onnx\` | everything: \`pixels\` [n, 224, 224, 3] of bytes -> \`logits\` and \`probabilities\` [n, ${classNames.length}] |
| \`model-without-preprocessing.onnx\` | the same from \`input\` [n, 3, 224, 224], already scaled; its weights are those in \`model.onnx\`, so keep both together |
| \`labels.txt\` | a class a line, by index |
| \`config.json\` | classes, preprocessing, seed, every setting of the run; also in the models' metadata, under \`headstart\` |
| \`session.py\`, \`picture.py\` | the model in ONNX Runtime; how a picture's file becomes its pixels |
| \`predict.py\`, \`check.py\` | \`--help\` explains each |
| \`index.html\`, \`classify.js\` | an example page, and \`classify(image)\` for pages of your own |
| \`certificate/\` | ${certificate.pictures.length} pictures of 224 x 224 and the exact logits of each, for check.py |
${half}
## In a page

\`npm install onnxruntime-web@1.30.0\`, copy \`ort.min.js\` and the \`.wasm\` and \`.mjs\` files of \`node_modules/onnxruntime-web/dist\` here, then
\`python -m http.server\` and http://localhost:8000. The page asks nothing of other machines. In your own:

    import { openClassifier } from './classify.js';
    const { classify } = await openClassifier(ort, '.');
    const { className, probabilities, logits } = await classify(file);   // a File, an img or a canvas

## Preprocessing

Turn the picture as its EXIF block says and fit it to 224 x 224 (\`${fit}\`, see \`config.json\`) by Pillow's antialiased bilinear resizing: that is outside the
graph. Inside \`model.onnx\`: \`(x / 255 - mean) / std\` with mean ${scaling.mean.join(', ')} and std ${scaling.std.join(', ')}
(${meanNote(model)}), and RGB rows turned into planes.${norm} Decoders of JPEG differ by a level or two
here and there, and so do logits; from the same pixels they do not.

## The same answers

\`check.py\` reruns the certificate through both files: from the same pixels logits may differ by at most ${certificateBounds[precision]} of their root mean
square, else it fails. The page itself holds the features of a frozen VGG-16 as float16: what it shows differs from the certificate by
${certificate.shownDifference.toExponential(1)} of the rms at most.

## Licence of the weights

${attributionOf(model)}
`;
}
