/** Gives a text to the browser as a download. */
export function saveAs(name: string, text: string, type: string): void {
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
