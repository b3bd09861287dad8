import { Button, Dialog } from '../primitives';
import proseStyles from '../shell/prose.module.css';
import { useActions, usePage } from '../store-context';
import { formatBytes } from '../words';

/** Asks before anything is downloaded: what, how much, from where. */
export function KaggleDialog() {
  const plan = usePage(({ ingest }) => ingest.kagglePlan);
  const { acceptKaggle, declineKaggle } = useActions();
  if (plan === null) return null;
  const pictures = (plan.picturesPerClass * 2).toLocaleString('en-GB');
  return (
    <Dialog
      heading={`Download ${pictures} photos?`}
      role="alertdialog"
      size="small"
      isOpen
      onOpenChange={declineKaggle}
      actions={
        <>
          <Button onPress={declineKaggle}>Do not download</Button>
          <Button look="primary" onPress={() => void acceptKaggle()}>
            Download about {formatBytes(plan.bytes)}
          </Button>
        </>
      }
    >
      <div className={proseStyles['prose']}>
        <p>
          <b>What:</b> {plan.picturesPerClass.toLocaleString('en-GB')} cats and {plan.picturesPerClass.toLocaleString('en-GB')}{' '}
          dogs of Kaggle’s “Cats vs. Dogs”, the public dataset <b>{plan.dataset}</b>.
        </p>
        <p>
          <b>From:</b> {plan.host} (Hugging Face), about {formatBytes(plan.bytes)}. That server learns your network address, as
          with any download; none of your pictures is sent.
        </p>
      </div>
    </Dialog>
  );
}
