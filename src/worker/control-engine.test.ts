import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import { createPreset } from '../domain/presets';
import { createProject } from '../domain/project';
import type { ComputeApi, KeptHead } from '../protocol/compute-api';
import type { RunOutcome, RunRequest } from '../protocol/engine-api';
import { ControlEngine, type Keeper, type Pictures } from './control-engine';

const config = createPreset('recommended', 0);
const run: RunRecord = {
  id: 'r1',
  number: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  config,
  classNames: ['cat', 'dog'],
  counts: { train: 2, val: 2, test: 0 },
  device: 'cpu',
  adapter: null,
  threads: 1,
  computePlan: 'test',
  history: { steps: [], epochs: [] },
  log: [],
  seconds: { weights: 0, features: 0, train: 0, total: 0 },
  stoppedEarly: false,
  testAccuracy: null,
  chosenBy: null,
  bestEpoch: null,
  weightsHash: null,
};
const head: KeptHead = { run, weight: new Float32Array(4), bias: new Float32Array(2), tensors: [] };
const request: RunRequest = { number: 1, config, classNames: ['cat', 'dog'], samples: [] };
const never = new AbortController().signal;
const unexpectedCall = (): never => {
  throw new Error('not part of this test');
};

function createCompute(overrides: Partial<ComputeApi>): ComputeApi {
  return new Proxy(overrides as ComputeApi, { get: (target, name) => (Reflect.get(target, name) as unknown) ?? unexpectedCall });
}

function createPictures(overrides: Partial<Pictures> = {}): Pictures {
  const pictures: Partial<Pictures> = { contents: () => new Map(), ...overrides };
  return new Proxy(pictures as Pictures, { get: (target, name) => (Reflect.get(target, name) as unknown) ?? unexpectedCall });
}

function createKeeper(overrides: Partial<Keeper> = {}): Keeper {
  return {
    loadProject: () => Promise.resolve(null),
    saveProject: () => Promise.resolve(),
    setProjectAside: () => Promise.resolve(),
    loadHead: () => Promise.resolve(null),
    saveHead: () => Promise.resolve(),
    forgetEverything: () => Promise.resolve(),
    ...overrides,
  };
}

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof HeadstartError ? error.code : 'other'),
  );

describe('the control worker’s engine', () => {
  it('starts with nothing kept, and says why when storage is refused', async () => {
    const fresh = new ControlEngine(createCompute({}), createPictures(), createKeeper());
    expect(await fresh.loadKept()).toEqual({ project: null, run: null, problem: null });
    const refused = new ControlEngine(
      createCompute({}),
      createPictures(),
      createKeeper({ loadProject: () => Promise.reject(new HeadstartError('storage-refused')) }),
    );
    expect((await refused.loadKept()).problem).toBe('storage-refused');
  });

  it('gives the kept head to the compute worker', async () => {
    const project = createProject('p', '2026-01-01T00:00:00.000Z', config);
    let restored: KeptHead | null = null;
    const engine = new ControlEngine(
      createCompute({
        restoreHead: (kept) => {
          restored = kept;
          return Promise.resolve();
        },
      }),
      createPictures(),
      createKeeper({ loadProject: () => Promise.resolve(project), loadHead: () => Promise.resolve(head) }),
    );
    expect(await engine.loadKept()).toEqual({ project, run, problem: null });
    expect(restored).toEqual(head);
  });

  it('opens the project even when its head does not fit', async () => {
    const project = createProject('p', '2026-01-01T00:00:00.000Z', config);
    const open = async (keeper: Partial<Keeper>): Promise<unknown> => {
      const compute = createCompute({ restoreHead: () => Promise.reject(new HeadstartError('project-invalid')) });
      return new ControlEngine(
        compute,
        createPictures(),
        createKeeper({ loadProject: () => Promise.resolve(project), ...keeper }),
      ).loadKept();
    };
    const withoutHead = { project, run: null, problem: null };
    expect(await open({ loadHead: () => Promise.resolve(head) })).toEqual(withoutHead);
    expect(await open({ loadHead: () => Promise.reject(new HeadstartError('storage-refused')) })).toEqual(withoutHead);
  });

  it('takes predictions in turn and leaves out those that were given up', async () => {
    const order: string[] = [];
    const prediction = { classIndex: 0, className: 'cat', logits: [1, 0], probabilities: [0.7, 0.3], milliseconds: 1 };
    const engine = new ControlEngine(
      createCompute({
        headFit: () => Promise.resolve('crop'),
        predict: (_pixels, id) => {
          order.push(`compute ${String(id)}`);
          return Promise.resolve(prediction);
        },
      }),
      createPictures({
        pixels: (id) => {
          order.push(`decode ${id}`);
          return Promise.resolve(new Uint8Array(3));
        },
      }),
      createKeeper(),
    );
    const givenUp = new AbortController();
    const results = [
      engine.predictSample('a', never),
      engine.predictSample('b', givenUp.signal),
      engine.predictSample('c', never),
    ];
    givenUp.abort();
    expect(await Promise.all(results.map(codeOf))).toEqual(['fine', 'cancelled', 'fine']);
    expect(order).toEqual(['decode a', 'compute a', 'decode c', 'compute c']);
  });

  it('sets a broken project aside but leaves a newer one as it is', async () => {
    const aside: string[] = [];
    const open = async (stored: unknown): Promise<string | null> => {
      const keeper = createKeeper({
        loadProject: () => Promise.resolve(stored),
        setProjectAside: () => {
          aside.push('aside');
          return Promise.resolve();
        },
      });
      return (await new ControlEngine(createCompute({}), createPictures(), keeper).loadKept()).problem;
    };
    expect(await open({ version: 99 })).toBe('project-newer');
    expect(aside).toEqual([]);
    expect(await open({ version: 1, nonsense: true })).toBe('project-invalid');
    expect(aside).toEqual(['aside']);
  });

  it('passes on which device and how many threads were chosen', async () => {
    const asked: unknown[] = [];
    const compute = createCompute({
      configureDevice: (...choice) => {
        asked.push(choice);
        return Promise.reject(new HeadstartError('wasm-simd-absent'));
      },
    });
    const engine = new ControlEngine(compute, createPictures(), createKeeper());
    expect(await codeOf(engine.configureDevice('cpu', { threads: 3 }))).toBe('wasm-simd-absent');
    expect(asked).toEqual([['cpu', { threads: 3 }]]);
  });

  it('refuses a second run while one is going, and takes the next one after it', async () => {
    let finish = (_outcome: RunOutcome): void => undefined;
    const compute = createCompute({
      startRun: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      exportHead: () => Promise.resolve(null),
    });
    const engine = new ControlEngine(compute, createPictures(), createKeeper());
    const first = engine.startRun(request, () => undefined, never);
    expect(await codeOf(engine.startRun(request, () => undefined, never))).toBe('busy');
    expect(await codeOf(engine.configureDevice('cpu'))).toBe('busy');
    finish({ status: 'paused', epoch: 0, step: 1 });
    expect((await first).status).toBe('paused');
    const second = engine.startRun(request, () => undefined, never);
    finish({ status: 'done', run });
    expect((await second).status).toBe('done');
  });

  it('keeps a finished run’s head, and does not fail the run when that is refused', async () => {
    const compute = createCompute({
      startRun: () => Promise.resolve({ status: 'done', run }),
      exportHead: () => Promise.resolve(head),
    });
    const kept: KeptHead[] = [];
    const saving = createKeeper({
      saveHead: (value) => {
        kept.push(value);
        return Promise.resolve();
      },
    });
    await new ControlEngine(compute, createPictures(), saving).startRun(request, () => undefined, never);
    expect(kept).toEqual([head]);
    const refusing = createKeeper({ saveHead: () => Promise.reject(new HeadstartError('storage-full')) });
    expect((await new ControlEngine(compute, createPictures(), refusing).startRun(request, () => undefined, never)).status).toBe(
      'done',
    );
  });

  it('tells the compute worker which samples share their content, before it asks for their features, and once', async () => {
    const order: unknown[] = [];
    let contents = new Map<string, string>();
    const compute = createCompute({
      identifySamples: (given) => {
        order.push([...given]);
        return Promise.resolve();
      },
      prepareFeatures: () => {
        order.push('prepare');
        return Promise.resolve();
      },
      startRun: () => {
        order.push('run');
        return Promise.resolve({ status: 'paused', epoch: 0, step: 0 });
      },
      predictSamples: () => {
        order.push('predict');
        return Promise.resolve([]);
      },
      crossValidate: () => {
        order.push('folds');
        return Promise.resolve({ folds: 0, predictions: [], seconds: 0 });
      },
    });
    const engine = new ControlEngine(compute, createPictures({ contents: () => contents }), createKeeper());
    await engine.prepareFeatures([], 'crop', () => undefined, never);
    contents = new Map([['copy', 'content']]);
    await engine.prepareFeatures([], 'crop', () => undefined, never);
    await engine.startRun(request, () => undefined, never);
    expect(order).toEqual(['prepare', [['copy', 'content']], 'prepare', 'run']);
    contents = new Map([['second', 'content']]);
    await engine.predictSamples([], () => undefined, never);
    contents = new Map([['third', 'content']]);
    await engine.crossValidate(request, 5, () => undefined, never);
    expect(order.slice(4)).toEqual([[['second', 'content']], 'predict', [['third', 'content']], 'folds']);
  });

  it('forgets kept features with everything else, and tries both where one is refused', async () => {
    const forgotten: string[] = [];
    const forget = (name: string, refused: boolean) => () => {
      forgotten.push(name);
      return refused ? Promise.reject(new HeadstartError('storage-refused')) : Promise.resolve();
    };
    for (const [features, project] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      const engine = new ControlEngine(
        createCompute({ forgetFeatures: forget('features', features) }),
        createPictures({ forgetSetAside: () => undefined }),
        createKeeper({ forgetEverything: forget('project', project) }),
      );
      expect(await codeOf(engine.forgetEverything())).toBe(features || project ? 'storage-refused' : 'fine');
    }
    expect(forgotten).toEqual(['features', 'project', 'features', 'project', 'features', 'project']);
  });

  it('says that nothing is trained yet before the first run', async () => {
    const engine = new ControlEngine(createCompute({ headFit: () => Promise.resolve(null) }), createPictures(), createKeeper());
    expect(await codeOf(engine.predictFile(new Blob(), never))).toBe('head-absent');
    expect(await codeOf(engine.predictSample('a', never))).toBe('head-absent');
  });

  it('asks for a file’s pixels with the fit that the head was trained with', async () => {
    const asked: string[] = [];
    const prediction = { classIndex: 0, className: 'cat', logits: [1, 0], probabilities: [0.7, 0.3], milliseconds: 1 };
    const engine = new ControlEngine(
      createCompute({ headFit: () => Promise.resolve('pad'), predict: () => Promise.resolve(prediction) }),
      createPictures({
        filePixels: (_file, fit) => {
          asked.push(fit);
          return Promise.resolve(new Uint8Array(3));
        },
      }),
      createKeeper(),
    );
    expect(await engine.predictFile(new Blob(), never)).toEqual(prediction);
    expect(asked).toEqual(['pad']);
  });

  it('explains a picture as it was covered, and uses held features of whole pictures only', async () => {
    const asked: unknown[] = [];
    const whole = new Uint8Array(224 * 224 * 3).fill(9);
    const prediction = { classIndex: 0, className: 'cat', logits: [1, 0], probabilities: [0.7, 0.3], milliseconds: 1 };
    const engine = new ControlEngine(
      createCompute({
        headFit: () => Promise.resolve('pad'),
        explain: (pixels, sampleId) => {
          asked.push([pixels[0], sampleId]);
          return Promise.resolve({ prediction, bias: [0, 0], cells: [[1], [0]] });
        },
      }),
      createPictures({
        pixels: () => Promise.resolve(whole),
        filePixels: () => Promise.resolve(whole),
      }),
      createKeeper(),
    );
    const shown = [
      await engine.explainSample('a', [], never),
      await engine.explainSample('a', [0], never),
      await engine.explainFile(new Blob(), [0], never),
    ];
    expect(asked).toEqual([
      [9, 'a'],
      [124, null],
      [124, null],
    ]);
    expect(shown.map(({ pixels }) => pixels[0])).toEqual([9, 124, 124]);
    expect(whole[0]).toBe(9);
  });

  it('lets neither a cross-validation nor predictions of many go on beside a run', async () => {
    const engine = new ControlEngine(
      createCompute({ startRun: () => new Promise(() => undefined) }),
      createPictures(),
      createKeeper(),
    );
    void engine.startRun(request, () => undefined, never);
    expect(await codeOf(engine.crossValidate(request, 5, () => undefined, never))).toBe('busy');
    expect(await codeOf(engine.predictSamples([], () => undefined, never))).toBe('busy');
  });
});
