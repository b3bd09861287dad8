import styles from './app.module.css';
import { DataPanel } from './data/data-panel';
import { ImportDialog } from './import/import-dialog';
import { ModelImport } from './model-import/model-import';
import { PasteDialog } from './data/paste-dialog';
import { ProjectFileDialog } from './projects/project-file-dialog';
import { ProjectsPage } from './projects/projects-page';
import { Columns } from './shell/columns';
import { Header } from './shell/header';
import { Notices } from './shell/notices';
import { PageTitle } from './shell/page-title';
import { usePage } from './store-context';
import { usePageInput } from './shell/use-page-input';
import { useUndoKeys } from './pictures/use-undo-keys';
import { TrainPanel } from './train/train-panel';
import { TryPanel } from './try/try-panel';

/** The page. Everything it shows is in the store; everything it does is an action. */
export function App() {
  const { isDragging, pasted, forgetPasted } = usePageInput();
  const isListShown = usePage(({ projects }) => projects.isShown);
  useUndoKeys(!isListShown);
  return (
    <>
      <a className={styles['skip']} href="#columns">
        Skip to the three steps
      </a>
      <Header />
      <main id="columns" tabIndex={-1} className={styles['main']}>
        <Notices />
        {isListShown ? (
          <ProjectsPage />
        ) : (
          <Columns data={<DataPanel isDropTarget={isDragging} />} train={<TrainPanel />} trial={<TryPanel />} />
        )}
      </main>
      {isDragging ? (
        <div className={styles['dragging']} aria-hidden="true">
          <span>Drop to add pictures</span>
        </div>
      ) : null}
      <ImportDialog />
      <ProjectFileDialog />
      <ModelImport />
      {pasted.length > 0 ? <PasteDialog files={pasted} onClose={forgetPasted} /> : null}
      <PageTitle />
    </>
  );
}
