import { LayoutGrid } from 'lucide-react';
import { EditableText } from '../editable-text';
import { Button } from '../primitives';
import { useActions, usePage } from '../store-context';
import { ComputeBadge } from './compute-badge';
import styles from './header.module.css';
import { PageMenu } from './page-menu';
import { PrivacyBadge } from './privacy-badge';
import { ThemeToggle } from './theme-toggle';

export function Header() {
  const name = usePage(({ project }) => project.document.name);
  const isListShown = usePage(({ projects }) => projects.isShown);
  const { dispatch, showProjects, hideProjects } = useActions();
  return (
    <header className={styles['header']}>
      <svg className={styles['logo']} width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <rect width="26" height="26" rx="7" fill="var(--accent)" />
        <path
          d="M7 18l4-5 3 2.5L19 8m-4 0h4v4"
          fill="none"
          stroke="var(--accent-ink)"
          strokeWidth="2"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <h1>Headstart</h1>
      <div className={styles['crumb']}>
        <Button
          look="quiet"
          small
          aria-pressed={isListShown}
          onPress={() => {
            if (isListShown) hideProjects();
            else void showProjects();
          }}
        >
          <LayoutGrid size={16} aria-hidden="true" />
          Projects
        </Button>
        <span aria-hidden="true">/</span>
        <EditableText
          value={name}
          label="Project name"
          className={styles['name'] ?? ''}
          onChange={(value) => {
            dispatch({ kind: 'name-project', name: value });
          }}
        />
      </div>
      <div className={styles['tools']}>
        <div className={styles['privacy']}>
          <PrivacyBadge />
        </div>
        <ComputeBadge />
        <div className={styles['icons']}>
          <ThemeToggle />
          <PageMenu />
        </div>
      </div>
    </header>
  );
}
