/** Names of classes come from folders: nothing in them may be taken for Markdown. */
export function plainMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, (letter) => `\\${letter}`).replace(/\s+/g, ' ');
}
