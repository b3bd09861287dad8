/** The directions of docs/ARCHITECTURE.md, as rules. Each folder of src/ may import itself and what is named here. */
const allowed = {
  domain: [],
  protocol: ['domain'],
  isolation: ['domain'],
  offline: ['domain', 'isolation/until-active\\.ts'],
  'service-worker': [],
  'ingest/page': ['domain', 'ingest'],
  ingest: ['domain'],
  kernels: ['domain'],
  storage: ['domain'],
  // What an exported page runs is taken as text (?script, ?module), never called.
  export: ['domain', 'exported-page/(page|onnx|tensorflow)\\.ts'],
  'exported-page': ['domain', 'ingest/(fit|resize)\\.ts', 'kernels/wasm'],
  // The contract that the engine implements is in protocol/compute-api; it needs nothing else of it.
  engine: ['domain', 'protocol/(compute|engine)-api\\.ts', 'kernels', 'storage'],
  worker: ['protocol', 'engine', 'ingest', 'domain', 'kernels', 'storage', 'export'],
  store: ['domain', 'protocol'],
  ui: ['store', 'domain'],
};

/** The packages that only some folders may import. */
const owners = {
  '@tensorflow': ['kernels', 'engine'],
  comlink: ['protocol', 'worker'],
  idb: ['storage'],
  'umap-js': ['worker'],
  'ml-matrix': ['worker'],
  uplot: ['ui'],
  'react-aria-components': ['ui'],
  'lucide-react': ['ui'],
};

/** The engine's tests take their pictures from the embedded sample. */
const notFrom = { ingest: ['^src/ingest/page/'], engine: ['\\.test\\.ts$'], export: ['\\.test\\.ts$', '^src/export/testing/'] };

const directions = Object.entries(allowed).map(([folder, others]) => ({
  name: `${folder.replace('/', '-')}-imports`,
  comment: `src/${folder} may import ${[folder, ...others].join(', ')} and nothing else of src/.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: notFrom[folder] ?? [] },
  to: { path: '^src/', pathNot: [folder, ...others].map((name) => `^src/${name}${name.endsWith('ts') ? '$' : '/'}`) },
}));

/** TensorFlow.js itself reads what is exported for it. */
const notOwned = { '@tensorflow': ['^src/export/tensorflow/.*\\.test\\.ts$'] };

const packages = Object.entries(owners).map(([name, folders]) => ({
  name: `${name.replace('@', '')}-only-in-${folders.join('-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: [...folders.map((folder) => `^src/${folder}/`), ...(notOwned[name] ?? [])] },
  to: { path: `node_modules/${name}` },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...directions,
    ...packages,
    {
      name: 'page-ingest-only-from-main',
      comment: 'Listing dropped files needs the DOM; the store gets the files from the composition root.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.tsx$', '^src/ingest/page/'] },
      to: { path: '^src/ingest/page/' },
    },
    {
      name: 'nothing-imports-the-page-root',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.tsx$'] },
      to: { path: '^src/main\\.tsx$' },
    },
    {
      name: 'main-stays-on-the-page-side',
      severity: 'error',
      from: { path: '^src/main\\.tsx$' },
      to: { path: '^src/(worker|engine|kernels|storage|export|ingest(?!/page))/' },
    },
    {
      name: 'the-service-worker-stands-alone',
      comment: 'sw.js is one plain script: it shares no module with the page, in either direction, and no package.',
      severity: 'error',
      from: { path: '^src/(sw\\.ts$|service-worker/)', pathNot: ['\\.test\\.ts$'] },
      to: { pathNot: ['^src/service-worker/'] },
    },
    {
      name: 'nothing-imports-the-service-worker',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(sw\\.ts$|service-worker/)'] },
      to: { path: '^src/(sw\\.ts$|service-worker/)' },
    },
    {
      name: 'exported-page-only-as-text',
      comment: 'It runs in exported pages, not in this one.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(exported-page|export)/'] },
      to: { path: '^src/exported-page/' },
    },
    {
      name: 'isolation-only-from-main',
      comment: 'It decides before there is a store or a page.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.tsx$', '^src/(isolation|offline)/'] },
      to: { path: '^src/isolation/' },
    },
    {
      name: 'offline-only-from-main',
      comment: 'The store gets it as a port from the composition root.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.tsx$', '^src/offline/'] },
      to: { path: '^src/offline/' },
    },
    {
      name: 'product-stands-alone',
      comment: 'The product imports no tool of the workshop, and nothing at all from outside this folder.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.test\\.tsx?$'] },
      to: { path: '^(scripts|bench|e2e)/' },
    },
    { name: 'nothing-outside', severity: 'error', from: {}, to: { path: '^\\.\\./', couldNotResolve: false } },
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: {},
      to: { path: '\\.(test|spec)\\.tsx?$' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // Vite's suffixes (?url, ?worker) and style modules are not modules of Node.
      to: { couldNotResolve: true, pathNot: ['\\?', '\\.css$'] },
    },
    {
      name: 'product-uses-declared-packages',
      severity: 'error',
      from: { path: '^src/', pathNot: ['\\.test\\.tsx?$', '/testing/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: ['node_modules/vite/client'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.tests.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'types', 'default'],
    },
  },
};
