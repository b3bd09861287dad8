import { describe, expect, it } from 'vitest';
import type { ModelOffer } from '../../domain/model-import';
import {
  describeClasses,
  describeConvolutions,
  describeDifferences,
  describeIgnored,
  describeScaling,
  describeSource,
  describeTaking,
  problemOfNames,
  type Taking,
} from './offer-words';
import { offers } from './testing/offers';

function offerOf(name: string): ModelOffer {
  const offer = offers.get(name);
  if (offer === undefined) throw new Error(`no offer ${name}`);
  return offer;
}

describe('what a model holds', () => {
  it('is told by its convolutions beside the page’s own', () => {
    expect(describeConvolutions(offerOf('pets.zip'))).toBe('the same as the page’s own, value for value, as float16');
    expect(describeConvolutions(offerOf('vgg16.pth'))).toBe('other values than the page’s own in 26 of 26 tensors');
    expect(describeConvolutions(offerOf('head.onnx'))).toBe('none: it is a head alone, for the weights in force');
  });

  it('names where it came from, and the format where the ending does not', () => {
    expect(describeSource(offerOf('vgg16.pth').source, 'h')).toBe('the file vgg16.pth (PyTorch)');
    expect(describeSource(offerOf('beans.safetensors').source, 'h')).toBe('the file beans.safetensors');
    expect(describeSource({ kind: 'hub', repository: 'a/b', revision: 'c' }, 'hub.example')).toBe('hub.example, a/b');
  });

  it('says whose scaling it is, and with enough digits that it differs', () => {
    expect(describeScaling(offerOf('vgg16.pth'))).toMatch(
      /^mean 0\.485, 0\.456, 0\.406, deviation .*; torchvision’s, since the file/,
    );
    expect(describeDifferences(offerOf('vgg16.pth').differences)).toEqual([
      'Colours are scaled by the mean 0.485, 0.456, 0.406 in place of 0.485, 0.458, 0.408. The page does so for these weights.',
      'Its pictures were made smaller by bicubic; here it is antialiased bilinear, so features differ a little.',
    ]);
    const close = describeDifferences([{ kind: 'std', own: [0.229, 0.224, 0.225], theirs: [0.22901, 0.224, 0.225] }]);
    expect(close[0]).toContain('the deviation 0.22901, 0.22400, 0.22500 in place of 0.22900');
    expect(describeDifferences(offerOf('beans.safetensors').differences)[0]).toMatch(/fitted by “Pad”; this project says “Crop”/);
  });

  it('knows ImageNet’s classifier, and names what else is not used', () => {
    expect(describeIgnored([])).toBeNull();
    expect(describeIgnored(['pre_logits.fc1.weight', 'head.fc.bias'])).toBe('ImageNet’s classifier for 1,000 classes');
    expect(describeIgnored(['a', 'b', 'c', 'd'])).toBe('a, b, c and 1 more');
  });
});

describe('the classes of a head', () => {
  it('stand beside those of the project, in any order', () => {
    expect(describeClasses(['cat', 'dog'], ['cat', 'dog'])).toMatch(/^The same classes as this project’s: training/);
    expect(describeClasses(['dog', 'cat'], ['cat', 'dog'])).toMatch(/in another order: training can go on/);
    expect(describeClasses(['dog', 'cow'], ['cat', 'dog'])).toMatch(/^Other classes than this project’s \(cat, dog\)/);
    expect(describeClasses(['dog'], [])).toMatch(/no classes yet/);
  });

  it('need names of their own', () => {
    expect(problemOfNames(['cat', ' '])).toBe('Class 1 has no name.');
    expect(problemOfNames(['cat', 'dog ', 'dog'])).toBe('Two classes are called “dog”.');
    expect(problemOfNames(['cat', 'dog'])).toBeNull();
  });
});

describe('what taking a model changes', () => {
  const now: Omit<Taking, 'offer'> = {
    withHead: true,
    inForce: null,
    headNumber: 3,
    nextNumber: 4,
    pictures: 40,
    secondsPerPicture: 0.2,
  };

  it('is features, the head that is set aside, and the run that comes', () => {
    expect(describeTaking({ ...now, offer: offerOf('beans.safetensors') })).toEqual([
      '“beans.safetensors” comes into force for this project, in place of the page’s own.',
      'Features of 40 pictures are made anew with them, about 8 s; those of the former weights stay.',
      'The head of run 3 is set aside; it comes back when you go back to its weights.',
      'Its head becomes run 4 and predicts at once.',
    ]);
  });

  it('is the head alone where the weights are in force, and nothing where that is left out', () => {
    const offer = offerOf('pets.zip');
    expect(describeTaking({ ...now, offer })).toEqual(['Its head becomes run 4 and predicts at once, in place of run 3’s.']);
    expect(describeTaking({ ...now, offer, withHead: false })).toEqual([]);
  });

  it('goes back to the page’s own weights from others', () => {
    const { backbone, ...offer } = offerOf('same.pth');
    if (backbone === null) throw new Error('no backbone');
    const elsewhere = { ...offer, backbone: { ...backbone, isInForce: false } };
    const taking = { ...now, offer: elsewhere, withHead: false, headNumber: null, inForce: 'vgg16.pth', pictures: 0 };
    expect(describeTaking(taking)).toEqual(['The page’s own weights come into force for this project, in place of “vgg16.pth”.']);
  });
});
