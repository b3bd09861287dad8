import { expect, it } from 'vitest';
import { areModelFiles, listsModel } from './model-files';

it('knows a model by its ending, and the values of an ONNX file beside it', () => {
  for (const names of [['a.safetensors'], ['vgg16.PTH'], ['a.pt'], ['a.onnx'], ['a.onnx', 'a.onnx.data'], ['a.onnx', 'w.bin']])
    expect([names, areModelFiles(names)]).toEqual([names, true]);
  for (const names of [[], ['cat.png'], ['a.zip'], ['a.data'], ['a.pt', 'a.data'], ['a.onnx', 'cat.png'], ['pt']])
    expect([names, areModelFiles(names)]).toEqual([names, false]);
});

it('knows a model of this app in a listing by the settings that lie beside its tensors', () => {
  expect(listsModel(['m/README.md', 'm/certificate/01.png', 'm/config.json', 'm/model.safetensors'])).toBe(true);
  expect(listsModel(['config.json', 'model.onnx', 'weights.bin'])).toBe(true);
  expect(listsModel(['m/model.safetensors', 'm/cat/1.png'])).toBe(false);
  expect(listsModel(['a/config.json', 'b/model.safetensors'])).toBe(false);
  expect(listsModel(['cat/1.png', 'config.json'])).toBe(false);
});
