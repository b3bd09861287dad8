import { expect, it } from 'vitest';
import { areModelFiles, findListedModel } from './model-files';

it('knows a model by its ending, and the values of an ONNX file beside it', () => {
  for (const names of [['a.safetensors'], ['vgg16.PTH'], ['a.pt'], ['a.onnx'], ['a.onnx', 'a.onnx.data'], ['a.onnx', 'w.bin']])
    expect([names, areModelFiles(names)]).toEqual([names, true]);
  for (const names of [[], ['cat.png'], ['a.zip'], ['a.data'], ['a.pt', 'a.data'], ['a.onnx', 'cat.png'], ['pt']])
    expect([names, areModelFiles(names)]).toEqual([names, false]);
});

it('knows a model of this app in a listing by the settings that lie beside its tensors, and by having no pictures but its own', () => {
  const own = ['m/README.md', 'm/certificate/01.png', 'm/config.json', 'm/model.safetensors'];
  expect(findListedModel(own)).toBe('m/model.safetensors');
  expect(findListedModel(['config.json', 'model-without-preprocessing.onnx', 'model.onnx'])).toBe('model.onnx');
  expect(findListedModel([...own, 'm/cat/1.png'])).toBeNull();
  expect(findListedModel(['m/model.safetensors', 'm/certificate/1.png'])).toBeNull();
  expect(findListedModel(['a/config.json', 'b/model.safetensors'])).toBeNull();
});
