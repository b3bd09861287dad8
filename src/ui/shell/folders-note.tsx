import { describeError } from '../../domain/errors';
import { Button, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';

/** Pictures that were left in their folder: the browser asks again at each visit, and a folder may be gone. */
export function FoldersNote() {
  const folders = usePage((state) => state.folders);
  const { allowFolders } = useActions();
  const closed = folders.filter(({ access }) => access === 'prompt' || access === 'denied');
  const absent = folders.filter(({ access }) => access === 'absent');
  const names = (some: typeof folders): string => some.map(({ name }) => `“${name}”`).join(', ');
  return (
    <>
      {closed.length === 0 ? null : (
        <ErrorNote
          record={describeError('folder-permission', { names: names(closed) })}
          tone="warn"
          action={
            <Button small onPress={() => void allowFolders()}>
              Let the page read the folder again
            </Button>
          }
        />
      )}
      {absent.length === 0 ? null : <ErrorNote record={describeError('folder-absent', { names: names(absent) })} tone="warn" />}
    </>
  );
}
