/** Raised whenever our own way from a decoded picture to 224 x 224 pixels changes a single byte; `ingest/fit.test.ts` notices. */
export const fittingVersion = 1;

/** In this order: Edge and Opera name Chrome too, and Chrome names Safari. */
const engines: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chromium', /\b(?:Chrome|Chromium|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari\//],
];

/** What makes pixels of a picture's file: browsers decode JPEG differently, and may with each version. */
export function decoderOf(userAgent: string): string {
  const found = engines
    .map(([name, pattern]) => [name, pattern.exec(userAgent)?.[1]] as const)
    .find(([, version]) => version !== undefined);
  return `${found?.join(' ') ?? userAgent}, fitting ${String(fittingVersion)}`;
}
