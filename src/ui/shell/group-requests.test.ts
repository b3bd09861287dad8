import { expect, it } from 'vitest';
import type { OutsideRequest } from '../../domain/outside-request';
import { groupRequests } from './group-requests';

const request = (at: number, change: Partial<OutsideRequest> = {}): OutsideRequest => ({
  at,
  host: 'data.example',
  purpose: 'picture',
  dataset: 'some/beans',
  bytesUp: 10,
  ...change,
});

it('requests that said the same to the same site are one row with their number, their times and all their bytes', () => {
  const groups = groupRequests([
    request(1, { purpose: 'describe' }),
    request(2),
    request(3),
    request(4, { host: 'other.example' }),
    request(5, { bytesUp: 3 }),
    request(6, { dataset: 'other/peas' }),
  ]);
  expect(groups.map(({ at, until, count, bytesUp }) => [at, until, count, bytesUp])).toEqual([
    [1, 1, 1, 10],
    [2, 5, 3, 23],
    [4, 4, 1, 10],
    [6, 6, 1, 10],
  ]);
  expect(groupRequests([])).toEqual([]);
});
