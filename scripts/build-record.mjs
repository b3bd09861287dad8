import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { foreignOrigins, securityHeaders } from './security-headers.mjs';

/** In index.html, until everything else is built. */
const unmarked = 'not built';

/**
 * @typedef {object} BuildFile
 * @property {string} path from the page's folder, with `/`
 * @property {string} sha256 lower-case hex
 * @property {number} bytes
 */

/**
 * What the service worker knows of its build; src/service-worker/build.ts reads it.
 * @typedef {object} BuildRecord
 * @property {string} id the same for the same files
 * @property {Record<string, string>} headers of the page where the host sends none
 * @property {BuildFile[]} files all that the page can need without a network, but the weights, which have a cache of their own
 */

/** @param {string | Buffer} content */
export const sha256 = (content) => createHash('sha256').update(content).digest('hex');

/**
 * The service worker itself is the browser's to keep; weights come on demand.
 * @param {string} path
 */
const isKept = (path) => path !== 'sw.js' && !path.startsWith('models/');

/**
 * @param {string} folder of a build
 * @returns {Promise<BuildFile[]>} in the order of their paths
 */
async function listFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(isKept)
    .sort();
  return Promise.all(
    paths.map(async (path) => {
      const content = await readFile(join(folder, path));
      return { path, sha256: sha256(content), bytes: content.byteLength };
    }),
  );
}

/** @param {readonly BuildFile[]} files */
const nameBuild = (files) => sha256(files.map((file) => `${file.path} ${file.sha256}`).join('\n')).slice(0, 16);

/**
 * Writes the build's name into its page: the hash of all files, taken before. Throws where the page has no place for it.
 * @param {string} folder
 */
export async function markBuild(folder) {
  const page = join(folder, 'index.html');
  const html = await readFile(page, 'utf8');
  if (!html.includes(`content="${unmarked}"`)) throw new Error('index.html has no meta tag for the name of the build.');
  await writeFile(page, html.replace(`content="${unmarked}"`, `content="${nameBuild(await listFiles(folder))}"`));
}

/**
 * @param {string} folder of a marked build
 * @returns {Promise<BuildRecord>}
 */
export async function describeBuild(folder) {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const id = /<meta\s+name="headstart:build"\s+content="([0-9a-f]+)"/.exec(html)?.[1];
  if (id === undefined) throw new Error('index.html does not name its build.');
  return { id, headers: securityHeaders(foreignOrigins(html)), files: await listFiles(folder) };
}
