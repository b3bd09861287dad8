import { certificateBounds, type ExportedModel, type ExportPrecision } from '../../domain/model-export';
import { attributionOf, halfLoss, meanNote } from '../model-config';
import { plainMarkdown } from '../plain-markdown';

function describeNorm(norm: number | null): string {
  if (norm === null)
    return `The tensors also load, strictly, into torchvision's module with the note's classifier, and answer the same:

    vgg = torchvision.models.vgg16()
    vgg.classifier = torch.nn.Linear(25088, N)
    vgg.load_state_dict({name: tensor.float() for name, tensor in load_file("model.safetensors").items()}, strict=True)`;
  return `This run scaled each picture's features to an L2 norm of ${String(norm)} before the classifier; \`model.py\` has that norm inside. The tensors
also load, strictly, into torchvision's \`vgg16()\` with \`vgg.classifier = Linear(25088, N)\`, but **answer differently there**: plain
loading leaves the norm out. Scale the features yourself or use \`model.py\`.`;
}

/** The README of an export: for whoever finds the folder a year later. */
export function writeReadme(model: ExportedModel, precision: ExportPrecision): string {
  const { run, classNames, projectName, fit, scaling, certificate, featureNorm } = model;
  const half =
    precision === 'float16'
      ? `\nValues lie in the file as float16, half the size; everything here computes with them as float32. ${halfLoss(model)}\n`
      : '';
  return `# ${plainMarkdown(projectName)}

A picture classifier trained with Headstart in a browser: VGG-16 and a classifier for ${String(classNames.length)} classes
(${classNames.map(plainMarkdown).join(', ')}). Run ${String(run.number)} of ${run.startedAt}, seed ${String(run.config.seed)}.

    pip install -r requirements.txt
    python check.py                                  # does it say here what it said in the browser?
    python predict.py my-picture.jpg a-folder --csv answers.csv
    python train.py --data my-exported-pictures      # goes on training; torchrun for more processes or graphics cards

| file | what it is |
| --- | --- |
| \`model.safetensors\` | every weight, under torchvision's names: \`features.N.weight\`, \`features.N.bias\`, \`classifier.weight\`, \`classifier.bias\` |
| \`config.json\` | classes, preprocessing, seed, every setting of the run |
| \`model.py\`, \`picture.py\` | the network as a module; how a picture becomes its input |
| \`predict.py\`, \`check.py\`, \`train.py\` | \`--help\` explains each |
| \`dataset.py\`, \`browser.py\` | how train.py reads pictures, and the page's own chance, so that a seed means the same |
| \`certificate/\` | ${String(certificate.pictures.length)} pictures of 224 x 224 and the exact logits of each, for check.py |
${half}
## Preprocessing

Turn the picture as its EXIF block says, fit it (\`${fit}\`, see \`config.json\`) by Pillow's antialiased bilinear resizing, then \`(x / 255 - mean) / std\`
with mean ${scaling.mean.join(', ')} and std ${scaling.std.join(', ')}. This mean
is ${meanNote(model)}. Decoders of JPEG differ by a level or two here and there, and so do logits; from the same pixels they do not.

## The same answers

${describeNorm(featureNorm)}

\`check.py\` reruns the certificate: from the same pixels logits may differ by at most ${String(certificateBounds[precision])} of their root mean square, else it
fails. The page itself holds the features of a frozen VGG-16 as float16: what it shows differs from the certificate by
${certificate.shownDifference.toExponential(1)} of the rms at most.

## More machines

\`train.py\` runs this very run (${run.config.way}), from these weights, on the pictures that the page saves as a ZIP (class folders and \`metadata.csv\`) or on
class folders:

    python train.py --data pictures
    torchrun --nproc-per-node 4 train.py --data pictures --batch 64

\`--batch\` counts the pictures of an update over all processes, so one process and many give the same losses. \`--new-head\` starts the classifier
anew, as the page would with that seed. The folder that it writes (\`--out\`) is a model like this one: \`predict.py --model trained\` reads it,
and so does the page.

## Licence of the weights

${attributionOf(model)}
`;
}
