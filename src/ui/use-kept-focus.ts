import { useEffect, useRef, type RefObject } from 'react';

/**
 * Takes the focus when it is lost: a button that goes when it has done its work would leave the dialog around it deaf to Escape.
 * `change` is what may take such a button away. The element needs a tabIndex of -1.
 */
export function useKeptFocus<T extends HTMLElement>(change: unknown): RefObject<T | null> {
  const ref = useRef<T>(null);
  useEffect(() => {
    if (document.activeElement === document.body) ref.current?.focus();
  }, [change]);
  return ref;
}
