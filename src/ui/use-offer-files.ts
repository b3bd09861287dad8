import { useCallback } from 'react';
import type { ListedFile } from '../store/state';
import { useActions, usePage } from './store-context';

type Listed = Promise<readonly ListedFile[]> | readonly ListedFile[];

/**
 * Takes what a person dropped or chose: a project's file is asked about as one, everything else as pictures. Given on the list of projects,
 * pictures begin a new one: the open one is not seen there.
 */
export function useOfferFiles(): (files: readonly File[], listed: Listed) => void {
  const { offerFiles, openProjectFile, newProject } = useActions();
  const isListShown = usePage(({ projects }) => projects.isShown);
  return useCallback(
    (files, listed) => {
      const offer = async (): Promise<void> => {
        if (isListShown) await newProject();
        await offerFiles(listed);
      };
      const [only] = files;
      if (files.length === 1 && only !== undefined && /\.zip$/i.test(only.name)) void openProjectFile(only, offer);
      else void offer();
    },
    [isListShown, offerFiles, openProjectFile, newProject],
  );
}
