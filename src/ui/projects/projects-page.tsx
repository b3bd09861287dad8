import { ArrowLeft, FileUp, Plus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ProjectSummary } from '../../domain/projects';
import { Button, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';
import { ProjectCard } from './project-card';
import styles from './projects.module.css';
import { agoOf } from './words';

const none: readonly ProjectSummary[] = [];

/** Every project on this device, in place of the three columns. */
export function ProjectsPage() {
  const list = usePage(({ projects }) => projects.list) ?? none;
  const error = usePage(({ projects }) => projects.error);
  const isOpening = usePage(({ projects }) => projects.isOpening);
  const isAsked = usePage(({ projects }) => projects.list !== null);
  const presentId = usePage(({ project }) => project.document.id);
  const presentName = usePage(({ project }) => project.document.name);
  const { hideProjects, newProject } = useActions();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // Who came here by keyboard goes on from here.
    heading.current?.focus();
  }, []);
  const live = list.filter(({ deletedAt }) => deletedAt === null);
  const isInList = live.some(({ id }) => id === presentId);
  return (
    <section className={styles['page']} aria-labelledby="projects-heading" aria-busy={isOpening || !isAsked}>
      <div className={styles['bar']}>
        <h2 id="projects-heading" ref={heading} tabIndex={-1} className={styles['heading']}>
          Projects on this device
        </h2>
        <div className={styles['actions']}>
          {isInList ? (
            <Button onPress={hideProjects}>
              <ArrowLeft size={16} aria-hidden="true" />
              <span className={styles['back']}>Back to {presentName}</span>
            </Button>
          ) : null}
          <OpenFileButton />
          <Button isDisabled={isOpening} onPress={() => void newProject()}>
            <Plus size={16} aria-hidden="true" />
            New project
          </Button>
        </div>
      </div>
      {error === null ? null : <ErrorNote record={error} />}
      {isAsked && live.length === 0 ? (
        <p className={styles['empty']}>
          No project yet: one is kept here from the first pictures or the first change on. Start a new one, or open a project
          file.
        </p>
      ) : null}
      <ul className={styles['cards']} aria-label="Projects">
        {live.map((project) => (
          <ProjectCard key={project.id} project={project} isPresent={project.id === presentId} />
        ))}
      </ul>
      <Deleted projects={list.filter(({ deletedAt }) => deletedAt !== null)} />
    </section>
  );
}

/** A file that was saved as a project, chosen from the disk. */
function OpenFileButton() {
  const { openProjectFile } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button onPress={() => input.current?.click()}>
        <FileUp size={16} aria-hidden="true" />
        Open a project file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".zip,application/zip"
        aria-label="Project file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) void openProjectFile(file);
          // So that the same file can be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}

/** The way back, for a day. */
function Deleted({ projects }: { readonly projects: readonly ProjectSummary[] }) {
  const { undeleteProject } = useActions();
  const last = projects.reduce<ProjectSummary | null>(
    (latest, one) => ((one.deletedAt ?? '') > (latest?.deletedAt ?? '') ? one : latest),
    null,
  );
  return (
    <div className={styles['deleted']}>
      <div role="status" className={styles['told']}>
        {last === null ? '' : `“${last.name}” is deleted. For a day it can come back.`}
      </div>
      {projects.length === 0 ? null : (
        <ul aria-label="Deleted projects">
          {projects.map(({ id, name, deletedAt }) => (
            <li key={id}>
              <span className={styles['name']}>{name}</span>
              <span className={styles['muted']}>deleted {agoOf(deletedAt ?? '')}</span>
              <Button small aria-label={`Bring back ${name}`} onPress={() => void undeleteProject(id)}>
                Bring back
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
