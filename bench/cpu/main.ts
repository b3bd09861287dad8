/** node scripts/run.mjs bench/cpu/main.ts: our CPU backbone beside its peers. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { runMain } from '../../scripts/install.mjs';
import { describeMachine } from '../machine';
import { measureCpuBackbone } from './measure';
import type { PeerName } from './protocol';

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      threads: { type: 'string', default: '2' },
      batches: { type: 'string', default: '1,8' },
      rounds: { type: 'string', default: '3' },
      peers: { type: 'string', default: 'headstart,onnxruntime-web-wasm,tfjs-wasm' },
      python: { type: 'string', default: 'python3' },
      json: { type: 'string' },
    },
  });
  const numbers = (text: string) => text.split(',').map(Number);
  const { rows, notes, browser } = await measureCpuBackbone({
    threads: numbers(values.threads),
    batches: numbers(values.batches),
    rounds: Number(values.rounds),
    peers: values.peers.split(',') as PeerName[],
    python: values.python,
  });
  console.table(rows);
  for (const note of notes) console.log(note);
  if (values.json !== undefined)
    await writeFile(
      values.json,
      `${JSON.stringify({ suite: 'features', machine: describeMachine(browser, null), rows, notes }, null, 2)}\n`,
    );
  return 0;
});
