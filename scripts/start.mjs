import { ensureBuilt, distFolder } from './build.mjs';
import { ensureInstalled, runMain } from './install.mjs';
import { startStaticServer } from './static-server.mjs';

await runMain(async () => {
  ensureInstalled();
  await ensureBuilt();
  const server = await startStaticServer({ root: distFolder, firstPort: 5173, recordRequests: false });
  console.log(`Headstart is at ${server.url}  (Ctrl-C ends it)`);
  await new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
});
