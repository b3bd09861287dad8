import { cp, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distFolder } from '../scripts/build.mjs';
import { describeBuild, markBuild } from '../scripts/build-record.mjs';

const textFile = /\.(js|css|html)$/;

/**
 * Another build of the same app in `folder`, as a deployment would bring it: every hashed file has another name, so that none of the former names
 * is on the host any more. Weights are the same files.
 * @returns the name of a lazily loaded script in the former build and in this one, from the page's folder
 */
export async function makeNextBuild(folder: string): Promise<{ readonly former: string; readonly next: string }> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(distFolder)) {
    if (name === 'models') await symlink(join(distFolder, name), join(folder, name), 'dir');
    else await cp(join(distFolder, name), join(folder, name), { recursive: true });
  }
  const assets = await readdir(join(folder, 'assets'));
  const renamed = assets.map((name) => [name, name.replace(/-[\w-]{8}(\.\w+)$/, '-nextnext$1')] as const);
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  await writeFile(join(folder, 'index.html'), page.replace(/(name="headstart:build" content=")[0-9a-f]+/, '$1not built'));
  const script = await readFile(join(folder, 'sw.js'), 'utf8');
  await writeFile(join(folder, 'sw.js'), script.slice(script.indexOf('\n') + 1));
  const texts = ['index.html', 'sw.js', ...assets.filter((name) => textFile.test(name)).map((name) => `assets/${name}`)];
  for (const path of texts) {
    const text = await readFile(join(folder, path), 'utf8');
    await writeFile(
      join(folder, path),
      renamed.reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
    );
  }
  for (const [from, to] of renamed) await rename(join(folder, 'assets', from), join(folder, 'assets', to));
  await markBuild(folder);
  const built = await readFile(join(folder, 'sw.js'), 'utf8');
  await writeFile(join(folder, 'sw.js'), `self.headstartBuild=${JSON.stringify(await describeBuild(folder))};\n${built}`);
  const [former, next] = renamed.find(([name]) => /^inspect-dialog-.*\.js$/.test(name)) ?? ['', ''];
  return { former: `assets/${former}`, next: `assets/${next}` };
}
