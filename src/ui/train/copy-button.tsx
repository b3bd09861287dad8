import { useEffect, useState } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import { Button } from '../primitives';

/** Plain http has no clipboard API; the old command still works there. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  // Deprecated, and the only way without a secure context.
  const commands: { execCommand(name: string): boolean } = document;
  const copied = commands.execCommand('copy');
  area.remove();
  return copied;
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

const words = { ready: 'Copy', copied: 'Copied', failed: 'Not copied' } as const;

export interface CopyButtonProps {
  /** What is copied, for the button's name: `log`. */
  readonly subject: string;
  readonly getText: () => string;
}

/** Copies a text and says so for two seconds. */
export function CopyButton({ subject, getText }: CopyButtonProps) {
  const [state, setState] = useState<keyof typeof words>('ready');
  useEffect(() => {
    if (state === 'ready') return undefined;
    const timer = setTimeout(() => {
      setState('ready');
    }, 2000);
    return () => {
      clearTimeout(timer);
    };
  }, [state]);
  return (
    <>
      <Button
        small
        aria-label={`${words[state]} ${subject}`}
        onPress={() => {
          void copyText(getText()).then((copied) => {
            setState(copied ? 'copied' : 'failed');
          });
        }}
      >
        {words[state]}
      </Button>
      <VisuallyHidden role="status">{state === 'ready' ? '' : words[state]}</VisuallyHidden>
    </>
  );
}
