import { useEffect, useRef, useState } from 'react';
import { toHeadstartError, type ErrorRecord } from '../../domain/errors';
import type { ShownMaps } from '../../domain/look/layer-maps';
import { useActions, usePage } from '../store-context';
import type { LookedPicture } from './picture-choice';

export interface LayerMapsAnswer {
  /** Of the layer and picture asked for; null until they come. */
  readonly maps: ShownMaps | null;
  readonly error: ErrorRecord | null;
  readonly isBusy: boolean;
  readonly retry: () => void;
  readonly cancel: () => void;
}

interface Question {
  readonly picture: LookedPicture | null;
  readonly layerIndex: number | null;
  readonly attempt: number;
  readonly runId: string | null;
}

interface Answer extends Question {
  readonly maps: ShownMaps | null;
  readonly error: ErrorRecord | null;
}

function answers(answer: Answer, question: Question): boolean {
  const keys = ['picture', 'layerIndex', 'attempt', 'runId'] as const;
  return keys.every((key) => answer[key] === question[key]);
}

/** Asks for what a picture excites in a layer; asking for another gives up the one before. */
export function useLayerMaps(picture: LookedPicture | null, layerIndex: number | null): LayerMapsAnswer {
  const { layerMaps } = useActions();
  // Another head may have another backbone.
  const runId = usePage(({ headRun }) => headRun?.id ?? null);
  const [last, setLast] = useState<Answer | null>(null);
  const [attempt, setAttempt] = useState(0);
  const present = useRef<AbortController | null>(null);
  useEffect(() => {
    if (picture === null || layerIndex === null) return undefined;
    const abort = new AbortController();
    present.current = abort;
    const question = { picture, layerIndex, attempt, runId };
    const looked = picture.kind === 'file' ? { file: picture.file } : { sampleId: picture.sampleId };
    layerMaps(looked, layerIndex, abort.signal).then(
      (maps) => {
        if (present.current === abort) setLast({ ...question, maps, error: null });
      },
      (thrown: unknown) => {
        if (present.current === abort) setLast({ ...question, maps: null, error: toHeadstartError(thrown).toRecord() });
      },
    );
    return () => {
      abort.abort();
      present.current = null;
    };
  }, [layerMaps, picture, layerIndex, attempt, runId]);
  const isAsked = picture !== null && layerIndex !== null;
  const answer = isAsked && last !== null && answers(last, { picture, layerIndex, attempt, runId }) ? last : null;
  return {
    maps: answer?.maps ?? null,
    error: answer?.error ?? null,
    isBusy: isAsked && answer === null,
    retry: () => {
      setAttempt(attempt + 1);
    },
    cancel: () => {
      present.current?.abort();
    },
  };
}
