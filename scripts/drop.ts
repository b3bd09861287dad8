import type { Page } from 'playwright';

/** Drops files or folders from the disk, as the operating system does: real files, real directory entries. */
export async function dropPaths(
  page: Page,
  paths: readonly string[],
  at: { readonly x: number; readonly y: number },
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at, data: { items: [], files: [...paths], dragOperationsMask: 1 } });
  }
  await session.detach();
}
