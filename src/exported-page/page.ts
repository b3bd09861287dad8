import { decodeBase64 } from './base64';
import { embeddedSource, type EmbeddedCertificate, type EmbeddedConfig } from './embedded-model';
import { compileKernels } from './kernels';
import { element, startPage } from './model-page';
import { openNetwork } from './network';

/** The script of the one HTML file: everything that it needs stands in the page's elements. */

/** Each weight is read once; its text is let go of then. */
function takeText(id: string): string {
  const holder = element(id);
  const text = holder.textContent.trim();
  holder.remove();
  return text;
}

function readJson(id: string): unknown {
  return JSON.parse(element(id).textContent);
}

startPage(() => {
  // Written by our own exporter into this very file.
  const config = readJson('config') as EmbeddedConfig;
  const certificate = readJson('certificate') as EmbeddedCertificate;
  return {
    config,
    certificate,
    readPixels: (index) => Promise.resolve(decodeBase64(element(`picture-${String(index)}`).textContent.trim())),
    open: async () => openNetwork(await compileKernels(), embeddedSource(config, takeText)),
  };
});
