import { useState, type DragEvent } from 'react';
import { useActions } from '../store-context';
import { countOf } from '../words';

/** Says that pictures of this page are dragged; which ones is kept here, since a drag may not be read before it is dropped. */
const dragType = 'application/x-headstart-pictures';

let dragged: readonly string[] = [];

/** Begins to drag these pictures. */
export function startPictureDrag(event: DragEvent, ids: readonly string[]): void {
  dragged = ids;
  event.dataTransfer.setData(dragType, String(ids.length));
  event.dataTransfer.effectAllowed = 'move';
  if (ids.length < 2) return;
  const count = document.createElement('div');
  count.textContent = countOf(ids.length, 'picture');
  count.style.cssText =
    'position:fixed;top:-100px;padding:6px 12px;border-radius:99px;background:var(--accent);color:var(--accent-ink)';
  document.body.append(count);
  event.dataTransfer.setDragImage(count, -8, -8);
  // The browser has taken its picture by the next task.
  setTimeout(() => {
    count.remove();
  });
}

export interface PictureDropTarget {
  readonly isOver: boolean;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: (event: DragEvent) => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** What makes an element a place to drop pictures of this page on: they move to its class; null takes their label. */
export function usePictureDrop(className: string | null): PictureDropTarget {
  const [isOver, setOver] = useState(false);
  const { dispatch } = useActions();
  return {
    isOver,
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(dragType)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'move';
      setOver(true);
    },
    onDragLeave: (event) => {
      if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return;
      setOver(false);
    },
    onDrop: (event) => {
      setOver(false);
      if (!event.dataTransfer.types.includes(dragType)) return;
      event.preventDefault();
      dispatch({ kind: 'move-samples', ids: dragged, className });
      dragged = [];
    },
  };
}
