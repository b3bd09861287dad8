import { defuse, writeCsv } from './csv';
import type { Sample, Split } from './dataset';

/** One picture of an export: which, and where it goes. */
export interface ExportEntry {
  readonly id: string;
  /** Path inside the archive: a class's folder and a name, safe on every system and unlike any other whatever the case. */
  readonly path: string;
  readonly className: string | null;
  /** Null for a picture that takes part in no run. */
  readonly split: Split | null;
  /** Where it came from. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/** The folder of pictures without a label. */
export const unlabelledFolder = 'unlabelled';
export const metadataName = 'metadata.csv';

/** Windows refuses these, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Bytes that file systems take for a name, with room for ` (1234)`. */
const longestName = 180;

const endings: Readonly<Record<string, string>> = {
  JPEG: '.jpg',
  PNG: '.png',
  WebP: '.webp',
  GIF: '.gif',
  BMP: '.bmp',
  AVIF: '.avif',
  HEIC: '.heic',
};

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** At most so many bytes, cut between characters. */
function cut(text: string, bytes: number): string {
  if (bytesOf(text) <= bytes) return text;
  let kept = '';
  for (const letter of text) {
    if (bytesOf(kept + letter) > bytes) break;
    kept += letter;
  }
  return kept;
}

/**
 * A name that every file system takes and no spreadsheet mistakes for a formula. Letters of any script, emoji and direction stay;
 * what stands for folders, drives and wildcards becomes `_`.
 */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFC')
    // Control characters, also those that only turn the direction of text: a name could show another ending than it has.
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const safe = reserved.test(plain) || /^[=+\-@~]/.test(plain) || plain === '' ? `_${plain}` : plain;
  const dot = safe.lastIndexOf('.');
  const ending = dot > 0 && safe.length - dot <= 6 ? safe.slice(dot) : '';
  return cut(safe.slice(0, safe.length - ending.length), longestName - bytesOf(ending)) + ending;
}

/** Gives each name that was given before a number: `cat.jpg`, `cat (2).jpg`. macOS and Windows do not tell cases apart. */
function createNamer(): (name: string) => string {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return (name) => {
    const key = name.toLowerCase();
    const dot = name.lastIndexOf('.');
    const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    let candidate = name;
    for (let number = next.get(key) ?? 2; taken.has(candidate.toLowerCase()); number += 1) {
      candidate = `${stem} (${String(number)})${ending}`;
      next.set(key, number + 1);
    }
    taken.add(candidate.toLowerCase());
    return candidate;
  };
}

/** Where each picture goes. In the order of the samples, so that the same project always gives the same archive. */
export function planExport(samples: readonly Sample[], splits: ReadonlyMap<string, Split>): readonly ExportEntry[] {
  const nameFolder = createNamer();
  // Beside the folders of classes, which may have these very names.
  nameFolder(metadataName);
  const unlabelled = samples.some(({ className }) => className === null) ? nameFolder(unlabelledFolder) : '';
  const folders = new Map<string, string>();
  const namers = new Map<string, (name: string) => string>();
  return samples.map(({ id, name, path, className, format, width, height }) => {
    let folder = unlabelled;
    if (className !== null) {
      folder = folders.get(className) ?? nameFolder(safeName(className));
      folders.set(className, folder);
    }
    const namer = namers.get(folder) ?? createNamer();
    namers.set(folder, namer);
    const hasEnding = /\.[a-z0-9]{2,5}$/i.test(name);
    const file = namer(safeName(hasEnding ? name : `${name}${endings[format ?? ''] ?? ''}`));
    return { id, path: `${folder}/${file}`, className, split: splits.get(id) ?? null, source: path, width, height };
  });
}

/**
 * The list of an export in the form of Hugging Face's imagefolder (https://huggingface.co/docs/datasets/image_dataset): `file_name`
 * relative to the list, then whatever else is known. RFC 4180, UTF-8.
 */
export function writeMetadata(entries: readonly ExportEntry[]): string {
  const rows = entries.map(({ path, className, split, source, width, height }) => [
    path,
    defuse(className ?? ''),
    split ?? '',
    String(width),
    String(height),
    defuse(source),
  ]);
  return writeCsv([['file_name', 'label', 'split', 'width', 'height', 'source'], ...rows]);
}
