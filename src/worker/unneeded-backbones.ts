import type { KeptBackbone } from '../domain/model-import';
import type { BackboneStore } from '../storage/backbone-store';
import type { ProjectStore } from '../storage/project-store';

/**
 * Kept convolutions that neither a project, deleted ones too, nor one of its runs stands on. Rejects where a project cannot be read: it may
 * stand on any.
 */
export async function unneededBackbones(
  backbones: Pick<BackboneStore, 'list'>,
  store: Pick<ProjectStore, 'holdings'>,
): Promise<readonly KeptBackbone[]> {
  const kept = await backbones.list();
  if (kept.length === 0) return kept;
  const holdings = await store.holdings();
  return kept.filter(({ id }) => !holdings.some((holding) => holding.backbones.has(id)));
}
