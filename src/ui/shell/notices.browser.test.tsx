import { afterEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { renderPage, type RenderedPage } from '../testing/render-page';
import { Notices } from './notices';

let rendered: RenderedPage;
const codes = () => Array.from(document.querySelectorAll('[data-code]'), (note) => note.getAttribute('data-code'));

afterEach(() => {
  rendered.unmount();
});

it('a newer version offers itself, waits for the end of a run, and can be dismissed; a closed folder can be allowed', async () => {
  rendered = await renderPage(<Notices />);
  const { store } = rendered;
  store.setState((state) => ({ offline: { ...state.offline, newVersion: 'offered' } }));
  await expect.element(page.getByRole('button', { name: 'Reload' })).toBeEnabled();
  expect(codes()).toEqual(['new-version']);
  store.setState((state) => ({ run: { ...state.run, phase: 'paused' } }));
  await expect.element(page.getByRole('button', { name: 'Reload' })).toBeDisabled();
  expect(codes()).toEqual(['new-version-after-run']);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect.poll(codes).toEqual([]);

  const handle = { kind: 'directory', name: 'pets' } as FileSystemDirectoryHandle;
  const folder = { id: 'f', name: 'pets', pictures: 40, bytes: 1000, handle };
  store.setState({
    folders: [
      { ...folder, access: 'prompt' },
      { ...folder, id: 'g', access: 'absent' },
    ],
  });
  await expect.poll(codes).toEqual(['folder-permission', 'folder-absent']);
  await expect.element(page.getByRole('button', { name: 'Let the page read the folder again' })).toBeVisible();
});
