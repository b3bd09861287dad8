import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../scripts/install.mjs';

/** PyTorch in a process that stays, so that its turns lie between the others'. */
export interface TorchProcess {
  readonly version: string;
  run(batch: number): Promise<number>;
  writeFeatures(path: string): Promise<void>;
  close(): void;
}

/** A Python script that answers line by line. */
export interface LineProcess {
  /** What it wrote when it was ready. */
  readonly greeting: string;
  ask(words: string): Promise<string>;
  close(): void;
}

/** Rejects with the last line that Python wrote when it cannot. */
export async function openPython(python: string, script: string, values: readonly (string | number)[]): Promise<LineProcess> {
  const child = spawn(python, [join(projectRoot, script), ...values.map(String)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  let ended = false;
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const fail = () => {
    ended = true;
    const error = new Error(complaint.trim().split('\n').pop() ?? 'Python ended');
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  child.on('error', (error) => {
    complaint = error.message;
    fail();
  });
  child.on('close', fail);
  createInterface(child.stdout).on('line', (line) => waiting.shift()?.resolve(line));
  const nextLine = () =>
    new Promise<string>((resolve, reject) => {
      if (ended) reject(new Error(complaint));
      else waiting.push({ resolve, reject });
    });
  const ask = (words: string) => {
    const line = nextLine();
    child.stdin.write(`${words}\n`);
    return line;
  };
  const greeting = await nextLine();
  return {
    greeting,
    ask,
    close: () => {
      child.stdin.end();
    },
  };
}

/** Rejects as `openPython` does. */
export async function openTorch(python: string, pixels: string, count: number, threads: number): Promise<TorchProcess> {
  const lines = await openPython(python, 'bench/cpu/pytorch.py', [pixels, count, threads]);
  return {
    version: lines.greeting,
    run: async (batch) => Number(await lines.ask(String(batch))),
    writeFeatures: async (path) => {
      await lines.ask(`features ${path}`);
    },
    close: () => {
      lines.close();
    },
  };
}
