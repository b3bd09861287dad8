/** Longest path and longest name that any file system takes. */
const maxPath = 2048;
const maxName = 255;

function hasControls(text: string): boolean {
  return Array.from(text).some((character) => (character.codePointAt(0) ?? 0) < 32 || character === '\u007f');
}

/**
 * The path of an archive's entry as this page uses paths: `/` between names, relative, composed (NFC). Null where it climbs out of
 * the archive (`..`), names a drive, is longer than any system allows, or holds characters that no file name has.
 * Nothing is ever written under these paths; they are refused so that what is shown is what it seems.
 */
export function entryPath(raw: string): string | null {
  // Composing takes at most two of three characters away.
  if (raw.length > 3 * maxPath) return null;
  // Some Windows tools write backslashes; a leading slash is dropped, as tar does.
  const path = raw.normalize('NFC').replaceAll('\\', '/');
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0 || path.length > maxPath) return null;
  if (/^[A-Za-z]:/.test(names[0] ?? '')) return null;
  const isSafe = names.every((name) => name !== '..' && name.length <= maxName && !hasControls(name.replace(/^Icon\r$/, 'Icon')));
  return isSafe ? names.join('/') : null;
}

/** A path that was refused, fit to be shown: controls become `�`, and it is no longer than a line or two. */
export function shownPath(raw: string): string {
  // The start only: a name may have a million characters, none of which takes more than two units.
  const clean = Array.from(raw.slice(0, 402), (character) => (hasControls(character) ? '�' : character));
  return clean.length <= 200 ? clean.join('') : `${clean.slice(0, 200).join('')}…`;
}
