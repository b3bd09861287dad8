import { createPortal } from 'react-dom';
import { useId, useRef, useState, type ReactNode } from 'react';
import styles from './term.module.css';
import { terms, type TermName } from './terms';

export interface TermProps {
  readonly name: TermName;
  /** As it reads here; the term itself unless told. */
  readonly children?: ReactNode;
  /** What the button does besides explaining itself, as a heading that sorts. */
  readonly onPress?: () => void;
}

/** Room for the explanation beside the window's edge, pixels. */
const width = 260;

/**
 * A term that explains itself in one sentence: on hover, on focus and on tap. Escape or leaving closes it. The explanation stands at the
 * page's end, so that it is no part of the sentence, label or heading that the term is in.
 */
export function Term({ name, children, onPress }: TermProps) {
  const id = useId();
  const buttonRef = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<{ readonly left: number; readonly top: number } | null>(null);
  const open = () => {
    const bounds = buttonRef.current?.getBoundingClientRect();
    if (bounds === undefined) return;
    setPlace({ left: Math.max(8, Math.min(bounds.left, window.innerWidth - width - 8)), top: bounds.bottom + 4 });
  };
  const close = () => {
    setPlace(null);
  };
  return (
    <>
      <button
        ref={buttonRef}
        type="button"
        className={styles['term']}
        aria-describedby={id}
        onMouseEnter={open}
        onMouseLeave={close}
        onFocus={open}
        onBlur={close}
        onClick={() => {
          open();
          onPress?.();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || place === null) return;
          // Only the explanation goes, not the dialog around it.
          event.stopPropagation();
          close();
        }}
      >
        {children ?? name}
      </button>
      {createPortal(
        <span id={id} role="tooltip" className={styles['words']} hidden={place === null} style={{ ...place, width }}>
          {terms[name]}
        </span>,
        document.body,
      )}
    </>
  );
}
