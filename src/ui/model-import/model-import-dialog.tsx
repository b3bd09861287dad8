import { useState } from 'react';
import type { ModelOffer } from '../../domain/model-import';
import { selectModelObstacle } from '../../store/model-import-actions';
import type { PageState } from '../../store/state';
import { Button, Dialog, ErrorNote, ProgressBar } from '../primitives';
import { useActions, usePage } from '../store-context';
import { useKeptFocus } from '../use-kept-focus';
import { formatBytes } from '../words';
import { FileSection } from './file-section';
import { createHeadDraft, type HeadDraft } from './head-choice';
import { HubSection } from './hub-section';
import styles from './model-import.module.css';
import { problemOfNames } from './offer-words';
import { OfferView } from './offer-view';
import { WeightsSection } from './weights-section';

/** Why no other model can come into force now, in words; null where it can. */
function selectReason(state: PageState): string | null {
  const obstacle = selectModelObstacle(state);
  return obstacle === null ? null : `${obstacle.message} ${obstacle.remedy}`;
}

/** What is in the way only for a moment keeps nobody from reading or fetching. */
function selectIsClosed(state: PageState): boolean {
  const obstacle = selectModelObstacle(state);
  return obstacle !== null && obstacle.code !== 'busy';
}

type Place = 'weights' | 'hub' | 'file';

/** Weights other than the page’s own, and models with their heads: what is in force, what is kept, and two ways in. */
export function ModelImportDialog() {
  const { phase, offer } = usePage(({ modelImport }) => modelImport);
  const { closeModelDialog } = useActions();
  const shown = phase === 'offered' || phase === 'taking' ? offer : null;
  const [held, setHeld] = useState<{ readonly offer: ModelOffer; readonly draft: HeadDraft } | null>(null);
  // What the person says of a head is of that offer alone.
  if (shown !== null && held?.offer !== shown) setHeld({ offer: shown, draft: createHeadDraft(shown) });
  const isOffered = shown !== null && held?.offer === shown;
  return (
    <Dialog
      heading="Bring a model in"
      isOpen
      onOpenChange={closeModelDialog}
      actions={
        isOffered ? (
          <OfferActions offer={shown} draft={held.draft} />
        ) : (
          <Button isDisabled={phase === 'taking'} onPress={closeModelDialog}>
            Close
          </Button>
        )
      }
    >
      {isOffered ? (
        <OfferView
          offer={shown}
          draft={held.draft}
          isReadOnly={phase === 'taking'}
          onDraft={(draft) => {
            setHeld({ offer: shown, draft });
          }}
        />
      ) : (
        <WaysIn />
      )}
    </Dialog>
  );
}

function WaysIn() {
  const phase = usePage(({ modelImport }) => modelImport.phase);
  const error = usePage(({ modelImport }) => modelImport.error);
  const reason = usePage(selectReason);
  const isClosed = usePage(selectIsClosed);
  const [place, setPlace] = useState<Place>('file');
  const kept = usePage(({ modelImport }) => modelImport.kept);
  // Buttons go when they have done their work: Fetch and Cancel with the phase, Remove with what it removed.
  const body = useKeptFocus<HTMLDivElement>(`${phase} ${kept.map(({ id }) => id).join(' ')}`);
  const shownAt: Place = error?.code.startsWith('hub-weights-') === true ? 'hub' : place;
  const at = (one: Place) => ({
    isDisabled: (one === 'weights' ? reason !== null : isClosed) || phase !== 'open',
    error: shownAt === one ? error : null,
    onBegin: () => {
      setPlace(one);
    },
  });
  return (
    <div ref={body} tabIndex={-1} className={styles['body']}>
      {reason === null ? null : (
        <p role="status" className={styles['reason']}>
          {reason}
        </p>
      )}
      <WeightsSection {...at('weights')} />
      <HubSection {...at('hub')} />
      <FileSection {...at('file')} />
    </div>
  );
}

/** What becomes of the offer, how far it is, and why not. */
function OfferActions({ offer, draft }: { readonly offer: ModelOffer; readonly draft: HeadDraft }) {
  const { phase, progress, error } = usePage(({ modelImport }) => modelImport);
  const reason = usePage(selectReason);
  const { takeModel, cancelModel, openModelDialog, closeModelDialog } = useActions();
  const isTaking = phase === 'taking';
  const hasSomething = draft.isTaken || (offer.backbone !== null && !offer.backbone.isInForce);
  const problem = draft.isTaken ? problemOfNames(draft.classNames) : null;
  return (
    <>
      {isTaking || error !== null || reason !== null ? (
        <div className={styles['status']}>
          {isTaking ? (
            <ProgressBar
              label="Putting it in force"
              showLabel
              share={progress === null || progress.total === 0 ? null : progress.done / progress.total}
              valueText={progress?.stage === 'keeping' ? `${formatBytes(progress.done)} of ${formatBytes(progress.total)}` : ''}
            />
          ) : null}
          {error === null ? null : <ErrorNote record={error} />}
          {reason === null ? null : (
            <p role="status" className={styles['words']}>
              {reason}
            </p>
          )}
        </div>
      ) : null}
      {isTaking ? (
        <Button autoFocus onPress={cancelModel}>
          Cancel
        </Button>
      ) : (
        <Button
          onPress={() => {
            closeModelDialog();
            void openModelDialog();
          }}
        >
          Back
        </Button>
      )}
      <Button
        look="primary"
        isDisabled={isTaking || !hasSomething || problem !== null || reason !== null}
        onPress={() => {
          const classNames = draft.classNames.map((name) => name.trim());
          void takeModel({ withHead: draft.isTaken, ...(draft.isTaken ? { classNames } : {}) });
        }}
      >
        Take it
      </Button>
    </>
  );
}
