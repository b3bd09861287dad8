/** Words that cameras, phones and scanners put before their numbers: such names say nothing of what the picture shows. */
const cameraWords = new Set(
  (
    'img image images imag dsc dscn dscf dcim gopr pxl mvi vid video wa whatsapp screenshot screen shot snapshot photo photos pic picture ' +
    'pictures scan frame file untitled unnamed download copy of at am pm edited bild foto'
  ).split(' '),
);

function stem(fileName: string): string {
  return fileName.replace(/\.[^.]*$/, '').normalize('NFC');
}

/** What stands before the trailing number: `cat` of `cat.0.jpg`, `cat_12.png`, `cat-3.jpg`, `cat (4).jpg`; null when that is no name. */
function prefixOf(fileName: string): string | null {
  const prefix = /^(.*?)[\s._-]*\(?\d+\)?$/u.exec(stem(fileName))?.[1]?.trim() ?? '';
  const words: readonly string[] = prefix.toLowerCase().match(/\p{L}+/gu) ?? [];
  const isNamed = words.length > 0 || /\p{Extended_Pictographic}/u.test(prefix);
  return isNamed && !(words.length > 0 && words.every((word) => cameraWords.has(word))) ? prefix : null;
}

/**
 * The classes that the names of flat files tell. Null unless at least two prefixes come more than once and together they cover
 * nearly all files (nine tenths, or all but one).
 */
export function classesOfFileNames(fileNames: readonly string[]): ReadonlySet<string> | null {
  const counts = new Map<string, number>();
  for (const name of fileNames) {
    const prefix = prefixOf(name);
    if (prefix !== null) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const repeated = [...counts].filter(([, count]) => count > 1);
  const covered = repeated.reduce((sum, [, count]) => sum + count, 0);
  const isNearlyAll = fileNames.length - covered <= Math.max(1, fileNames.length / 10);
  return repeated.length >= 2 && isNearlyAll ? new Set(repeated.map(([prefix]) => prefix)) : null;
}

/** The class of one file by its name among known classes: by its prefix, or where the whole name is a class (`cat.jpg` beside `cat (1).jpg`). */
export function classOfFileName(fileName: string, classes: ReadonlySet<string>): string | null {
  const prefix = prefixOf(fileName);
  if (prefix !== null && classes.has(prefix)) return prefix;
  const whole = stem(fileName);
  return classes.has(whole) ? whole : null;
}
