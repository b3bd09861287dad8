import { useRef, useState } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { joinClasses } from '../join-classes';
import { usePictureInput } from '../picture-input';
import { Button } from '../primitives';
import menuStyles from '../shell/menu.module.css';
import { useActions } from '../store-context';
import { useOfferFiles } from '../use-offer-files';
import { HubDialog } from './hub-dialog';
import { ClearDialog } from './remove-dialogs';

/** `Add pictures`, with everything that the empty column offers, and the way back to it. */
export function AddMenu({ isDisabled, onRecord }: { readonly isDisabled: boolean; readonly onRecord: () => void }) {
  const { readFiles } = usePictureInput();
  const { addDrawings, askKaggle, exportDataset } = useActions();
  const offer = useOfferFiles();
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [isClearing, setClearing] = useState(false);
  const [isFetching, setFetching] = useState(false);

  const act = (id: string): void => {
    if (id === 'folder') folder.current?.click();
    if (id === 'files') files.current?.click();
    if (id === 'drawings') void addDrawings();
    if (id === 'photos') void askKaggle();
    if (id === 'camera') onRecord();
    if (id === 'hub') setFetching(true);
    if (id === 'save') void exportDataset();
    if (id === 'clear') setClearing(true);
  };
  const take = (input: HTMLInputElement): void => {
    if (input.files !== null && input.files.length > 0) offer([...input.files], readFiles([...input.files]));
    // So that the same folder can be chosen again.
    input.value = '';
  };
  return (
    <>
      <MenuTrigger>
        <Button isDisabled={isDisabled}>Add pictures</Button>
        <Popover className={menuStyles['popover'] ?? ''} placement="bottom end">
          <Menu
            className={menuStyles['menu'] ?? ''}
            onAction={(id) => {
              act(String(id));
            }}
          >
            <MenuItem id="folder" className={menuStyles['item'] ?? ''}>
              Choose a folder
            </MenuItem>
            <MenuItem id="files" className={menuStyles['item'] ?? ''}>
              Choose files
            </MenuItem>
            <MenuItem id="camera" className={menuStyles['item'] ?? ''}>
              Record with the camera…
            </MenuItem>
            <MenuItem id="drawings" className={menuStyles['item'] ?? ''}>
              Add the sample drawings
            </MenuItem>
            <MenuItem id="photos" className={menuStyles['item'] ?? ''}>
              Get 500 cats and dogs…
            </MenuItem>
            <MenuItem id="hub" className={menuStyles['item'] ?? ''}>
              From Hugging Face…
            </MenuItem>
            <MenuItem id="save" className={menuStyles['item'] ?? ''}>
              Save pictures and labels as a ZIP…
            </MenuItem>
            <MenuItem id="clear" className={joinClasses(menuStyles['item'], menuStyles['danger'])}>
              Remove all pictures…
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder of pictures"
        // React knows no property for it.
        {...{ webkitdirectory: '' }}
        onChange={(event) => {
          take(event.currentTarget);
        }}
      />
      <input
        ref={files}
        type="file"
        hidden
        multiple
        aria-label="Pictures"
        onChange={(event) => {
          take(event.currentTarget);
        }}
      />
      {isFetching ? (
        <HubDialog
          onClose={() => {
            setFetching(false);
          }}
        />
      ) : null}
      {isClearing ? (
        <ClearDialog
          onClose={() => {
            setClearing(false);
          }}
        />
      ) : null}
    </>
  );
}
