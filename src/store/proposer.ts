import { toHeadstartError } from '../domain/errors';
import type { RunRecord } from '../domain/history';
import type { StoreCore } from './core';
import { createInbox } from './inbox';
import type { PageActions, PageState, Proposal } from './state';

/** Each delivery orders the proposals anew, milliseconds. */
const deliveryPauseMs = 200;

export interface Proposer {
  /** The state may have changed. */
  look(): void;
  readonly actions: Pick<PageActions, 'acceptProposals'>;
}

/** The worker is free for pictures that nobody waits for. */
function isFree({ headReady, run, inspection, ingest, workerDead, compute }: PageState): boolean {
  const isTaken = run.phase === 'running' || run.phase === 'stopping' || inspection.task !== null;
  return headReady && !isTaken && ingest.phase === 'idle' && workerDead === null && compute.status !== null && !compute.proving;
}

/**
 * Asks the trained head what it makes of each unlabelled picture, one after the other, whenever the worker has nothing else to do. Another
 * head proposes anew. A picture that cannot be read gets no proposal; any other failure ends it until there is another head.
 */
export function createProposer(core: StoreCore): Proposer {
  let head: RunRecord | null = null;
  let asked = new Set<string>();
  let isAsking = false;
  let hasFailed = false;

  const inbox = createInbox<Proposal & { readonly id: string; readonly of: RunRecord | null }>(
    core.ports,
    (answers) => {
      const byId = new Map(core.state().proposals);
      for (const { id, of, className, probability } of answers) if (of === head) byId.set(id, { className, probability });
      core.set({ proposals: byId });
    },
    () => deliveryPauseMs,
  );

  const nextId = (): string | null => {
    const state = core.state();
    if (!isFree(state) || hasFailed) return null;
    return state.project.document.samples.find(({ id, className }) => className === null && !asked.has(id))?.id ?? null;
  };

  const ask = async (): Promise<void> => {
    isAsking = true;
    for (let id = nextId(); id !== null; id = nextId()) {
      const of = head;
      asked.add(id);
      try {
        const { signal } = new AbortController();
        const { className, classIndex, probabilities } = await core.engine().predictSample(id, signal);
        inbox.push({ id, of, className, probability: probabilities[classIndex] ?? 0 });
      } catch (thrown) {
        const { code } = toHeadstartError(thrown);
        if (code !== 'picture-gone' && code !== 'sample-unknown' && of === head) hasFailed = true;
      }
    }
    isAsking = false;
  };

  return {
    look: () => {
      const { headRun, proposals } = core.state();
      if (headRun !== head) {
        head = headRun;
        asked = new Set();
        hasFailed = false;
        inbox.clear();
        if (proposals.size > 0) core.set({ proposals: new Map() });
      }
      if (!isAsking && nextId() !== null) void ask();
    },
    actions: {
      acceptProposals: (ids) => {
        const { proposals, project } = core.state();
        const unlabelled = new Set(project.document.samples.flatMap(({ id, className }) => (className === null ? [id] : [])));
        const labels = ids.flatMap((id) => {
          const proposal = proposals.get(id);
          return proposal === undefined || !unlabelled.has(id) ? [] : [{ id, className: proposal.className }];
        });
        if (labels.length > 0) core.dispatch({ kind: 'label-samples', labels });
      },
    },
  };
}
