import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { ProjectFileDialog } from './project-file-dialog';
import { ProjectsPage } from './projects-page';

let rendered: RenderedPage;
const state = () => rendered.store.getState();

afterEach(() => {
  rendered.unmount();
  sessionStorage.clear();
});

async function choose(project: string, entry: string): Promise<void> {
  await page.getByRole('button', { name: `More for ${project}`, exact: true }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}

describe('the list of projects', () => {
  it('invites while there is none, and copies, renames, deletes, brings back and opens what there is', async () => {
    rendered = await renderPage(<ProjectsPage />);
    await state().actions.showProjects();
    await expect.element(page.getByText(/^No project yet/)).toBeVisible();
    await expect.element(page.getByRole('heading', { name: 'Projects on this device' })).toHaveFocus();

    await state().actions.addDrawings();
    await state().actions.showProjects();
    const card = page.getByRole('listitem').filter({ hasText: 'Drawn cats and dogs' });
    await expect.element(card.first()).toHaveTextContent('2 classes · 20 pictures');
    expect(card.first().element().querySelectorAll('img')).toHaveLength(2);

    await choose('Drawn cats and dogs', 'Duplicate');
    await choose('Drawn cats and dogs (copy)', 'Rename…');
    const field = page.getByLabelText('Project name');
    await field.fill(' ');
    await expect.element(page.getByRole('button', { name: 'Rename' })).toBeDisabled();
    await field.fill('Another');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('button', { name: 'Another', exact: true })).toBeVisible();

    await choose('Another', 'Delete');
    await expect.element(page.getByRole('status')).toHaveTextContent('“Another” is deleted. For a day it can come back.');
    await page.getByRole('button', { name: 'Bring back Another' }).click();
    await page.getByRole('button', { name: 'Another', exact: true }).click();
    await expect.poll(() => state().project.document.name).toBe('Another');
    await expect.poll(() => state().projects.isShown).toBe(false);
  });
});

describe('the question about a project’s file', () => {
  it('says what is in it, whether it fits, and what of it cannot be used here', async () => {
    rendered = await renderPage(<ProjectFileDialog />);
    const offer = {
      name: 'Pets',
      createdAt: '2026-11-28T10:00:00Z',
      classes: Array.from({ length: 14 }, (_, at) => ({ name: `class ${String(at)}`, pictures: at })),
      unlabelled: 3,
      pictures: 94,
      runs: 2,
      heads: 1,
      features: 94,
      featuresFit: false,
      bytes: 5e6,
      needed: 5e6,
      room: 4e6,
    };
    rendered.store.setState({
      projectFile: { phase: 'asking', name: 'pets.zip', progress: null, offer, done: null, error: null },
    });
    const dialog = page.getByRole('dialog', { name: 'Open the project “Pets”?' });
    await expect.element(dialog).toHaveTextContent('94 pictures in 14 classes, 2 runs, 1 trained head');
    await expect.element(dialog).toHaveTextContent('and 2 more classes');
    await expect.element(dialog).toHaveTextContent('5.0 MB of 4.0 MB that are left');
    await expect.element(dialog).toHaveTextContent('made by another browser, version or device');
    await expect.element(page.getByRole('status')).toHaveTextContent('There may not be enough room for it.');
    await expect.element(page.getByRole('button', { name: 'Open it' })).toHaveFocus();
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => state().projectFile.phase).toBe('idle');
  });
});
