import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { describeBuild, markBuild } from './build-record.mjs';
import { contentSecurityPolicy, foreignOrigins } from './security-headers.mjs';

/**
 * Builds `src/sw.ts` to `sw.js` beside the page: a name that never changes, and one file, since browsers of which some lack modules
 * in service workers load it as a plain script. What it has to know of the build (its files with their hashes, the headers) is written
 * before it once everything is on the disk. The built page gets its policy and the name of its build.
 */
export function serviceWorker(): Plugin {
  return {
    name: 'headstart-service-worker',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { main: 'index.html', sw: 'src/sw.ts' },
          output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
        },
      },
    }),
    // After the character set, which must come first, and before anything that the policy is about.
    transformIndexHtml: (html) =>
      html.replace(
        /<meta charset="[^"]*" ?\/?>/,
        (charset) =>
          `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(foreignOrigins(html))}" />`,
      ),
    generateBundle(_, bundle) {
      const script = bundle['sw.js'];
      if (script?.type !== 'chunk') this.error('The build made no sw.js.');
      const { imports, dynamicImports, exports } = script;
      if (imports.length + dynamicImports.length + exports.length > 0)
        this.error('sw.js must stand alone: the page and the service worker may share no module.');
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      async handler({ dir = 'dist' }) {
        const script = join(dir, 'sw.js');
        const code = await readFile(script, 'utf8');
        await markBuild(dir);
        await writeFile(script, `self.headstartBuild=${JSON.stringify(await describeBuild(dir))};\n${code}`);
      },
    },
  };
}
