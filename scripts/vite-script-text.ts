import { build, type Plugin } from 'vite';

const suffix = '?script';

/**
 * `import text from './page.ts?script'` gives the module and all that it imports as the text of one plain script, for files that work without
 * this page: an exported model's own page. Compiled WebAssembly that it imports with `?url&inline` is inside.
 */
export function scriptText(): Plugin {
  return {
    name: 'headstart-script-text',
    // Before Vite's own, which would take the file for a plain module.
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith(suffix)) return null;
      const entry = id.slice(0, -suffix.length);
      this.addWatchFile(entry);
      const built = await build({
        configFile: false,
        logLevel: 'error',
        publicDir: false,
        build: {
          write: false,
          target: 'es2022',
          copyPublicDir: false,
          rolldownOptions: { input: entry, output: { format: 'iife', name: 'Headstart', codeSplitting: false } },
        },
      });
      const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
      const [script, ...others] = outputs;
      if (script?.type !== 'chunk' || others.length > 0) this.error(`${entry} must become one script, without assets.`);
      return `export default ${JSON.stringify(script.code)};`;
    },
  };
}
