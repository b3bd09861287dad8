import type { ErrorRecord } from '../../domain/errors';

/** What every part of the dialog is given. */
export interface SectionProps {
  /** Nothing can be done now; the dialog says why. */
  readonly isDisabled: boolean;
  /** What went wrong here. */
  readonly error: ErrorRecord | null;
  /** Something is begun here: what goes wrong is shown here. */
  readonly onBegin: () => void;
}
