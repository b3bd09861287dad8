import { useState } from 'react';
import { Button, Dialog, Field } from '../primitives';
import { useActions } from '../store-context';

export interface RenameProjectDialogProps {
  readonly id: string;
  readonly name: string;
  readonly onClose: () => void;
}

/** A project's name, where the header has no room for it or another project is open. */
export function RenameProjectDialog({ id, name, onClose }: RenameProjectDialogProps) {
  const { renameProject } = useActions();
  const [draft, setDraft] = useState(name);
  const isEmpty = draft.trim() === '';
  const keep = (): void => {
    void renameProject(id, draft);
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
          <Button look="primary" isDisabled={isEmpty} onPress={keep}>
            Rename
          </Button>
        </>
      }
    >
      <Field label="Project name" error={isEmpty ? 'A project needs a name.' : null}>
        {(control) => (
          <input
            {...control}
            value={draft}
            maxLength={200}
            onChange={(event) => {
              setDraft(event.target.value);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !isEmpty) keep();
            }}
          />
        )}
      </Field>
    </Dialog>
  );
}
