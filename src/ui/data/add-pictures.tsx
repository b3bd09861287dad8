import { FileTrigger } from 'react-aria-components';
import { Button } from '../primitives';
import { usePictureInput } from '../picture-input';
import { useActions } from '../store-context';
import { useOfferFiles } from '../use-offer-files';

export function ChooseFolderButton() {
  const { readFiles } = usePictureInput();
  const { offerFiles } = useActions();
  return (
    <FileTrigger
      acceptDirectory
      onSelect={(files) => {
        if (files !== null) void offerFiles(readFiles(files));
      }}
    >
      <Button>Choose a folder</Button>
    </FileTrigger>
  );
}

export function ChooseFilesButton() {
  const { readFiles } = usePictureInput();
  const offer = useOfferFiles();
  return (
    <FileTrigger
      allowsMultiple
      onSelect={(files) => {
        if (files !== null) offer([...files], readFiles(files));
      }}
    >
      <Button>Choose files</Button>
    </FileTrigger>
  );
}
