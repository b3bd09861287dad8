import { Suspense, useState, type ReactNode } from 'react';
import { Button } from './primitives';

export interface DialogButtonProps {
  readonly label: string;
  readonly small?: boolean;
  /** The dialog, there while it is open; it may be a chunk of its own. */
  readonly children: (close: () => void) => ReactNode;
}

/** Opens a dialog. */
export function DialogButton({ label, small = false, children }: DialogButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button
        small={small}
        onPress={() => {
          setIsOpen(true);
        }}
      >
        {label}
      </Button>
      {isOpen ? (
        <Suspense>
          {children(() => {
            setIsOpen(false);
          })}
        </Suspense>
      ) : null}
    </>
  );
}
