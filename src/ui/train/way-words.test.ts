import { expect, it } from 'vitest';
import { createPreset } from '../../domain/presets';
import { plainRun } from '../../domain/testing/plain-run';
import { describeWay } from './way-words';

const run = { ...plainRun, number: 3 };

it('says from which start each way moves', () => {
  expect(describeWay('features', null, null)).toContain('it starts from small random weights and learns');
  expect(describeWay('features', null, run)).toContain('it starts from run 3’s weights and learns');
  expect(describeWay('frozen', 'vgg16.pth', run)).toMatch(
    /stay as “vgg16\.pth” has them\. Only the classifier moves, from run 3’s weights/,
  );
  expect(describeWay('fine-tune', null, null)).toContain(
    'they start from ImageNet’s weights, the classifier from small random ones',
  );
  expect(describeWay('fine-tune', 'vgg16.pth', run)).toContain('they start from “vgg16.pth”, the classifier from run 3’s own');
  const tuned = { ...run, config: createPreset('recommended', 0, 'fine-tune') };
  expect(describeWay('fine-tune', null, tuned)).toContain('they start from run 3’s weights, the classifier from its own');
});
