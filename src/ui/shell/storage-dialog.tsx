import { useEffect } from 'react';
import type { FreeableKind, StorageReport, StoredKind } from '../../domain/projects';
import { Button, Dialog, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf, formatBytes } from '../words';
import { FeatureRoomField } from './feature-room-field';
import styles from './storage.module.css';

const kindNames: Readonly<Record<StoredKind, string>> = {
  weights: 'Weights of VGG-16',
  backbones: 'Other weights',
  features: 'Features',
  pictures: 'Pictures',
  heads: 'Trained heads',
  checkpoints: 'Checkpoints of runs',
  projects: 'Projects: labels, settings, runs',
};

/** What can be freed, beside the kind that it is part of. */
const freeable: readonly { readonly kind: FreeableKind; readonly of: StoredKind; readonly name: string }[] = [
  { kind: 'features', of: 'features', name: 'Drop features' },
  { kind: 'backbones', of: 'backbones', name: 'Drop those that no project needs' },
  { kind: 'older-heads', of: 'heads', name: 'Drop all but the last of each project' },
  { kind: 'deleted-projects', of: 'projects', name: 'Remove deleted projects for good' },
];

export interface StorageDialogProps {
  readonly onClose: () => void;
  /** Asks whether everything shall go. */
  readonly onForget: () => void;
}

/** How much is kept on this device, of what, in which project, and a way to be rid of each. */
export function StorageDialog({ onClose, onForget }: StorageDialogProps) {
  const { report, error } = usePage(({ storage }) => storage);
  const featureError = usePage(({ featureCache }) => featureCache.error ?? featureCache.report?.problem ?? null);
  const { lookAtStorage, lookAtFeatureCache, listProjects } = useActions();
  useEffect(() => {
    void lookAtFeatureCache();
    void lookAtStorage();
    void listProjects();
  }, [lookAtFeatureCache, lookAtStorage, listProjects]);
  const shown = error ?? report?.problem ?? null;
  return (
    <Dialog
      heading="Storage on this device"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button look="danger" onPress={onForget}>
            Forget everything…
          </Button>
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      <div className={styles['storage']}>
        <Totals report={report} />
        {shown === null ? null : <ErrorNote record={shown} />}
        {report === null ? null : <Kinds report={report} />}
        <p className={styles['hint']}>
          Features are what VGG-16 made of each picture: with them a run starts at once; dropped, pictures go through it again.
          Pictures are copies of what you added and go with the projects that hold them. Weights that are gone are fetched again;
          other weights are to be brought in again.
        </p>
        {featureError === null ? null : <ErrorNote record={featureError} />}
        <FeatureRoomField />
        <Projects />
      </div>
    </Dialog>
  );
}

function Totals({ report }: { readonly report: StorageReport | null }) {
  const { persistStorage } = useActions();
  if (report === null) return <p aria-live="polite">Counting…</p>;
  const { kinds, quota, usage, persisted } = report;
  const ours = kinds.reduce((sum, { bytes }) => sum + bytes, 0);
  const used = Math.max(ours, usage ?? 0);
  return (
    <div className={styles['totals']}>
      <p aria-live="polite">
        <b>{formatBytes(used)}</b>
        {quota === null ? '' : ` of the ${formatBytes(quota)} that this browser lets the page keep`}
      </p>
      {quota === null ? null : (
        <meter className={styles['meter']} min={0} max={quota} value={Math.min(used, quota)} aria-label="Used">
          {formatBytes(used)}
        </meter>
      )}
      <p className={styles['promise']}>
        {persisted === true
          ? 'The browser promised to keep it until you remove it.'
          : persisted === false
            ? 'The browser may throw all of it away by itself when the disk runs full.'
            : 'Whether the browser keeps it when the disk runs full it does not say.'}
        {persisted === false ? (
          <Button small onPress={() => void persistStorage()}>
            Ask it to keep everything
          </Button>
        ) : null}
      </p>
    </div>
  );
}

function Kinds({ report }: { readonly report: StorageReport }) {
  const freeing = usePage(({ storage }) => storage.freeing);
  const pictures = usePage(({ featureCache }) => featureCache.report?.pictures ?? 0);
  const { freeStorage, lookAtFeatureCache } = useActions();
  return (
    <table className={styles['table']}>
      <caption>By kind</caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Size</th>
          <th scope="col">To free</th>
        </tr>
      </thead>
      <tbody>
        {report.kinds.map(({ kind, bytes }) => {
          const free = freeable.find(({ of }) => of === kind);
          const gain = report.freeable.find((one) => one.kind === free?.kind)?.bytes ?? 0;
          return (
            <tr key={kind}>
              <th scope="row">
                {kindNames[kind]}
                {kind === 'features' && pictures > 0 ? ` (${countOf(pictures, 'picture')})` : ''}
              </th>
              <td className={styles['size']}>{formatBytes(bytes)}</td>
              <td>
                {free === undefined || gain === 0 ? null : (
                  <Button
                    small
                    isDisabled={freeing !== null}
                    onPress={() => void freeStorage(free.kind).then(lookAtFeatureCache)}
                  >
                    {free.name}
                    {kind === 'features' ? '' : `: ${formatBytes(gain)}`}
                  </Button>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The largest first. What two projects share is counted in both. */
function Projects() {
  const list = usePage(({ projects }) => projects.list);
  const error = usePage(({ projects }) => projects.error);
  const { deleteProject, lookAtStorage } = useActions();
  const live = (list ?? []).filter(({ deletedAt }) => deletedAt === null).sort((a, b) => b.bytes - a.bytes);
  if (live.length === 0) return null;
  return (
    <>
      <table className={styles['table']}>
        <caption>By project, pictures</caption>
        <thead>
          <tr>
            <th scope="col">Project</th>
            <th scope="col">Size</th>
            <th scope="col">To free</th>
          </tr>
        </thead>
        <tbody>
          {live.map(({ id, name, bytes }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td className={styles['size']}>{formatBytes(bytes)}</td>
              <td>
                <Button
                  small
                  aria-label={`Delete ${name}`}
                  onPress={() => {
                    void deleteProject(id).then(lookAtStorage);
                  }}
                >
                  Delete
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {error === null ? null : <ErrorNote record={error} />}
      <p className={styles['hint']}>
        A deleted project can come back for a day, from the list of projects; until then it takes its room.
      </p>
    </>
  );
}
