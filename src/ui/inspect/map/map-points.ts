import type { Sample } from '../../../domain/dataset';
import type { Projection } from '../../../domain/evaluation/projection';

/** What heads that did not see a picture said of it. */
export type Judgements = ReadonlyMap<string, { readonly className: string; readonly isWrong: boolean }>;

/** The palette position of a picture without a label. */
export const unlabelled = -1;

/** Pictures on a plane, as arrays that are gone through in every frame: point `i` is `samples[i]`. */
export interface MapPoints {
  readonly samples: readonly Sample[];
  /** Sample id -> point. */
  readonly places: ReadonlyMap<string, number>;
  readonly xs: Float32Array;
  /** Upwards. */
  readonly ys: Float32Array;
  /** Palette positions of the classes, `unlabelled` for none. */
  readonly palette: Int16Array;
  /** 1 where the label is not what was predicted without having seen the picture. */
  readonly wrong: Uint8Array;
}

/** Those of the projection's pictures that are still here. */
export function createMapPoints(
  { sampleIds, positions }: Projection,
  samples: ReadonlyMap<string, Sample>,
  colours: Readonly<Record<string, number>>,
  judgements: Judgements,
): MapPoints {
  const kept = sampleIds.flatMap((id, at) => {
    const sample = samples.get(id);
    return sample === undefined ? [] : [{ sample, at }];
  });
  return {
    samples: kept.map(({ sample }) => sample),
    places: new Map(kept.map(({ sample }, place) => [sample.id, place])),
    xs: Float32Array.from(kept, ({ at }) => positions[at * 2] ?? 0),
    ys: Float32Array.from(kept, ({ at }) => positions[at * 2 + 1] ?? 0),
    palette: Int16Array.from(kept, ({ sample: { className } }) => (className === null ? unlabelled : (colours[className] ?? 0))),
    wrong: Uint8Array.from(kept, ({ sample: { id } }) => (judgements.get(id)?.isWrong === true ? 1 : 0)),
  };
}

/** One picture in words: name, label, and what was predicted where it is known. */
export function describePoint({ id, name, className }: Sample, judgements: Judgements): string {
  const label = className === null ? 'no label' : `label ${className}`;
  const judged = judgements.get(id);
  const said = judged === undefined ? '' : `, predicted ${judged.className}${judged.isWrong ? ', wrong' : ''}`;
  return `${name}, ${label}${said}`;
}
