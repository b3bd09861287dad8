import { describe, expect, it } from 'vitest';
import type { BackboneIdentity } from '../domain/model-import';
import { attributionOf, createModelConfig, halfLoss, meanNote } from './model-config';
import { createSmallModel } from './testing/small-model';

const about = { id: 'ab'.repeat(32), title: 'theirs', scaling: { mean: [0, 0, 0], std: [1, 1, 1] }, addedAt: '' } as const;
const hub: BackboneIdentity = { ...about, source: { kind: 'hub', repository: 'timm/vgg16.tv_in1k', revision: 'b8d8' } };
const file: BackboneIdentity = { ...about, source: { kind: 'file', fileName: 'flowers.pth', format: 'pytorch' } };

describe('what a model says of where it comes from', () => {
  it('is true for weights that came in too', () => {
    expect(attributionOf({ backbone: null })).toMatch(/Oxford \(2014\), CC BY 4\.0, as converted by Headstart/);
    expect(attributionOf({ backbone: hub })).toMatch(
      /torchvision’s, as timm\/vgg16\.tv_in1k on Hugging Face has them at revision b8d8/,
    );
    expect(attributionOf({ backbone: hub })).not.toContain('as converted by Headstart');
    expect(attributionOf({ backbone: file })).toContain('“flowers.pth”');
    expect([null, hub, file].map((backbone) => meanNote({ backbone }).slice(0, 11))).toEqual([
      '**not torch',
      'torchvision',
      'as the weig',
    ]);
    expect(halfLoss({ backbone: hub })).toContain('rounded');
  });

  it('stands in its config, with what its run began from', () => {
    const model = createSmallModel({ backbone: hub });
    const continues = { runId: 'r', number: 2, fingerprint: 'c'.repeat(64) };
    const config = createModelConfig({ ...model, run: { ...model.run, continues } }, 'float32');
    expect(config.run.continues).toBe(continues.fingerprint);
    expect(config.backbone).toEqual({ id: hub.id, title: 'theirs', source: hub.source });
    expect(createModelConfig(createSmallModel(), 'float32')).toMatchObject({
      backbone: null,
      run: { continues: null, imported: null },
    });
  });
});
