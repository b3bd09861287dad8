/** What TypeScript's library does not know yet of Trusted Types. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: {
      readonly createHTML: (text: string) => string | null;
      readonly createScriptURL: (address: string) => string | null;
    },
  ): unknown;
}

/**
 * Under the page's policy (scripts/security-headers.mjs) no text becomes a script. The one exception, where browsers know Trusted Types: the
 * address of a worker's script, and of the service worker, when it is this site's. Emptying an element by `innerHTML = ''`, as react-aria does,
 * is let through too. To be called once in every context that starts workers, before it does.
 */
export function allowOwnScripts(): void {
  const { trustedTypes, location } = globalThis as unknown as {
    trustedTypes?: TrustedTypes;
    location: { readonly href: string };
  };
  trustedTypes?.createPolicy('default', {
    createHTML: (text) => (text === '' ? '' : null),
    createScriptURL: (address) => {
      const url = new URL(address, location.href);
      return url.protocol !== 'blob:' && url.origin === new URL(location.href).origin ? url.href : null;
    },
  });
}
