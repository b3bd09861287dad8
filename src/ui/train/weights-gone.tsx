import { shippedBackboneId } from '../../domain/model-import';
import { Button, ErrorNote } from '../primitives';
import { useActions, usePage } from '../store-context';

/** The project stands on weights that are not on this device: two ways on. */
export function WeightsGone() {
  const problem = usePage(({ modelImport }) => modelImport.problem);
  const isReader = usePage(({ access }) => access === 'reader');
  // An action and no hook, for all its name.
  const { openModelDialog, useBackbone: putInForce } = useActions();
  if (problem === null) return null;
  return (
    <ErrorNote
      record={problem}
      action={
        <>
          <Button small onPress={() => void openModelDialog()}>
            Bring them in…
          </Button>
          <Button small isDisabled={isReader} onPress={() => void putInForce(shippedBackboneId)}>
            Use the page’s own
          </Button>
        </>
      }
    />
  );
}
