import { FileTrigger } from 'react-aria-components';
import { Button } from '../primitives';
import { usePictureInput } from '../picture-input';
import { useActions } from '../store-context';

export interface AddButtonProps {
  readonly isDisabled?: boolean;
  readonly look?: 'primary' | 'normal';
}

export function ChooseFolderButton({ isDisabled = false, look = 'normal' }: AddButtonProps) {
  const { readFiles } = usePictureInput();
  const { addFiles } = useActions();
  return (
    <FileTrigger
      acceptDirectory
      onSelect={(files) => {
        if (files !== null) void addFiles(readFiles(files));
      }}
    >
      <Button look={look} isDisabled={isDisabled}>
        Choose a folder
      </Button>
    </FileTrigger>
  );
}

export function ChooseFilesButton({ isDisabled = false }: AddButtonProps) {
  const { readFiles } = usePictureInput();
  const { addFiles } = useActions();
  return (
    <FileTrigger
      allowsMultiple
      onSelect={(files) => {
        if (files !== null) void addFiles(readFiles(files));
      }}
    >
      <Button isDisabled={isDisabled}>Choose files</Button>
    </FileTrigger>
  );
}
