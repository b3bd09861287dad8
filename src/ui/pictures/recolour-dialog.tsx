import { Button, ClassSwatch, Dialog } from '../primitives';
import { paletteSize } from '../palette';
import { useActions, usePage } from '../store-context';
import styles from './pictures.module.css';

/** Chooses a class' mark. Where another class has it, the two change places. */
export function RecolourDialog({ className, onClose }: { readonly className: string; readonly onClose: () => void }) {
  const colours = usePage(({ project }) => project.document.classColours);
  const { dispatch } = useActions();
  const own = colours[className];
  const owners = new Map(Object.entries(colours).map(([name, colour]) => [colour, name]));
  // A class beyond the palette keeps its place among the choices.
  const choices = [...new Set([...Array.from({ length: paletteSize }, (_, at) => at), own ?? 0])];
  return (
    <Dialog
      heading={`Colour of “${className}”`}
      size="small"
      isOpen
      onOpenChange={onClose}
      actions={<Button onPress={onClose}>Cancel</Button>}
    >
      <div className={styles['swatches']} role="group" aria-label="Colours">
        {choices.map((colour) => {
          const owner = owners.get(colour);
          const words = `Colour ${String(colour + 1)}${owner === undefined || owner === className ? '' : `, now of ${owner}`}`;
          return (
            <button
              key={colour}
              type="button"
              className={styles['swatch']}
              aria-label={words}
              title={words}
              aria-pressed={colour === own}
              onClick={() => {
                // Before the change: lanes are told apart by their colours.
                onClose();
                dispatch({ kind: 'recolour-class', className, colour });
              }}
            >
              <ClassSwatch paletteIndex={colour} size={20} />
            </button>
          );
        })}
      </div>
      <p className={styles['muted']}>A colour that another class has is exchanged with it.</p>
    </Dialog>
  );
}
