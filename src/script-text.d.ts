/** A module and all that it imports, as the text of one plain script: scripts/vite-script-text.ts. */
declare module '*?script' {
  const text: string;
  export { text as default };
}

/** The same as a module with its exports. */
declare module '*?module' {
  const text: string;
  export { text as default };
}
