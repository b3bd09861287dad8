const systemNames = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', '__macosx', 'icon\r', '$recycle.bin']);

/** Names that operating systems leave in folders and archives; nobody means to add them. */
export function isSystemName(name: string): boolean {
  return name.startsWith('.') || systemNames.has(name.toLowerCase());
}
