import { build, type Plugin } from 'vite';

const formats = { '?script': 'iife', '?module': 'es' } as const;

/**
 * `import text from './page.ts?script'` gives the module and all that it imports as the text of one plain script, for files that work without
 * this page: an exported model's own page. With `?module` it is a module and keeps its exports. Compiled WebAssembly that it imports with `?url&inline` is inside.
 */
export function scriptText(): Plugin {
  return {
    name: 'headstart-script-text',
    // Before Vite's own, which would take the file for a plain module.
    enforce: 'pre',
    async load(id) {
      const found = Object.entries(formats).find(([suffix]) => id.endsWith(suffix));
      if (found === undefined) return null;
      const [suffix, format] = found;
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
          // A module is read by people too.
          minify: format === 'iife',
          rolldownOptions: {
            input: entry,
            preserveEntrySignatures: 'strict',
            output: { format, codeSplitting: false },
          },
        },
      });
      const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
      const [script, ...others] = outputs;
      if (script?.type !== 'chunk' || others.length > 0) this.error(`${entry} must become one script, without assets.`);
      return `export default ${JSON.stringify(script.code)};`;
    },
  };
}
