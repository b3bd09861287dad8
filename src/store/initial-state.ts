import { createCommandLog } from '../domain/command-log';
import { emptyHistory, type RunRecord } from '../domain/history';
import type { ProjectDocument } from '../domain/project';
import { readDeviceChoice, readEvidenceChoice, readFeatureBudget, readThreadsChoice } from './kept-choice';
import type { PagePorts } from './ports';
import type {
  ExportState,
  FeaturesState,
  IngestState,
  InspectionState,
  ManyState,
  LikenessState,
  ModelExportState,
  ModelImportState,
  PageState,
  ProjectFileState,
  RunState,
  StageState,
  TrialState,
} from './state';

const stageNames = ['weights', 'features', 'training', 'evaluation'] as const;

export const waitingStages: readonly StageState[] = stageNames.map((stage) => ({
  stage,
  status: 'waiting',
  done: 0,
  total: 0,
  secondsLeft: null,
  note: null,
}));

export const idleRun: RunState = {
  phase: 'idle',
  config: null,
  start: 'new',
  samples: [],
  stages: [],
  history: emptyHistory,
  log: [],
  firstBatch: null,
  resumed: null,
  result: null,
  predictions: [],
  kept: null,
  interrupted: null,
  error: null,
};

/** As a run is shown that ended on an earlier visit, or came in. */
export function endedRun(run: RunRecord): RunState {
  const { config, history, log } = run;
  return { ...idleRun, phase: 'done', config, history, log, result: run };
}

export const idleIngest: IngestState = {
  phase: 'idle',
  origin: null,
  opening: null,
  done: 0,
  total: 0,
  secondsLeft: null,
  error: null,
  warnings: [],
  reasoning: [],
  waitingSeconds: null,
  landed: null,
  kagglePlan: null,
};

export const idleFeatures: FeaturesState = {
  phase: 'idle',
  paused: false,
  wanted: null,
  done: 0,
  total: 0,
  kept: null,
  secondsPerPicture: null,
  unreadable: 0,
  error: null,
};

export const idleTrial: TrialState = {
  target: null,
  prediction: null,
  explanation: null,
  covered: [],
  uncovered: null,
  busy: false,
  error: null,
};

export const idleMany: ManyState = {
  phase: 'idle',
  opening: null,
  done: 0,
  total: 0,
  secondsLeft: null,
  results: [],
  skipped: [],
  run: null,
  error: null,
};

const idleInspection: InspectionState = {
  task: null,
  progress: null,
  error: null,
  predictions: null,
  folds: null,
  maps: {},
  heldOut: new Map(),
  confirmed: [],
};

export const idleLikeness: LikenessState = { phase: 'idle', report: null };

export const idleExport: ExportState = {
  phase: 'idle',
  done: 0,
  total: 0,
  bytes: 0,
  name: '',
  report: null,
  error: null,
};

export const idleProjectFile: ProjectFileState = {
  phase: 'idle',
  name: '',
  progress: null,
  offer: null,
  done: null,
  error: null,
};

export const idleModelExport: ModelExportState = {
  phase: 'idle',
  offers: null,
  progress: null,
  name: '',
  report: null,
  error: null,
};

export const closedModelImport: ModelImportState = {
  phase: 'closed',
  hub: null,
  kept: [],
  offer: null,
  progress: null,
  error: null,
  problem: null,
};

export function createInitialState(
  document: ProjectDocument,
  {
    addresses,
    isolation,
    mostThreads,
    deviceMemory,
  }: Pick<PagePorts, 'addresses' | 'isolation' | 'mostThreads' | 'deviceMemory'>,
): PageState {
  return {
    project: createCommandLog(document),
    access: 'owner',
    folders: [],
    projects: { list: null, isShown: false, isOpening: false, refusals: 0, error: null },
    projectFile: idleProjectFile,
    storage: { report: null, freeing: null, error: null },
    compute: {
      choice: readDeviceChoice(),
      threads: readThreadsChoice(mostThreads),
      mostThreads,
      deviceMemory,
      isolation,
      status: null,
      proving: false,
      progress: null,
      error: null,
    },
    weights: { phase: 'waiting', progress: null, report: null, error: null },
    ingest: idleIngest,
    importing: null,
    features: idleFeatures,
    offline: { phase: 'waiting', bytes: null, error: null, newVersion: 'none' },
    featureCache: { budget: readFeatureBudget(), report: null, error: null },
    run: idleRun,
    trial: idleTrial,
    many: idleMany,
    inspection: idleInspection,
    likeness: idleLikeness,
    showEvidence: readEvidenceChoice(),
    lookAlikes: { isSearching: false, pairs: [], accepted: new Set() },
    proposals: new Map(),
    exporting: idleExport,
    modelExport: idleModelExport,
    modelImport: closedModelImport,
    thumbnails: new Map(),
    addresses,
    outsideRequests: [],
    headReady: false,
    headRun: null,
    wakeLock: 'none',
    notedErrors: [],
    notice: null,
    workerDead: null,
  };
}
