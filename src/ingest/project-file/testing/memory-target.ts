/** A file handle that holds what was put in place. */
export class MemoryTarget {
  written: Blob | null = null;
  readonly handle = {
    createWritable: () => {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      return Promise.resolve(
        new WritableStream<Uint8Array<ArrayBuffer>>({
          write: (part) => void parts.push(part.slice()),
          close: () => {
            this.written = new Blob(parts);
          },
        }),
      );
    },
  } as unknown as FileSystemFileHandle;
}
