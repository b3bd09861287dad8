import { useCallback } from 'react';
import { areModelFiles } from '../domain/recognise/model-files';
import type { ListedFile } from '../store/state';
import { useActions, usePage } from './store-context';

type Listed = Promise<readonly ListedFile[]> | readonly ListedFile[];

/**
 * Takes what a person dropped or chose: a project's file is asked about as one, a model's too, everything else as pictures. Given on the
 * list of projects, pictures and models begin a new one: the open one is not seen there.
 */
export function useOfferFiles(): (files: readonly File[], listed: Listed) => void {
  const { offerFiles, openProjectFile, newProject, readModel } = useActions();
  const isListShown = usePage(({ projects }) => projects.isShown);
  return useCallback(
    (files, listed) => {
      const offer = async (): Promise<void> => {
        if (isListShown) await newProject();
        await offerFiles(listed);
      };
      if (areModelFiles(files.map(({ name }) => name))) {
        const read = async (): Promise<void> => {
          if (isListShown) await newProject();
          await readModel(files);
        };
        void read();
        // Nobody waits for the list then.
        void Promise.resolve(listed).catch(() => undefined);
        return;
      }
      const [only] = files;
      if (files.length === 1 && only !== undefined && /\.zip$/i.test(only.name)) void openProjectFile(only, offer);
      else void offer();
    },
    [isListShown, offerFiles, openProjectFile, newProject, readModel],
  );
}
