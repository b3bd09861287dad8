/** What TypeScript's library does not know: Chromium asks, others have no handles that need it. */
interface AskingHandle {
  requestPermission(options: { readonly mode: 'read' }): Promise<PermissionState>;
}

function asks(handle: object): handle is AskingHandle {
  return 'requestPermission' in handle;
}

/** Within a click. What the person answered is found out by trying to read. */
export async function askToReadFolder(folder: FileSystemDirectoryHandle): Promise<void> {
  if (asks(folder)) await folder.requestPermission({ mode: 'read' });
}

/** Firefox asks the person; Chromium and Safari decide by themselves. What came of it stands in the storage's report. */
export async function askToKeep(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // Plain http, or a browser without it: nothing is promised.
  }
}
