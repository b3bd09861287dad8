import { useEffect } from 'react';
import { useActions } from '../store-context';

/** Where the keys mean the text that is being typed. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;
}

/** Ctrl or Cmd with Z takes back, with Shift too (or Ctrl+Y) does again, wherever the focus is but in a text. */
export function useUndoKeys(isOn = true): void {
  const { undo, redo } = useActions();
  useEffect(() => {
    // What cannot be seen is not taken back.
    if (!isOn) return undefined;
    const press = (event: KeyboardEvent): void => {
      const key = event.key.toLowerCase();
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (key === 'z' && !event.shiftKey) undo();
      else if (key === 'z' || (key === 'y' && !event.shiftKey)) redo();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
    };
  }, [isOn, undo, redo]);
}
