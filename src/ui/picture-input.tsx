import { createContext, useContext, type ReactNode } from 'react';
import type { ListedFile } from '../store/state';

/** How what a person drops or chooses becomes a list of files; given by the composition root. */
export interface PictureInput {
  /** Must be called while the drop event is handled: its items are gone afterwards. */
  readDrop(transfer: DataTransfer): Promise<readonly ListedFile[]>;
  readFiles(files: FileList | readonly File[]): readonly ListedFile[];
}

const PictureInputContext = createContext<PictureInput | null>(null);

export function PictureInputProvider({ input, children }: { readonly input: PictureInput; readonly children: ReactNode }) {
  return <PictureInputContext value={input}>{children}</PictureInputContext>;
}

export function usePictureInput(): PictureInput {
  const input = useContext(PictureInputContext);
  if (input === null) throw new Error('A component of the page stands outside PictureInputProvider.');
  return input;
}
