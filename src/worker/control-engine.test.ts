import { describe, expect, it } from 'vitest';
import { HeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import { createPreset } from '../domain/presets';
import { createProject } from '../domain/project';
import { RequestLog } from '../domain/request-log';
import type { ComputeApi, KeptHead } from '../protocol/compute-api';
import type { RunOutcome, RunRequest } from '../protocol/engine-api';
import { MemoryTabs } from '../storage/testing/memory-ownership';
import { MemoryTables } from '../storage/testing/memory-tables';
import { ProjectStore } from '../storage/project-store';
import { ControlEngine, type Files, type Keep, type Pictures } from './control-engine';
import { ProjectDesk, type KeptProjects } from './project-desk';
import type { ProjectVectors } from './projection/projector';
import { plainRun } from '../domain/testing/plain-run';

const config = createPreset('recommended', 0);
const run: RunRecord = { ...plainRun, id: 'r1', config, counts: { train: 2, val: 2, test: 0 }, computePlan: 'test' };
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
  const pictures: Partial<Pictures> = {
    contents: () => new Map(),
    list: () => [],
    open: () => Promise.resolve([]),
    folders: () => Promise.resolve([]),
    ...overrides,
  };
  return new Proxy(pictures as Pictures, { get: (target, name) => (Reflect.get(target, name) as unknown) ?? unexpectedCall });
}

/** Tokens are all different. */
let tokens = 0;

function createDesk(overrides: Partial<KeptProjects> = {}, tables = new MemoryTables(), tabs = new MemoryTabs()): ProjectDesk {
  const kept = new ProjectStore({ tables, now: () => 0, thumbnails: () => Promise.resolve([]) });
  const store = new Proxy<KeptProjects>(kept, {
    get: (target, name) => {
      const method: unknown = Reflect.get(overrides, name) ?? Reflect.get(target, name);
      return typeof method === 'function' ? (method.bind(target) as unknown) : method;
    },
  });
  return new ProjectDesk({
    store,
    connect: (events) => tabs.connect(events),
    createToken: () => `token ${String((tokens += 1))}`,
    now: () => 0,
  });
}

const nothingKept: Keep = {
  report: unexpectedCall,
  free: unexpectedCall,
  forgetEverything: () => Promise.resolve(),
};

const noFiles: Files = {
  write: unexpectedCall,
  open: unexpectedCall,
  fetch: unexpectedCall,
  take: unexpectedCall,
  close: unexpectedCall,
};

const idleCompute: Partial<ComputeApi> = {
  closeProject: () => Promise.resolve(),
  useBackbone: () => Promise.resolve({ backbone: null, run: null }),
  forgetSamples: () => Promise.resolve(),
  forgetFeatures: () => Promise.resolve(),
};

function createEngine(
  compute: Partial<ComputeApi> = {},
  pictures: Partial<Pictures> = {},
  desk = createDesk(),
  keep: Partial<Keep> = {},
  projectVectors: ProjectVectors = unexpectedCall,
): ControlEngine {
  return new ControlEngine({
    compute: createCompute({ ...idleCompute, ...compute }),
    pictures: createPictures(pictures),
    projects: desk,
    keep: { ...nothingKept, ...keep },
    files: noFiles,
    projectVectors,
    requests: new RequestLog(),
  });
}

const project = createProject('p', '2026-01-01T00:00:00.000Z', config);
const emptyShelf = {
  run: null,
  access: 'owner',
  lost: [],
  folders: [],
  problem: null,
  backboneProblem: null,
};

async function tablesWith(stored: unknown, id = 'p'): Promise<MemoryTables> {
  const tables = new MemoryTables();
  const store = new ProjectStore({ tables, now: () => 0, thumbnails: () => Promise.resolve([]) });
  await store.keep({ ...project, id });
  await tables.commit([{ table: 'project-documents', key: id, value: stored }]);
  return tables;
}

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fine',
    (error: unknown) => (error instanceof HeadstartError ? error.code : 'other'),
  );

describe('the control worker’s engine', () => {
  it('starts with nothing kept, and says why when storage is refused', async () => {
    expect(await createEngine().openProject(null)).toEqual({ ...emptyShelf, project: null });
    const refused = createEngine({}, {}, createDesk({ latest: () => Promise.reject(new HeadstartError('storage-refused')) }));
    expect(await refused.openProject(null)).toEqual({ ...emptyShelf, project: null, problem: 'storage-refused' });
    expect((await refused.listProjects()).problem).toBeNull();
  });

  it('gives the kept head of the last run that has one to the compute worker, and takes it away with the project', async () => {
    const order: unknown[] = [];
    const compute: Partial<ComputeApi> = {
      restoreHead: (kept) => {
        order.push(kept);
        return Promise.resolve();
      },
      closeProject: () => {
        order.push('closed');
        return Promise.resolve();
      },
    };
    const tables = await tablesWith({ ...project, runs: [run, { ...run, id: 'r2', number: 2 }] });
    const desk = createDesk({}, tables);
    await desk.open('p');
    await desk.saveHead(head);
    const engine = createEngine(compute, {}, desk);
    expect(await engine.openProject('p')).toMatchObject({ run, problem: null });
    expect(order).toEqual(['closed', head]);
    await engine.createProject('another');
    expect(order).toEqual(['closed', head, 'closed']);
  });

  it('opens the project even when its head does not fit', async () => {
    const stored = { ...project, runs: [run] };
    const open = async (overrides: Partial<KeptProjects>) => {
      const desk = createDesk(overrides, await tablesWith(stored));
      await desk.open('p');
      await desk.saveHead(head);
      const compute = { restoreHead: () => Promise.reject(new HeadstartError('project-invalid')) };
      return createEngine(compute, {}, desk).openProject(null);
    };
    const withoutHead = { ...emptyShelf, project: stored };
    expect(await open({})).toEqual(withoutHead);
    expect(await open({ latestHead: () => Promise.reject(new HeadstartError('storage-refused')) })).toEqual(withoutHead);
  });

  it('puts a project’s own weights in force before its head, or says that they are gone and leaves heads alone', async () => {
    const source = { kind: 'hub', repository: 'timm/vgg16.tv_in1k', revision: 'b8d8' } as const;
    const scaling = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
    const backbone = { id: 'ab'.repeat(32), title: 'theirs', source, scaling, addedAt: '2026-01-01T00:00:00.000Z' };
    const [own, theirs] = [
      { ...run, id: 'own' },
      { ...run, id: 'theirs', number: 2, backbone: backbone.id },
    ];
    const tables = await tablesWith({ ...project, backbone, runs: [theirs, own] });
    const desk = createDesk({}, tables);
    await desk.open('p');
    for (const one of [own, theirs]) await desk.saveHead({ ...head, run: one });
    const order: string[] = [];
    let isGone = false;
    const compute: Partial<ComputeApi> = {
      useBackbone: (id) => {
        order.push(id.slice(0, 7));
        if (isGone && id === backbone.id) return Promise.reject(new HeadstartError('backbone-gone', { title: id }));
        return Promise.resolve({ backbone: id === backbone.id ? backbone : null, run: null });
      },
      restoreHead: (kept) => {
        order.push(`head of ${kept.run.id}`);
        return Promise.resolve();
      },
    };
    const engine = createEngine(compute, {}, desk);
    expect(await engine.openProject('p')).toMatchObject({ run: { id: 'theirs' }, backboneProblem: null });
    expect(order).toEqual(['abababa', 'head of theirs']);
    // Back to the page's own, the head that stands on them is present again.
    const back = await engine.useBackbone('shipped', [theirs, own]);
    expect(back).toMatchObject({ backbone: null, run: { id: 'own' } });
    expect(order.splice(0)).toEqual(['abababa', 'head of theirs', 'shipped', 'head of own']);

    isGone = true;
    expect(await engine.openProject('p')).toMatchObject({
      run: null,
      backboneProblem: { code: 'backbone-gone', message: expect.stringContaining('theirs') as string },
    });
    expect(order).toEqual(['abababa', 'shipped']);
    expect(await codeOf(engine.useBackbone(backbone.id, []))).toBe('backbone-gone');
  });

  it('keeps the head of a model that came in, and nothing of one that was not taken', async () => {
    const came = { ...run, id: 'came' };
    const desk = createDesk({}, await tablesWith(project));
    await desk.open('p');
    const engine = createEngine(
      {
        takeModel: (wish) =>
          wish?.runId === 'came'
            ? Promise.resolve({ backbone: null, run: came, notKept: null })
            : Promise.reject(new HeadstartError('model-closed')),
        exportHead: () => Promise.resolve({ ...head, run: came }),
      },
      {},
      desk,
    );
    const wish = { runId: 'came', number: 1, classNames: ['cat', 'dog'] };
    expect(await engine.takeModel({ head: wish, runs: [] }, () => undefined, never)).toMatchObject({ run: { id: 'came' } });
    expect((await desk.loadHead('came'))?.run.id).toBe('came');
    const other = { head: { ...wish, runId: 'another' }, runs: [] };
    expect(await codeOf(engine.takeModel(other, () => undefined, never))).toBe('model-closed');
    expect(await desk.loadHead('another')).toBeNull();
  });

  it('brings back a run that ended when its project could not be saved any more', async () => {
    const desk = createDesk({}, await tablesWith(project));
    await desk.open('p');
    await desk.saveHead(head);
    // The head was kept at the same moment as the project: it is not newer than that.
    expect(await createEngine({}, {}, desk).openProject('p')).toMatchObject({ run: null });
    const later = new MemoryTables();
    const store = (now: number) => new ProjectStore({ tables: later, now: () => now, thumbnails: () => Promise.resolve([]) });
    await store(1).keep(project);
    await store(2).saveHead(head, 'p');
    const engine = createEngine({ restoreHead: () => Promise.resolve() }, {}, createDesk({}, later));
    expect(await engine.openProject('p')).toMatchObject({ run: { id: 'r1' }, project: { runs: [] } });
  });

  it('lets go of another project’s pictures, and opens none from under a run or a reading', async () => {
    const gone: unknown[] = [];
    const shelf = [{ id: 'a' }, { id: 'b' }] as unknown as ReturnType<Pictures['list']>;
    let finish = (): void => undefined;
    const engine = createEngine(
      {
        forgetSamples: (ids) => {
          gone.push(ids);
          return Promise.resolve();
        },
        beGentle: () => Promise.resolve(),
        startRun: () => new Promise(() => undefined),
      },
      {
        list: () => shelf,
        open: () => Promise.resolve(['x']),
        addDrawings: () =>
          new Promise((resolve) => {
            finish = () => resolve({ added: 0, skipped: 0, cancelled: false });
          }),
      },
      createDesk({}, await tablesWith(project)),
    );
    expect(await engine.openProject('p')).toMatchObject({ lost: ['x'] });
    expect(gone).toEqual([['a', 'b']]);
    const reading = engine.addDrawings(() => undefined, never);
    expect(await codeOf(engine.openProject('p'))).toBe('busy');
    finish();
    await reading;
    void engine.startRun(request, () => undefined, never);
    for (const call of [engine.openProject('p'), engine.createProject('q'), engine.deleteProject('p'), engine.takeOver()])
      expect(await codeOf(call)).toBe('busy');
  });

  it('takes predictions in turn and leaves out those that were given up', async () => {
    const order: string[] = [];
    const prediction = { classIndex: 0, className: 'cat', logits: [1, 0], probabilities: [0.7, 0.3], milliseconds: 1 };
    const engine = createEngine(
      {
        headFit: () => Promise.resolve('crop'),
        predict: (_pixels, id) => {
          order.push(`compute ${String(id)}`);
          return Promise.resolve(prediction);
        },
      },
      {
        pixels: (id) => {
          order.push(`decode ${id}`);
          return Promise.resolve(new Uint8Array(3));
        },
      },
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

  it('says of a project that is broken or newer that it cannot be opened, and leaves it as it is', async () => {
    for (const [stored, problem] of [
      [{ version: 99 }, 'project-newer'],
      [{ version: 1, nonsense: true }, 'project-invalid'],
    ] as const) {
      const tables = await tablesWith(stored);
      const engine = createEngine({}, {}, createDesk({}, tables));
      expect(await engine.openProject('p')).toMatchObject({ project: null, problem });
      expect(await tables.get('project-documents', 'p')).toEqual(stored);
      expect(await codeOf(engine.saveProject(project))).toBe('project-not-owned');
    }
  });

  it('passes on which device and how many threads were chosen', async () => {
    const asked: unknown[] = [];
    const compute = createCompute({
      configureDevice: (...choice) => {
        asked.push(choice);
        return Promise.reject(new HeadstartError('wasm-simd-absent'));
      },
    });
    const engine = createEngine(compute);
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
    const engine = createEngine(compute);
    const first = engine.startRun(request, () => undefined, never);
    expect(await codeOf(engine.startRun(request, () => undefined, never))).toBe('busy');
    expect(await codeOf(engine.configureDevice('cpu'))).toBe('busy');
    finish({ status: 'paused', epoch: 0, step: 1 });
    expect((await first).status).toBe('paused');
    const second = engine.startRun(request, () => undefined, never);
    finish({ status: 'done', run });
    expect((await second).status).toBe('done');
  });

  it('keeps a finished run’s head, makes room for it, and does not fail the run when that is refused', async () => {
    const discarded: string[] = [];
    const compute = createCompute({
      startRun: () => Promise.resolve({ status: 'done', run }),
      exportHead: () => Promise.resolve(head),
      discardRun: (id) => {
        discarded.push(id);
        return Promise.resolve();
      },
    });
    const kept: KeptHead[] = [];
    const open = async (overrides: Partial<KeptProjects>) => {
      const engine = createEngine(compute, {}, createDesk(overrides));
      await engine.createProject('p');
      return engine.startRun(request, () => undefined, never);
    };
    const saveHead: KeptProjects['saveHead'] = (value, id) => {
      expect(id).toBe('p');
      kept.push(value);
      return Promise.resolve();
    };
    await open({ saveHead });
    expect(kept).toEqual([head]);
    expect(discarded).toEqual([]);
    let tries = 0;
    const full: KeptProjects['saveHead'] = () => {
      tries += 1;
      return Promise.reject(new HeadstartError('storage-full'));
    };
    expect((await open({ saveHead: full })).status).toBe('done');
    // What was kept of the run as it trained made way, and it was tried once more.
    expect([tries, discarded]).toEqual([2, [run.id]]);
  });

  it('lets what was kept of a run go only once its record is saved', async () => {
    const discarded: string[] = [];
    const compute = createCompute({
      startRun: () => Promise.resolve({ status: 'done', run }),
      exportHead: () => Promise.resolve(null),
      discardRun: (id) => {
        discarded.push(id);
        return Promise.resolve();
      },
    });
    const engine = createEngine(compute, {}, createDesk());
    const project = createProject('p', '2026-01-01T00:00:00.000Z', config);
    await engine.createProject('p');
    await engine.startRun(request, () => undefined, never);
    await engine.saveProject(project);
    expect(discarded).toEqual([]);
    await engine.saveProject({ ...project, runs: [run] });
    expect(discarded).toEqual([run.id]);
    await engine.saveProject({ ...project, runs: [run] });
    expect(discarded).toHaveLength(1);
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
    const engine = createEngine(compute, { contents: () => contents });
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
      const forgetRuns = () => Promise.resolve();
      const engine = createEngine({ forgetFeatures: forget('features', features), forgetRuns }, {}, createDesk(), {
        forgetEverything: forget('project', project),
      });
      expect(await codeOf(engine.forgetEverything())).toBe(features || project ? 'storage-refused' : 'fine');
    }
    expect(forgotten).toEqual(['features', 'project', 'features', 'project', 'features', 'project']);
  });

  it('says that nothing is trained yet before the first run', async () => {
    const engine = createEngine({ headFit: () => Promise.resolve(null) });
    expect(await codeOf(engine.predictFile(new Blob(), never))).toBe('head-absent');
    expect(await codeOf(engine.predictSample('a', never))).toBe('head-absent');
  });

  it('asks for a file’s pixels with the fit that the head was trained with', async () => {
    const asked: string[] = [];
    const prediction = { classIndex: 0, className: 'cat', logits: [1, 0], probabilities: [0.7, 0.3], milliseconds: 1 };
    const engine = createEngine(
      { headFit: () => Promise.resolve('pad'), predict: () => Promise.resolve(prediction) },
      {
        filePixels: (_file, fit) => {
          asked.push(fit);
          return Promise.resolve(new Uint8Array(3));
        },
      },
    );
    expect(await engine.predictFile(new Blob(), never)).toEqual(prediction);
    expect(asked).toEqual(['pad']);
  });

  it('explains a picture as it was covered, and uses held features of whole pictures only', async () => {
    const asked: unknown[] = [];
    const whole = new Uint8Array(224 * 224 * 3).fill(9);
    const prediction = { classIndex: 0, className: 'cat', logits: [1, 0], probabilities: [0.7, 0.3], milliseconds: 1 };
    const engine = createEngine(
      {
        headFit: () => Promise.resolve('pad'),
        explain: (pixels, sampleId) => {
          asked.push([pixels[0], sampleId]);
          return Promise.resolve({ prediction, bias: [0, 0], cells: [[1], [0]] });
        },
      },
      {
        pixels: () => Promise.resolve(whole),
        filePixels: () => Promise.resolve(whole),
      },
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
    const engine = createEngine({ startRun: () => new Promise(() => undefined) }, {});
    void engine.startRun(request, () => undefined, never);
    expect(await codeOf(engine.crossValidate(request, 5, () => undefined, never))).toBe('busy');
    expect(await codeOf(engine.predictSamples([], () => undefined, never))).toBe('busy');
  });

  it('lays out what the compute worker pools, and says when that is too little', async () => {
    const pooled = { sampleIds: ['a', 'c'], vectors: new Float32Array(1024) };
    const asked: unknown[] = [];
    const compute = { pooledFeatures: () => Promise.resolve(pooled) };
    const engine = createEngine(compute, {}, createDesk(), {}, (task) => {
      asked.push(task);
      return Promise.resolve({ positions: Float32Array.of(1, 2, 3, 4), explained: [0.5, 0.25] });
    });
    const wanted = { sampleIds: ['a', 'b', 'c'], fit: 'crop', seed: 3 } as const;
    expect(await engine.projectPictures({ ...wanted, method: 'pca' }, () => undefined, never)).toEqual({
      method: 'pca',
      sampleIds: ['a', 'c'],
      positions: Float32Array.of(1, 2, 3, 4),
      explained: [0.5, 0.25],
    });
    expect(asked).toEqual([{ vectors: pooled.vectors, method: 'pca', seed: 3 }]);
    expect(await codeOf(engine.projectPictures({ ...wanted, method: 'umap' }, () => undefined, never))).toBe('too-few-for-map');
  });

  it('computes missing features for likeness only while nothing else goes on, and takes held ones beside a run', async () => {
    const report = { pictures: 0, missing: 3, limit: null };
    const engine = createEngine({ startRun: () => new Promise(() => undefined), prepareLikeness: () => Promise.resolve(report) });
    void engine.startRun(request, () => undefined, never);
    const reference = { samples: [], fit: 'crop' } as const;
    expect(await codeOf(engine.prepareLikeness(reference, 'compute', () => undefined, never))).toBe('busy');
    expect(await engine.prepareLikeness(reference, 'leave', () => undefined, never)).toEqual(report);
  });
});
