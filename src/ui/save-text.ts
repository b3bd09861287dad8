/** Has the browser save a text as a file of this name. */
export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Revoked at once, some browsers would not have begun to read it.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
