import { expect, test } from 'vitest';
import { usualAugmentation } from '../src/domain/run-config';
import { parseDemoArguments, settingsOf, type DemoArguments } from './demo-arguments';

test('reads every option into the setting it stands for', () => {
  expect(parseDemoArguments([])).toMatchObject({ dataPath: null, device: 'auto', threads: null, seed: null, predict: [] });
  const args =
    '--data scripts --val src --limit 12 --preset note --way frozen --epochs 3 --lr 1e-3 --batch 8 --fit pad --device cpu --threads 2 --seed 0';
  expect(parseDemoArguments([...args.split(' '), '--predict', 'package.json', '--predict', 'src'])).toMatchObject({
    limit: 12,
    preset: 'note',
    way: 'frozen',
    epochs: 3,
    learningRate: 0.001,
    batchSize: 8,
    fit: 'pad',
    device: 'cpu',
    threads: 2,
    seed: 0,
    predict: [expect.stringMatching(/package\.json$/), expect.stringMatching(/src$/)],
  });
  expect(parseDemoArguments(['--help'])).toBeNull();
});

function read(args: string): DemoArguments {
  const options = parseDemoArguments(args.split(' '));
  if (options === null) throw new Error('help was asked for');
  return options;
}

test('reads what fine-tuning needs, and changes only the settings that were named', () => {
  const args =
    '--way fine-tune --unfreeze 5 --lr 1e-3 --backbone-lr 1e-5 --warmup 0 --optimizer sgd --weight-decay 0.1 --schedule constant ' +
    '--clip off --accumulate 2 --early-stopping 4 --label-smoothing 0.1 --class-weights balanced --augment --batch 8';
  expect(settingsOf(read(args))).toEqual({
    unfreeze: 5,
    learningRate: 0.001,
    backboneLearningRate: 0.00001,
    headWarmupEpochs: 0,
    optimizer: 'sgd',
    weightDecay: 0.1,
    schedule: 'constant',
    gradientClip: null,
    accumulate: 2,
    earlyStopping: 4,
    labelSmoothing: 0.1,
    classWeights: 'balanced',
    augmentation: usualAugmentation,
    batchSize: 8,
  });
  expect(settingsOf(read('--way fine-tune --unfreeze all'))).toEqual({ unfreeze: 'all' });
  expect(settingsOf(read('--way frozen --augment off --early-stopping off --unfreeze none'))).toEqual({
    augmentation: null,
    earlyStopping: null,
    unfreeze: 'none',
  });
  expect(settingsOf(read('--data scripts --val src --limit 3'))).toEqual({ limitPerClass: null });
});

test('reads what to stand on and what to start from', () => {
  expect(read('--weights shipped').weights).toBeNull();
  expect(read('--weights torchvision').weights).toBe('torchvision');
  expect(read('--weights package.json --weights knip.json').weights).toEqual([
    expect.stringMatching(/package\.json$/),
    expect.stringMatching(/knip\.json$/),
  ]);
  expect(read('--model package.json --predict src')).toMatchObject({ model: [expect.any(String)], dataPath: null, start: null });
  expect(read('--model package.json --data src --start new --epochs 1')).toMatchObject({ start: 'new', epochs: 1 });
});

test.each([
  [['--weights', 'no-such-file'], '--weights: there is nothing at no-such-file'],
  [['--weights', 'src'], '--weights must be a file: src is not'],
  [
    ['--weights', 'torchvision', '--weights', 'package.json'],
    '--weights must be shipped, torchvision, or the files of one model',
  ],
  [['--model', 'package.json', '--weights', 'shipped', '--data', 'src'], '--model brings its own weights'],
  [['--start', 'new'], '--start needs --model'],
  [['--model', 'package.json'], '--model needs --data to train on, --predict or --export'],
  [['--model', 'package.json', '--predict', 'src', '--epochs', '2'], '--epochs needs --data'],
  [['--model', 'package.json', '--data', 'src', '--start', 'half'], '--start must be one of new, model'],
  [['--val', 'src'], '--val needs --data'],
  [['--data', 'no-such-folder'], 'there is nothing at no-such-folder'],
  [['--data', 'package.json', '--val', 'src'], '--data must be a folder: package.json is not'],
  [['--epochs', '0'], '--epochs must be a whole number from 1 up, not “0”'],
  [['--lr', 'x'], '--lr must be a number above 0'],
  [['--threads', '17'], '--threads must be a whole number from 1 to 16, not “17”'],
  [['--device', 'tpu'], 'one of auto, webgpu, cpu'],
  [['--precision', 'float16'], '--precision needs --export'],
  [['--export', 'out', '--precision', 'int8'], '--precision must be one of float32, float16'],
  [['--augment'], '--augment needs --way frozen or --way fine-tune'],
  [['--augment', 'much'], '--augment must be one of on, off'],
  [['--way', 'fine-tune', '--unfreeze', '14'], '--unfreeze must be none, block5, all, or a whole number from 0 to 13, not “14”'],
  [['--way', 'fine-tune', '--unfreeze', 'none'], '--unfreeze must name at least one convolution'],
  [['--way', 'frozen', '--unfreeze', 'block5'], '--unfreeze needs --way fine-tune'],
  [['--backbone-lr', '1e-4'], '--backbone-lr needs --way fine-tune'],
  [['--warmup', '1'], '--warmup needs --way fine-tune'],
  [['--way', 'fine-tune', '--preset', 'note'], '--preset note has no fine-tuning'],
  [['--clip', '0'], '--clip must be a number above 0, or off'],
  [['--early-stopping', '0.5'], '--early-stopping must be a whole number from 1 up, or off'],
  [['--label-smoothing', '0.4'], '--label-smoothing must be a number from 0 to 0.3'],
  [['--colour', 'red'], "Unknown option '--colour'"],
  [['pictures'], 'Unexpected argument'],
])('refuses %j with one sentence', (args, sentence) => {
  expect(() => parseDemoArguments(args)).toThrow(sentence);
});
