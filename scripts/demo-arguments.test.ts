import { expect, test } from 'vitest';
import { parseDemoArguments } from './demo-arguments';

test('reads every option into the setting it stands for', () => {
  expect(parseDemoArguments([])).toMatchObject({ dataFolder: null, device: 'auto', threads: null, seed: null, predict: [] });
  const args =
    '--data scripts --val src --limit 12 --preset note --way frozen --epochs 3 --lr 1e-3 --batch 8 --fit pad --device cpu --threads 2 --seed 0';
  expect(parseDemoArguments([...args.split(' '), '--predict', 'package.json', '--predict', 'README.md'])).toMatchObject({
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
    predict: [expect.stringMatching(/package\.json$/), expect.stringMatching(/README\.md$/)],
  });
  expect(parseDemoArguments(['--help'])).toBeNull();
});

test.each([
  [['--val', 'src'], '--val needs --data'],
  [['--data', 'no-such-folder'], 'there is nothing at no-such-folder'],
  [['--data', 'package.json'], 'archives and manifests come later'],
  [['--epochs', '0'], '--epochs must be a whole number from 1 up, not “0”'],
  [['--lr', 'x'], '--lr must be a number above 0'],
  [['--threads', '17'], '--threads must be a whole number from 1 to 16, not “17”'],
  [['--device', 'tpu'], 'one of auto, webgpu, cpu'],
  [['--export', 'out'], '--export is not in this version yet'],
  [['--augment'], '--augment is not in this version yet'],
  [['--colour', 'red'], "Unknown option '--colour'"],
  [['pictures'], 'Unexpected argument'],
])('refuses %j with one sentence', (args, sentence) => {
  expect(() => parseDemoArguments(args)).toThrow(sentence);
});
