import type { ProjectFileOffer } from '../../domain/project-file';
import type { ProjectFileState } from '../../store/state';
import { Button, Dialog, ErrorNote, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { countOf, formatBytes, joinWords } from '../words';
import styles from './file-dialog.module.css';

/** Whatever goes on with a project's file: writing it, looking into it, the question whether it may come in, taking it in. */
export function ProjectFileDialog() {
  const file = usePage((state) => state.projectFile);
  const { cancelProjectFile, dismissProjectFile } = useActions();
  const { phase, done, error } = file;
  if (phase === 'asking' && file.offer !== null) return <OfferDialog name={file.name} offer={file.offer} />;
  if (phase !== 'idle') {
    return (
      <Dialog
        heading={headingOf(file)}
        role="alertdialog"
        size="small"
        isOpen
        onOpenChange={cancelProjectFile}
        actions={<Button onPress={cancelProjectFile}>Cancel</Button>}
      >
        <Progress file={file} />
      </Dialog>
    );
  }
  if (done === null && error === null) return null;
  return (
    <Dialog
      heading={headingOf(file)}
      size="small"
      isOpen
      onOpenChange={dismissProjectFile}
      actions={<Button onPress={dismissProjectFile}>Close</Button>}
    >
      {error === null ? <Done file={file} /> : <ErrorNote record={error} />}
    </Dialog>
  );
}

function headingOf({ phase, name, done, error }: ProjectFileState): string {
  if (error !== null) return 'The project file';
  if (done !== null) return done.kind === 'written' ? 'The project is saved' : 'The project is here';
  switch (phase) {
    case 'writing':
      return `Saving ${name}`;
    case 'fetching':
      return `Fetching ${name}`;
    case 'taking':
      return `Opening ${name}`;
    case 'looking':
    case 'asking':
    case 'idle':
      return `Looking into ${name}`;
  }
}

function Progress({ file: { phase, name, progress } }: { readonly file: ProjectFileState }) {
  const { done = 0, total = 0, bytes = 0, totalBytes = null } = progress ?? {};
  const share =
    totalBytes !== null && totalBytes > 0 ? bytes / totalBytes : phase === 'writing' && total > 0 ? done / total : null;
  const words = joinWords(
    total > 0 && `${done.toLocaleString('en-GB')} of ${countOf(total, 'picture')}`,
    bytes > 0 && (totalBytes === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`),
  );
  return <ProgressBar label={name} showLabel share={share} valueText={words} />;
}

function OfferDialog({ name, offer }: { readonly name: string; readonly offer: ProjectFileOffer }) {
  const { takeProjectFile, cancelProjectFile } = useActions();
  const { classes, unlabelled, pictures, runs, heads, features, featuresFit, bytes, needed, room } = offer;
  const shown = classes.slice(0, 12);
  const isTight = room !== null && needed > room;
  return (
    <Dialog
      heading={`Open the project “${offer.name}”?`}
      isOpen
      onOpenChange={cancelProjectFile}
      actions={
        <>
          <Button onPress={cancelProjectFile}>No, thanks</Button>
          <Button look="primary" autoFocus onPress={() => void takeProjectFile()}>
            Open it
          </Button>
        </>
      }
    >
      <div className={styles['offer']}>
        <p>
          {name}, {formatBytes(bytes)}: {countOf(pictures, 'picture')} in {countOf(classes.length, 'class', 'classes')}
          {runs === 0 ? '' : `, ${countOf(runs, 'run')}`}
          {heads === 0 ? '' : `, ${countOf(heads, 'trained head')}`}. It becomes a project of its own; yours stay as they are.
        </p>
        <ul aria-label="Classes" className={styles['classes']}>
          {shown.map((one) => (
            <li key={one.name}>
              <span>{one.name}</span>
              <span className={styles['count']}>{one.pictures.toLocaleString('en-GB')}</span>
            </li>
          ))}
          {classes.length > shown.length ? (
            <li>and {countOf(classes.length - shown.length, 'more class', 'more classes')}</li>
          ) : null}
          {unlabelled > 0 ? (
            <li>
              <span>without a label</span>
              <span className={styles['count']}>{unlabelled.toLocaleString('en-GB')}</span>
            </li>
          ) : null}
        </ul>
        <dl className={styles['facts']}>
          <dt>Takes in this browser</dt>
          <dd>
            {formatBytes(needed)}
            {room === null ? '' : ` of ${formatBytes(room)} that are left`}
          </dd>
          <dt>Features</dt>
          <dd>{describeFeatures(features, featuresFit)}</dd>
        </dl>
        {isTight ? (
          <p role="status" className={styles['tight']}>
            There may not be enough room for it. Free some first, in the menu under “Storage on this device”.
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

function describeFeatures(count: number, fit: boolean | null): string {
  if (count === 0) return 'none came along; the pictures go through VGG-16 here once';
  if (fit === false) return 'made by another browser, version or device; the pictures go through VGG-16 here once';
  const words = `of ${countOf(count, 'picture')}`;
  return fit === true ? `${words}: it can train at once` : `${words}, used if this device computes the same`;
}

function Done({ file: { name, done } }: { readonly file: ProjectFileState }) {
  if (done === null) return null;
  const { kind, report } = done;
  const { pictures, missing, heads, features, bytes, leftOut } = report;
  const what = joinWords(
    countOf(pictures, 'picture'),
    heads > 0 && countOf(heads, 'trained head'),
    features > 0 && `features of ${countOf(features, 'picture')}`,
  );
  return (
    <div className={styles['offer']}>
      <p role="status">
        {kind === 'written' ? `${name}, ${formatBytes(bytes)}: ${what}.` : `From ${name}: ${what}.`}
        {missing.length === 0
          ? ''
          : ` ${countOf(missing.length, 'picture')} could not be read any more and ${missing.length === 1 ? 'is' : 'are'} not in it.`}
      </p>
      {leftOut === null ? null : <ErrorNote record={leftOut} tone="neutral" />}
    </div>
  );
}
