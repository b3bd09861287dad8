import { useEffect, useState } from 'react';
import { usePictureInput } from '../picture-input';
import { useActions } from '../store-context';

/** Milliseconds without a dragover after which the drag has left the page. */
const leftAfterMs = 200;

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}

/**
 * The whole page takes drops of folders and pictures, and pictures pasted are tried. A part of the page with a use of its own for
 * a drop stops the event there. True while files are dragged over the page.
 */
export function usePageInput(): boolean {
  const { readDrop } = usePictureInput();
  const { offerFiles, tryFile } = useActions();
  const [isDragging, setDragging] = useState(false);

  useEffect(() => {
    let timer = 0;
    const leave = (): void => {
      clearTimeout(timer);
      setDragging(false);
    };
    const watch = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      setDragging(true);
      clearTimeout(timer);
      timer = window.setTimeout(leave, leftAfterMs);
    };
    const permit = (event: DragEvent): void => {
      if (carriesFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event) || event.defaultPrevented || event.dataTransfer === null) return;
      event.preventDefault();
      void offerFiles(readDrop(event.dataTransfer));
    };
    const paste = (event: ClipboardEvent): void => {
      const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (picture === undefined || event.defaultPrevented) return;
      event.preventDefault();
      void tryFile(picture);
    };
    addEventListener('dragover', watch, { capture: true });
    addEventListener('drop', leave, { capture: true });
    addEventListener('dragover', permit);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      clearTimeout(timer);
      removeEventListener('dragover', watch, { capture: true });
      removeEventListener('drop', leave, { capture: true });
      removeEventListener('dragover', permit);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, [readDrop, offerFiles, tryFile]);

  return isDragging;
}
