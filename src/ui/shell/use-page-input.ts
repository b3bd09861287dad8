import { useCallback, useEffect, useState } from 'react';
import { usePictureInput } from '../picture-input';
import { useActions } from '../store-context';
import { useOfferFiles } from '../use-offer-files';

/** Milliseconds without a dragover after which the drag has left the page. */
const leftAfterMs = 200;

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}

const pictureName = /\.(jpe?g|png|webp|gif|avif|bmp|hei[cf])$/i;

function isPicture({ type, name }: File): boolean {
  return type.startsWith('image/') || pictureName.test(name);
}

/** Text typed into a field is the field's, and nothing to complain of. */
function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName));
}

/** Who works in the Try column wants to know what the picture is. */
function isInTry(): boolean {
  return (document.activeElement?.closest('[data-step="3"]') ?? null) !== null;
}

export interface PageInput {
  /** Files are dragged over the page. */
  readonly isDragging: boolean;
  /** Pictures that were pasted and wait to be told where they go. */
  readonly pasted: readonly File[];
  readonly forgetPasted: () => void;
}

/**
 * The whole page takes drops of folders and pictures, and pictures pasted: into the Try column, when the focus is there, else where
 * the person says. A part of the page with a use of its own for a drop stops the event there.
 */
export function usePageInput(): PageInput {
  const { readDrop } = usePictureInput();
  const { tryFile, refusePaste } = useActions();
  const offer = useOfferFiles();
  const [isDragging, setDragging] = useState(false);
  const [pasted, setPasted] = useState<readonly File[]>([]);

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
      offer([...event.dataTransfer.files], readDrop(event.dataTransfer));
    };
    const paste = (event: ClipboardEvent): void => {
      if (event.defaultPrevented || event.clipboardData === null) return;
      const files = [...event.clipboardData.files];
      const pictures = files.filter(isPicture);
      if (files.length === 0 && isTextField(event.target)) return;
      event.preventDefault();
      const [first] = pictures;
      if (files.length === 0) refusePaste();
      // Folders, archives and lists of labels are read as if they were dropped.
      else if (first === undefined || pictures.length < files.length) offer(files, readDrop(event.clipboardData));
      else if (pictures.length === 1 && isInTry()) void tryFile(first);
      else setPasted((former) => [...former, ...pictures]);
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
  }, [readDrop, offer, tryFile, refusePaste]);

  const forgetPasted = useCallback(() => {
    setPasted([]);
  }, []);
  return { isDragging, pasted, forgetPasted };
}
