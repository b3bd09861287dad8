import type { Plugin } from 'vite';

/**
 * Builds `src/sw.ts` to `sw.js` beside the page: a name that never changes, and one file, since browsers of which some lack modules
 * in service workers load it as a plain script.
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
    generateBundle(_, bundle) {
      const script = bundle['sw.js'];
      if (script?.type !== 'chunk') this.error('The build made no sw.js.');
      const { imports, dynamicImports, exports } = script;
      if (imports.length + dynamicImports.length + exports.length > 0)
        this.error('sw.js must stand alone: the page and the service worker may share no module.');
    },
  };
}
