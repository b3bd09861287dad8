import { describe, expect, it } from 'vitest';
import type { ModelOffer } from '../domain/model-import';
import { narrowFloat16, widenFloat16 } from '../domain/float16';
import { ModelIntake, type Present } from './model-intake';
import type { ReadModel } from './model-files/read-model';
import { createReadHead, createReadModel, createSources, createTensors } from './testing/model-sources';
import { standInTensor } from './testing/stand-in-trainer';
import { neverStop } from './testing/stand-in-engine';

const pages = { mean: [0.48501961, 0.45795686, 0.40760392], std: [0.229, 0.224, 0.225] } as const;
const shipped = { index: { shards: [], fileOf: new Map() }, scaling: pages, shards: new Map(), trained: createTensors(0.1) };
const present: Present = { shipped, inForce: shipped, fit: 'crop' };
const torchvision = [0.485, 0.456, 0.406];

function offerOf(model: Partial<ReadModel>, against: Partial<Present> = {}): Promise<ModelOffer> {
  const { sources } = createSources(new Map([['model.safetensors', createReadModel(model)]]));
  const intake = new ModelIntake(sources, () => new Date(0));
  const files = [new File([], 'model.safetensors')];
  return intake.open(files, { ...present, ...against }, () => undefined, neverStop());
}

describe('a model that came in, held against what is here', () => {
  it('is the page’s own where every value is, also in float16 and with the scaling unsaid', async () => {
    expect(await offerOf({ conv: createTensors(0.1) })).toMatchObject({
      title: 'model.safetensors',
      backbone: { id: 'shipped', isShipped: true, isInForce: true, otherTensors: 0 },
      scaling: pages,
      scalingFrom: 'page',
      differences: [],
    });
    const rounded = widenFloat16(Uint16Array.of(narrowFloat16(new Uint32Array(Float32Array.of(0.1).buffer)[0] ?? 0)))[0] ?? 0;
    expect(rounded).not.toBe(Math.fround(0.1));
    const half = { conv: createTensors(rounded), precision: ['float16'] };
    expect(await offerOf(half)).toMatchObject({ backbone: { isShipped: true } });
    // The same values as float32 are others than the page's own.
    expect(await offerOf({ conv: createTensors(rounded) })).toMatchObject({ backbone: { isShipped: false, otherTensors: 1 } });
  });

  it('that was fine-tuned here is scaled as here; PyTorch’s own by torchvision’s numbers; a file that says so by its own', async () => {
    const tuned = await offerOf({ conv: createTensors(0.2) });
    expect(tuned).toMatchObject({
      backbone: { isShipped: false, isInForce: false, otherTensors: 1 },
      scalingFrom: 'page',
      scaling: pages,
    });
    const all = new Map([...createTensors(0.2)].map(([name, values]) => [name, values.map(() => 0.5)]));
    const theirs = await offerOf({ conv: all });
    expect(theirs).toMatchObject({ backbone: { otherTensors: 26 }, scalingFrom: 'torchvision', scaling: { mean: torchvision } });
    expect(theirs.differences).toEqual([{ kind: 'mean', own: pages.mean, theirs: torchvision }]);
    const scaling = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
    const said = await offerOf({ conv: createTensors(0.1), scaling });
    // The same numbers on pictures scaled otherwise are another network.
    expect(said).toMatchObject({ backbone: { isShipped: false, otherTensors: 0 }, scalingFrom: 'file', scaling });
    expect(new Set([tuned, theirs, said].map(({ backbone }) => backbone?.id)).size).toBe(3);
  });

  it('knows what is in force, and names what the page does otherwise', async () => {
    const first = await offerOf({ conv: createTensors(0.2) });
    const inForce = { ...shipped, trained: createTensors(0.2), baseId: first.backbone?.id ?? '' };
    const again = { conv: createTensors(0.2), resize: { fit: 'squash', resampling: 'bicubic' } } as const;
    const offer = await offerOf(again, { inForce });
    expect(offer.backbone).toMatchObject({ id: first.backbone?.id, isInForce: true });
    expect(offer.differences).toEqual([
      { kind: 'fit', own: 'crop', theirs: 'squash' },
      { kind: 'resize', own: 'antialiased bilinear', theirs: 'bicubic' },
    ]);
    expect(await offerOf({ conv: createTensors(0.1) }, { inForce })).toMatchObject({
      backbone: { isShipped: true, isInForce: false },
    });
  });

  it('may be a head alone, which goes with what is in force', async () => {
    const head = createReadHead({ classNames: null, featureNorm: 30 });
    expect(await offerOf({ head })).toMatchObject({
      backbone: null,
      scaling: pages,
      differences: [],
      head: { classNames: null, classes: 2, featureNorm: 30, trainedBy: 'pytorch' },
    });
  });

  it('is held until another is asked for, or it is closed', async () => {
    const { sources } = createSources(new Map([['a', createReadModel({ fileName: 'a', conv: createTensors(1) })]]));
    const intake = new ModelIntake(sources, () => new Date(0));
    const open = (name: string) => intake.open([new File([], name)], present, () => undefined, neverStop());
    expect(() => intake.held).toThrow(expect.objectContaining({ code: 'model-closed' }));
    await open('a');
    expect(intake.held.base?.tensors.get(standInTensor)?.[0]).toBe(1);
    await expect(open('b')).rejects.toMatchObject({ code: 'model-file-unknown' });
    expect(() => intake.held).toThrow(expect.objectContaining({ code: 'model-closed' }));
    const reading = open('a');
    intake.close();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(intake.fetch('https://hub.example/', present, () => undefined, neverStop())).rejects.toMatchObject({
      code: 'hub-weights-offline',
    });
  });
});
