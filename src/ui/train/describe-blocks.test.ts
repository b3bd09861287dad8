import { describe, expect, it } from 'vitest';
import { describeBlocks, describeTrained, nameUnfrozen, viewBlocks } from './describe-blocks';

describe('the blocks in words', () => {
  it('say what is frozen and what trains, from none to all', () => {
    expect(describeBlocks(0)).toBe('Blocks 1 to 5 frozen');
    expect(describeBlocks(1)).toBe('Blocks 1 to 4 frozen, 1 of 3 convolutions of block 5 train');
    expect(describeBlocks(3)).toBe('Blocks 1 to 4 frozen, block 5 trains');
    expect(describeBlocks(5)).toBe('Blocks 1 to 3 frozen, 2 of 3 convolutions of block 4 train, block 5 trains');
    expect(describeBlocks(9)).toBe('Blocks 1 and 2 frozen, blocks 3 to 5 train');
    expect(describeBlocks(10)).toBe('Block 1 frozen, 1 of 2 convolutions of block 2 train, blocks 3 to 5 train');
    expect(describeBlocks(13)).toBe('Blocks 1 to 5 train');
  });

  it('mark as many convolutions as train, from the end', () => {
    for (let unfrozen = 0; unfrozen <= 13; unfrozen++) {
      const marks = viewBlocks(unfrozen).flatMap(({ trains }) => trains);
      expect(marks).toEqual([...Array<boolean>(13 - unfrozen).fill(false), ...Array<boolean>(unfrozen).fill(true)]);
    }
  });

  it('say in few words what trains', () => {
    expect([1, 3, 4, 6].map(describeTrained)).toEqual([
      'Last convolution trains',
      'Block 5 trains',
      'Last 4 convolutions train',
      'Blocks 4 and 5 train',
    ]);
  });

  it('name each choice once', () => {
    expect([1, 2, 3, 4, 6, 9, 13].map(nameUnfrozen)).toEqual([
      'Last convolution',
      'Last 2 convolutions',
      'Block 5 (last 3)',
      'Last 4 convolutions',
      'Blocks 4 and 5 (last 6)',
      'Blocks 3 to 5 (last 9)',
      'Everything (13)',
    ]);
  });
});
