import type { ModelOffer } from '../../../domain/model-import';
import { createPreset } from '../../../domain/presets';

const torchvision = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const own = { mean: [0.48501961, 0.45795686, 0.40760392], std: [0.229, 0.224, 0.225] } as const;

function fileOffer(fileName: string, offer: Pick<ModelOffer, 'backbone'> & Partial<ModelOffer>): ModelOffer {
  const format = fileName.endsWith('.onnx') ? 'onnx' : fileName.endsWith('.pth') ? 'pytorch' : 'safetensors';
  return {
    title: fileName,
    source: { kind: 'file', fileName, format },
    scaling: own,
    scalingFrom: 'file',
    differences: [],
    head: null,
    ignored: [],
    precision: ['float32'],
    ...offer,
  };
}

/** What model files may turn out to be, by their names. */
export const offers: ReadonlyMap<string, ModelOffer> = new Map(
  [
    // Exported here: the page's own convolutions, and a head of this project's classes.
    fileOffer('pets.zip', {
      backbone: { id: 'a1'.repeat(32), isShipped: true, isInForce: true, otherTensors: 0 },
      precision: ['float16'],
      head: {
        classNames: ['cat', 'dog'],
        classes: 2,
        featureNorm: 60,
        fit: 'crop',
        settings: createPreset('recommended', 0),
        trainedBy: 'headstart',
      },
    }),
    // Fine-tuned by train.py, of other classes.
    fileOffer('beans.safetensors', {
      backbone: { id: 'b2'.repeat(32), isShipped: false, isInForce: false, otherTensors: 6 },
      differences: [{ kind: 'fit', own: 'crop', theirs: 'pad' }],
      head: {
        classNames: ['healthy', 'rust', 'spots'],
        classes: 3,
        featureNorm: null,
        fit: 'pad',
        settings: null,
        trainedBy: 'pytorch',
      },
    }),
    // As torchvision gives it, with ImageNet's classifier.
    fileOffer('vgg16.pth', {
      backbone: { id: 'c3'.repeat(32), isShipped: false, isInForce: false, otherTensors: 26 },
      scaling: torchvision,
      scalingFrom: 'torchvision',
      differences: [
        { kind: 'mean', own: own.mean, theirs: torchvision.mean },
        { kind: 'resize', own: 'antialiased bilinear', theirs: 'bicubic' },
      ],
      ignored: ['classifier.0.weight', 'classifier.0.bias', 'classifier.6.weight', 'classifier.6.bias'],
    }),
    // The page's own convolutions and nothing else.
    fileOffer('same.pth', { backbone: { id: 'a1'.repeat(32), isShipped: true, isInForce: true, otherTensors: 0 } }),
    // A head alone that names no classes.
    fileOffer('head.onnx', {
      backbone: null,
      head: { classNames: null, classes: 2, featureNorm: null, fit: null, settings: null, trainedBy: null },
    }),
  ].map((offer) => [offer.title, offer]),
);
