import type { InspectionProgress } from '../../domain/evaluation/inspection';
import { pooledLength } from '../../domain/evaluation/likeness';
import { principalComponents } from './principal-components';
import type { LaidOut, ProjectionTask } from './protocol';
import { umapLayout } from './umap-layout';

/** UMAP's neighbours are those by the strongest components, as many as matter here, and a multiple of 4. */
const componentsForUmap = 48;
/** They need not be exact. */
const turnsForUmap = 12;
const steps = 100;

/** Tells each whole hundredth of a stage once. */
function tellHundredths(onProgress: (progress: InspectionProgress) => void) {
  let last = '';
  return (stage: InspectionProgress['stage'], share: number) => {
    const done = Math.floor(share * steps);
    const told = `${stage} ${String(done)}`;
    if (told === last) return;
    last = told;
    onProgress({ stage, done, total: steps, secondsLeft: null });
  };
}

/** Lays rows of pooled features out on a plane. */
export function layOut({ vectors, method, seed }: ProjectionTask, onProgress: (progress: InspectionProgress) => void): LaidOut {
  const tell = tellHundredths(onProgress);
  const onShare = (share: number) => {
    tell('components', share);
  };
  if (method === 'pca') {
    const { scores, explained } = principalComponents(vectors, pooledLength, 2, { onShare });
    return { positions: scores, explained: [explained[0] ?? 0, explained[1] ?? 0] };
  }
  const options = { turns: turnsForUmap, onShare };
  const { scores } = principalComponents(vectors, pooledLength, componentsForUmap, options);
  return { positions: umapLayout({ rows: scores, width: componentsForUmap }, seed, tell), explained: null };
}
