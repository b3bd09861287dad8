import { useState } from 'react';
import { normaliseClassName } from '../../domain/commands';
import { Button, Dialog, Field } from '../primitives';
import { useActions, usePage } from '../store-context';

/** Names a class that has no pictures yet. */
export function NewClassDialog({ onClose }: { readonly onClose: () => void }) {
  const classNames = usePage(({ project }) => project.document.classNames);
  const { dispatch } = useActions();
  const [text, setText] = useState('');
  const name = normaliseClassName(text);
  const isTaken = classNames.includes(name);
  const add = (): void => {
    if (name === '' || isTaken) return;
    dispatch({ kind: 'add-class', className: name });
    onClose();
  };
  return (
    <Dialog
      heading="New class"
      size="small"
      isOpen
      onOpenChange={onClose}
      actions={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isDisabled={name === '' || isTaken} onPress={add}>
            Add
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Field
          label="Name"
          error={isTaken ? 'There is a class of this name already.' : null}
          hint="It stays while it is empty; drag or move pictures to it."
        >
          {(control) => (
            <input
              {...control}
              value={text}
              maxLength={200}
              autoFocus
              dir="auto"
              onChange={(event) => {
                setText(event.target.value);
              }}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
