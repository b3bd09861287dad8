import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { narrowFloat16, widenFloat16 } from '../../domain/float16';
import { sizeOfModel } from '../../domain/model-export';
import { runCheck } from '../../exported-page/certificate-check';
import { decodeBase64 } from '../../exported-page/base64';
import { embeddedSource, type EmbeddedCertificate, type EmbeddedConfig } from '../../exported-page/embedded-model';
import { compileKernels } from '../../exported-page/kernels';
import { openNetwork } from '../../exported-page/network';
import { onnxFormat } from '../onnx/onnx-format';
import { collectFiles, unpackTo } from '../testing/collect-files';
import { hasPython, runPython } from '../testing/python';
import { createSmallModel, smallCertificate } from '../testing/small-model';
import { base64Length, encodeBase64 } from './base64';
import { htmlFormat } from './html-format';

const hostile = createSmallModel({ projectName: '</script><b>&"', classNames: ['<i>cat</i>', '</script>'] });

/** The file, and the text of an element of it. */
async function writePage(model: typeof hostile, precision: 'float16' | 'float32') {
  const bytes = (await collectFiles(htmlFormat.files(model, precision))).get('model.html') ?? new Uint8Array(0);
  const page = Buffer.from(bytes);
  const readText = (id: string): string => {
    const opening = `id="${id}">`;
    const from = page.indexOf(opening) + opening.length;
    return page.toString('latin1', from, page.indexOf('</script>', from));
  };
  return { page, readText };
}

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 5, 255])('is as Node’s own for %i bytes, and comes back', (length) => {
    const bytes = Uint8Array.from({ length }, (_, at) => at * 7 + 250);
    const letters = Buffer.from(encodeBase64(bytes)).toString('latin1');
    expect(letters).toBe(Buffer.from(bytes).toString('base64'));
    expect(letters).toHaveLength(base64Length(length));
    expect(decodeBase64(letters)).toEqual(bytes);
  });
});

describe('the one HTML file', { timeout: 300_000 }, () => {
  it('holds config, pictures and weights, and takes nothing of a name for markup', async () => {
    const { page, readText } = await writePage(hostile, 'float16');
    const head = page.toString('utf8', 0, page.indexOf('id="config"'));
    expect(head).toContain('<h1>&lt;/script&gt;&lt;b&gt;&amp;&quot;</h1>');
    expect(head).not.toContain('<i>');
    expect(JSON.parse(readText('config'))).toMatchObject({ classes: hostile.classNames, precision: 'float16' });
    expect(JSON.parse(readText('certificate'))).toMatchObject({ rms: 0.9354, bound: 1e-2 });
    expect(decodeBase64(readText('picture-1'))).toEqual(smallCertificate.pictures[1]?.pixels);
    const [kernel] = hostile.tensors;
    const bits = new Uint32Array(kernel?.values.buffer ?? new ArrayBuffer(0));
    const rounded = widenFloat16(Uint16Array.from(bits, narrowFloat16));
    expect(widenFloat16(new Uint16Array(decodeBase64(readText('features.0.weight')).buffer))).toEqual(rounded);
    expect(new Float32Array(decodeBase64(readText('classifier.bias')).buffer)).toEqual(Float32Array.from([0.25, -1]));
    // As many ends as there are elements: the script in it ends none of them early.
    const count = (text: string) => page.toString('latin1').split(text).length - 1;
    expect(count('</script>')).toBe(2 + 2 + 28 + 1);
    expect(page.toString('latin1')).not.toMatch(/(src|href)="(?!data:,)/);
  });

  it('is as large as was said before', async () => {
    for (const precision of htmlFormat.precisions) {
      // Two pictures, where an export has eight.
      const { page } = await writePage(createSmallModel(), precision);
      const usual = page.length + 6 * base64Length(150_528);
      expect(Math.abs(usual / htmlFormat.estimateBytes(sizeOfModel(2), precision) - 1)).toBeLessThan(0.01);
    }
  });

  const hasRuntime = hasPython('the HTML file against ONNX Runtime', 'onnxruntime', 'PIL', 'numpy');
  it.runIf(hasRuntime).each([10, null])(
    'computes ONNX Runtime’s logits from the weights that are in it: norm %s',
    async (featureNorm) => {
      const model = createSmallModel({ featureNorm });
      const folder = await mkdtemp(join(tmpdir(), 'headstart-html-'));
      try {
        await unpackTo(folder, await collectFiles(onnxFormat.files(model, 'float32')));
        const script =
          'from session import *; from PIL import Image; print(predict(open_model("."), [np.asarray(Image.open(f"certificate/0{n}.png")) for n in (1, 2)])[0].tolist())';
        const known = JSON.parse(runPython(['-c', script], folder).stdout) as number[][];
        const { readText } = await writePage(model, 'float32');
        const config = JSON.parse(readText('config')) as EmbeddedConfig;
        const network = await openNetwork(await compileKernels(), embeddedSource(config, readText));
        const rms = Math.sqrt(known.flat().reduce((sum, logit) => sum + logit * logit, 0) / 4);
        const pictures = known.map((logits) => ({ name: '', logits, probabilities: [] }));
        const certificate: EmbeddedCertificate = { rms, bound: 1e-4, pictures };
        const classify = (index: number) => network.classify(decodeBase64(readText(`picture-${String(index)}`)));
        const result = await runCheck(certificate, classify, () => undefined);
        console.log(`The HTML file's network: ${result.largest.toExponential(1)} of the logits' rms from ONNX Runtime`);
        expect(result.passed).toBe(true);
        const other = { ...certificate, pictures: pictures.map((one) => ({ ...one, logits: [0, 0] })) };
        expect((await runCheck(other, classify, () => undefined)).passed).toBe(false);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
