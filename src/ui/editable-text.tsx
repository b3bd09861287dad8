import { useRef, useState, type KeyboardEvent } from 'react';
import { joinClasses } from './join-classes';
import styles from './editable-text.module.css';

export interface EditableTextProps {
  readonly value: string;
  /** What the text is, such as `Project name`. */
  readonly label: string;
  readonly onChange: (value: string) => void;
  readonly maxLength?: number;
  readonly className?: string;
}

/** A text that becomes an input when it is pressed. Enter and leaving keep the change, Escape drops it. */
export function EditableText({ value, label, onChange, maxLength = 200, className }: EditableTextProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const returnsFocus = useRef(false);

  if (draft === null) {
    return (
      <button
        type="button"
        className={joinClasses(styles['text'], className)}
        title={`${value} (press to rename)`}
        aria-label={`${label}: ${value}. Rename`}
        ref={(button) => {
          if (button === null || !returnsFocus.current) return;
          returnsFocus.current = false;
          button.focus();
        }}
        onClick={() => {
          setDraft(value);
        }}
      >
        {value}
      </button>
    );
  }

  const keep = (): void => {
    setDraft(null);
    if (draft.trim() !== '' && draft.trim() !== value) onChange(draft.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.stopPropagation();
    // Else the same key would press the button that takes the input's place.
    event.preventDefault();
    returnsFocus.current = true;
    if (event.key === 'Enter') keep();
    else setDraft(null);
  };
  return (
    <input
      className={joinClasses(styles['input'], className)}
      aria-label={label}
      value={draft}
      maxLength={maxLength}
      size={Math.max(6, draft.length)}
      // The person just asked to type here.
      ref={(input) => {
        if (input !== null && document.activeElement !== input) {
          input.focus();
          input.select();
        }
      }}
      onChange={(event) => {
        setDraft(event.target.value);
      }}
      onBlur={keep}
      onKeyDown={onKeyDown}
    />
  );
}
