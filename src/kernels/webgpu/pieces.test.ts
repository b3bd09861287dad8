import { expect, it } from 'vitest';
import { createGpuMemory } from './gpu-memory';
import { createPieces, targetMs, type Dispatch } from './pieces';
import { firstWord } from './programs/sizes';

interface Submission {
  readonly parts: readonly { readonly first: number; readonly groups: readonly [number, number, number] }[];
  readonly ms: number;
}

/** A device of a given speed that only counts: each submission takes its work's time on the clock. */
function createFakeDevice(groupsPerMs: () => number, most = 65_535) {
  let now = 0;
  let [written, parts] = [new Uint32Array(), [] as { first: number; groups: [number, number, number] }[]];
  const submissions: Submission[] = [];
  const pass = {
    setPipeline: () => undefined,
    setBindGroup: (_: number, _group: unknown, [offset]: [number]) => (
      parts.push({ first: written[offset / 4 + firstWord] ?? NaN, groups: [0, 0, 0] }),
      undefined
    ),
    dispatchWorkgroups: (...groups: [number, number, number]) => {
      const last = parts.at(-1);
      if (last !== undefined) last.groups = groups;
    },
    end: () => undefined,
  };
  const device = {
    limits: { minUniformBufferOffsetAlignment: 256, maxComputeWorkgroupsPerDimension: most },
    createBuffer: ({ size }: { size: number }) => ({ size, destroy: () => undefined }),
    createCommandEncoder: () => ({ beginComputePass: () => pass, finish: () => null }),
    queue: {
      writeBuffer: (_: unknown, _at: number, bytes: Uint8Array, from: number, size: number) => {
        written = new Uint32Array(bytes.slice(from, from + size).buffer);
      },
      submit: () => {
        const ms = parts.reduce((sum, { groups: [x, y, z] }) => sum + x * y * z, 0) / groupsPerMs();
        submissions.push({ parts, ms });
        parts = [];
      },
      onSubmittedWorkDone: async () => {
        const ms = submissions.at(-1)?.ms ?? NaN;
        await Promise.resolve();
        now += ms;
      },
    },
  };
  return { device: device as unknown as GPUDevice, submissions, clock: { now: () => now } };
}

function createFakePieces(groupsPerMs: () => number, most?: number) {
  const fake = createFakeDevice(groupsPerMs, most);
  const { device, clock } = fake;
  return { ...fake, pieces: createPieces({ device, memory: createGpuMemory(device), clock, orFailure: (promise) => promise }) };
}

function dispatch(groups: [number, number, number], cut: 'x' | 'z'): Dispatch {
  const sizes = {
    pictures: 1,
    height: 1,
    width: 1,
    inChannels: 1,
    outChannels: 1,
    tiles: 1,
    columns: 1,
    inputFrom: 0,
    outputFrom: 0,
    half: 0,
    biasFrom: 0,
    channels: 0,
    sum: 0,
    back: 0,
    length: 0,
    linear: 0,
  };
  const [x, y, z] = groups;
  return { pipeline: {} as GPUComputePipeline, buffers: {} as GPUBindGroup, sizes, groups, cut, work: x * y * z * 1e5 };
}

it('cuts work so that every group is computed once, in order', async () => {
  const { pieces, submissions } = createFakePieces(() => 1);
  await pieces.submit([dispatch([1000, 1, 1], 'x'), dispatch([20, 2, 36], 'z')]);
  const parts = submissions.flatMap((one) => one.parts);
  const [inX, inZ] = [parts.filter(({ groups }) => groups[1] === 1), parts.filter(({ groups }) => groups[1] === 2)];
  let next = 0;
  for (const { first, groups } of inX) {
    expect(first).toBe(next);
    next += groups[0];
  }
  expect(next).toBe(1000);
  next = 0;
  for (const { first, groups } of inZ) {
    expect([first, groups[0], groups[1]]).toEqual([next, 20, 2]);
    next += groups[2];
  }
  expect(next).toBe(36);
});

it('finds the size by which a piece takes its time on a slow and on a fast device, and follows when the device slows down', async () => {
  for (const speed of [5, 50, 50_000]) {
    let now = speed;
    const { pieces, submissions } = createFakePieces(() => now);
    const work = Array.from({ length: 10 }, () => dispatch([Math.ceil(speed * 100), 1, 1], 'x'));
    await pieces.submit(work);
    for (const { ms } of submissions) expect(ms).toBeLessThan(100);
    expect(submissions.length).toBeLessThan(1000 / targetMs + 12);
    now = speed / 2;
    const before = submissions.length;
    await pieces.submit(work);
    expect(submissions.slice(before + 2).every(({ ms }) => ms < 100)).toBe(true);
  }
});

it('never asks for more groups in a direction than the device allows', async () => {
  const { pieces, submissions } = createFakePieces(() => 1e6, 50);
  await pieces.submit([dispatch([1000, 1, 1], 'x')]);
  expect(submissions.flatMap(({ parts }) => parts).every(({ groups }) => groups[0] <= 50)).toBe(true);
  await expect(pieces.submit([dispatch([1, 51, 36], 'z')])).rejects.toMatchObject({ code: 'unexpected' });
});

it('neither a copy alone nor a small rest of work makes the pieces after it small', async () => {
  const { pieces, submissions } = createFakePieces(() => 50);
  await pieces.submit([dispatch([60_000, 1, 1], 'x')]);
  await pieces.settle();
  const before = submissions.length;
  await pieces.submit([]);
  await pieces.submit([dispatch([1, 1, 1], 'x')]);
  await pieces.settle();
  await pieces.submit([dispatch([60_000, 1, 1], 'x')]);
  await pieces.settle();
  const first = submissions[before + 2];
  expect(first?.ms).toBeGreaterThan(targetMs / 2);
  expect(first?.ms).toBeLessThan(targetMs * 2);
});
