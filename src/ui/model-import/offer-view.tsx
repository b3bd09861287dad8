import { useEffect, useRef } from 'react';
import type { ModelOffer } from '../../domain/model-import';
import { ErrorNote } from '../primitives';
import { usePage } from '../store-context';
import styles from './model-import.module.css';
import { selectTaking } from './select-taking';
import {
  describeConvolutions,
  describeDifferences,
  describeIgnored,
  describePrecision,
  describeScaling,
  describeSource,
  describeTaking,
} from './offer-words';
import { HeadChoice, type HeadDraft } from './head-choice';

export interface OfferViewProps {
  readonly offer: ModelOffer;
  readonly draft: HeadDraft;
  readonly isReadOnly: boolean;
  readonly onDraft: (draft: HeadDraft) => void;
}

function trainedBy(offer: ModelOffer): string {
  const { head } = offer;
  if (head === null) return 'none: a new one is trained on these weights';
  const by = head.trainedBy === null ? '' : `, trained by ${head.trainedBy === 'pytorch' ? 'train.py in PyTorch' : 'this app'}`;
  const norm =
    head.featureNorm !== null
      ? `; features are scaled to the length ${String(head.featureNorm)} before it`
      : head.trainedBy === null
        ? '; whether features were scaled before it the file does not say: they are taken as they are'
        : '';
  return `${String(head.classes)} classes${by}${norm}`;
}

/** What a model holds, what differs, and what taking it changes; nothing is changed before it is taken. */
export function OfferView({ offer, draft, isReadOnly, onDraft }: OfferViewProps) {
  const host = usePage(({ modelImport }) => modelImport.hub?.host ?? '');
  const sentences = describeTaking({ offer, withHead: draft.isTaken, ...usePage(selectTaking) });
  const differences = describeDifferences(offer.differences);
  const ignored = describeIgnored(offer.ignored);
  const heading = useRef<HTMLHeadingElement>(null);
  // It came in place of what was pressed: whoever reads by ear is told what was found.
  useEffect(() => {
    heading.current?.focus();
  }, [offer]);
  return (
    <div className={styles['offer']}>
      <h3 ref={heading} tabIndex={-1}>
        What was found: {offer.title}
      </h3>
      <dl className={styles['facts']}>
        <dt>From</dt>
        <dd>{describeSource(offer.source, host)}</dd>
        <dt>Convolutions</dt>
        <dd>{describeConvolutions(offer)}</dd>
        {offer.backbone === null ? null : (
          <>
            <dt>Input scaling</dt>
            <dd>{describeScaling(offer)}</dd>
          </>
        )}
        <dt>Values</dt>
        <dd>{describePrecision(offer.precision)}</dd>
        <dt>Head</dt>
        <dd>{trainedBy(offer)}</dd>
        {ignored === null ? null : (
          <>
            <dt>Not used</dt>
            <dd>{ignored}</dd>
          </>
        )}
      </dl>
      {differences.length === 0 ? null : <Sentences heading="What this page does otherwise" sentences={differences} />}
      {offer.headProblem === undefined || offer.headProblem === null ? null : (
        <ErrorNote record={offer.headProblem} tone="warn" />
      )}
      {offer.head === null ? null : <HeadChoice offer={offer} draft={draft} isReadOnly={isReadOnly} onDraft={onDraft} />}
      {sentences.length === 0 ? (
        <p className={styles['words']}>These weights are in force already: there is nothing to take.</p>
      ) : (
        <Sentences heading="What taking it changes" sentences={sentences} />
      )}
    </div>
  );
}

function Sentences({ heading, sentences }: { readonly heading: string; readonly sentences: readonly string[] }) {
  return (
    <div className={styles['sentences']}>
      <h3>{heading}</h3>
      <ul className={styles['list']}>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
