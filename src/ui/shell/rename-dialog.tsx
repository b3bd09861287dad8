import { useState } from 'react';
import { Button, Dialog, Field } from '../primitives';
import { useActions, usePage } from '../store-context';

/** The project's name, where the header has no room for it. */
export function RenameDialog({ onClose }: { readonly onClose: () => void }) {
  const present = usePage(({ project }) => project.document.name);
  const { dispatch } = useActions();
  const [name, setName] = useState(present);
  const keep = (): void => {
    dispatch({ kind: 'name-project', name });
    onClose();
  };
  return (
    <Dialog
      heading="Rename the project"
      size="small"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isDisabled={name.trim() === ''} onPress={keep}>
            Rename
          </Button>
        </>
      }
    >
      <Field label="Project name" error={name.trim() === '' ? 'A project needs a name.' : null}>
        {(control) => (
          <input
            {...control}
            value={name}
            maxLength={200}
            onChange={(event) => {
              setName(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && name.trim() !== '') keep();
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}
