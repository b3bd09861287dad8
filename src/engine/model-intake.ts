import type { Fit } from '../domain/dataset';
import { narrowFloat16, widenFloat16 } from '../domain/float16';
import { HeadstartError } from '../domain/errors';
import type { ExportedScaling } from '../domain/model-export';
import {
  shippedBackboneId,
  type BackboneSource,
  type HubWeightsState,
  type ModelImportProgress,
  type ModelOffer,
} from '../domain/model-import';
import type { BackboneParts } from '../protocol/compute-api';
import { backboneId } from './model-files/backbone-id';
import { blobSource, type ByteSource } from './model-files/byte-source';
import { differencesOf, pageResampling, torchvisionScaling } from './model-files/preprocessing-differences';
import type { ReadHead, ReadModel } from './model-files/read-model';
import { tensorLengths } from './trained-tensors';
import { readConvTensors, type BackboneWeights } from './weights/conv-weights';
import type { HubWeights } from './weights/hub-weights';

/** Where models come from. */
export interface ModelSources {
  readonly read: (
    files: readonly ByteSource[],
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ) => Promise<ReadModel>;
  readonly hub: Pick<HubWeights, 'state' | 'fetch' | 'drop'>;
}

/** What an offer is held against. */
export interface Present {
  /** That come with the page. */
  readonly shipped: BackboneWeights;
  readonly inForce: BackboneWeights;
  /** As the project is set. */
  readonly fit: Fit;
}

/** A model that was read and waits for the person's word. */
export interface HeldModel {
  readonly offer: ModelOffer;
  /** Null: the convolutions that come with the page, or those in force (where `offer.backbone` is null). */
  readonly base: BackboneParts | null;
  readonly head: ReadHead | null;
}

const title = { hub: 'torchvision’s VGG-16' } as const;

/** The title is the person's file's: whatever it is called, a document must take it. */
const mostTitle = 200;

function isSameScaling(a: ExportedScaling, b: ExportedScaling): boolean {
  const [one, other] = [a, b].map(({ mean, std }) => [...mean, ...std].map(Math.fround));
  return one?.join() === other?.join();
}

/** How many of the 26 have other values than the page's own, by value; a float16 file holds these rounded. */
function countOthers(conv: ReadonlyMap<string, Float32Array>, shipped: BackboneWeights, isHalf: boolean): number {
  let others = 0;
  for (const { name, values } of readConvTensors(shipped)) {
    const theirs = conv.get(name);
    const rounded = isHalf ? roundToFloat16(values) : values;
    if (!values.every((value, at) => theirs?.[at] === value || theirs?.[at] === rounded[at])) others += 1;
  }
  return others;
}

function roundToFloat16(values: Float32Array): Float32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return widenFloat16(Uint16Array.from(bits, narrowFloat16));
}

function offeredHead({ bias, classNames, featureNorm, fit, settings, trainedBy }: ReadHead): ModelOffer['head'] {
  return { classNames, classes: bias.length, featureNorm, fit, settings, trainedBy };
}

/** The model as it can be taken. `addedAt` is ISO 8601. */
async function hold(model: ReadModel, source: BackboneSource, present: Present, addedAt: string): Promise<HeldModel> {
  const { conv, head, headProblem, ignored, precision, resize } = model;
  const name = source.kind === 'hub' ? title.hub : model.fileName.slice(0, mostTitle);
  const about = {
    ...{ title: name, source, ignored, precision },
    head: head === null ? null : offeredHead(head),
    headProblem: headProblem?.toRecord() ?? null,
  };
  const { shipped, inForce, fit } = present;
  // A head that says nothing of its pictures is as good for the page's way as for another.
  const own = { fit, resampling: pageResampling };
  if (conv === null) {
    const told = { scaling: model.scaling ?? inForce.scaling, resize: resize ?? own };
    const differences = differencesOf(told, { scaling: inForce.scaling, fit });
    const scalingFrom = model.scaling === null ? 'page' : 'file';
    return { offer: { ...about, backbone: null, scaling: inForce.scaling, scalingFrom, differences }, base: null, head };
  }
  const otherTensors = countOthers(conv, shipped, precision.includes('float16'));
  const assumed = otherTensors < tensorLengths.size ? shipped.scaling : torchvisionScaling;
  const { mean, std } = model.scaling ?? assumed;
  const scaling: ExportedScaling = { mean, std };
  const isShipped = otherTensors === 0 && isSameScaling(scaling, shipped.scaling);
  const id = isShipped ? shippedBackboneId : await backboneId(scaling, conv);
  const isOwn = otherTensors < tensorLengths.size;
  const offer: ModelOffer = {
    ...about,
    backbone: { id, isShipped, isInForce: id === (inForce.baseId ?? shippedBackboneId), otherTensors },
    scaling,
    scalingFrom: model.scaling !== null ? 'file' : isOwn ? 'page' : 'torchvision',
    differences: differencesOf({ scaling, resize: resize ?? (isOwn ? own : null) }, { scaling: shipped.scaling, fit }),
  };
  const identity = { id, title: name, source, scaling, addedAt };
  return { offer, base: isShipped ? null : { identity, tensors: conv }, head };
}

/** Reads models and holds the last one until it is taken or closed. */
export class ModelIntake {
  readonly #sources: ModelSources | null;
  readonly #today: () => Date;
  #held: HeldModel | null = null;
  /** Counts what was asked: who was closed or overtaken while it read holds nothing. */
  #asked = 0;

  constructor(sources: ModelSources | null, today: () => Date) {
    this.#sources = sources;
    this.#today = today;
  }

  open(
    files: readonly File[],
    present: Present,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer> {
    return this.#take(async ({ read }) => {
      const sources = files.map((file) => blobSource(file, file.name));
      const model = await read(sources, onProgress, signal);
      return hold(model, { kind: 'file', fileName: model.fileName, format: model.format }, present, this.#now());
    });
  }

  state(modelHub: string): Promise<HubWeightsState> {
    return this.#require().hub.state(modelHub);
  }

  fetch(
    modelHub: string,
    present: Present,
    onProgress: (progress: ModelImportProgress) => void,
    signal: AbortSignal,
  ): Promise<ModelOffer> {
    return this.#take(async ({ hub }) => {
      const { repository, revision } = await hub.state(modelHub);
      return hold(await hub.fetch(modelHub, onProgress, signal), { kind: 'hub', repository, revision }, present, this.#now());
    });
  }

  /** What came of the hub's weights is kept as a whole elsewhere now. */
  async dropFetched(): Promise<void> {
    await this.#sources?.hub.drop();
  }

  /** @throws HeadstartError `model-closed` */
  get held(): HeldModel {
    if (this.#held === null) throw new HeadstartError('model-closed');
    return this.#held;
  }

  close(): void {
    this.#asked += 1;
    this.#held = null;
  }

  async #take(read: (sources: ModelSources) => Promise<HeldModel>): Promise<ModelOffer> {
    this.close();
    const mine = this.#asked;
    const held = await read(this.#require());
    if (mine !== this.#asked) throw new HeadstartError('cancelled');
    this.#held = held;
    return held.offer;
  }

  #require(): ModelSources {
    if (this.#sources === null) throw new HeadstartError('unexpected', { detail: 'no models come in here' });
    return this.#sources;
  }

  #now(): string {
    return this.#today().toISOString();
  }
}
