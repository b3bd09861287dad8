import { createHash } from 'node:crypto';

/** Cross-origin isolation: shared memory for compute threads needs both headers. Where a host cannot send them, src/sw.ts adds the same. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not `credentialless`: Safari has only this, and all that comes from elsewhere comes by CORS.
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * The two style elements that react-aria 3 puts into a page (usePress, and usePreventScroll on iOS), letter by letter: no others are let
 * in. Whatever else is styled there goes through the CSSOM, which a policy does not stop.
 */
const injectedStyles = [
  '@layer {\n  [data-react-aria-pressable] {\n    touch-action: pan-x pan-y pinch-zoom;\n  }\n}',
  '@layer {\n  * {\n    overscroll-behavior: contain;\n  }\n}',
];

/** @param {string} text */
const hashSource = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** `https://*.hf.co` too: every host below one name. */
const origin = /^https?:\/\/(?:\*\.)?[a-z0-9.-]+(?::\d+)?$/i;

/**
 * The origins of the addresses in index.html that are not the page's own: all that a click can ever reach. A policy is asked about each
 * address that an answer sends on to as well, so where the hub has its files elsewhere those origins are named beside it
 * (`headstart:model-hub-files`, between spaces).
 * @param {string} html
 * @returns {string[]}
 */
export function foreignOrigins(html) {
  const metas = [...html.matchAll(/<meta\s+name="headstart:([\w-]+)"\s+content="([^"]*)"/g)];
  const origins = metas.flatMap(([, name = '', content = '']) => {
    if (name === 'model-hub-files') return content.split(/\s+/).filter((one) => origin.test(one));
    const isAddress = ['weights', 'datasets-server', 'model-hub'].includes(name) && /^https?:/.test(content);
    return isAddress ? [new URL(content).origin] : [];
  });
  return [...new Set(origins)];
}

/**
 * Nothing but what is named: scripts, styles, workers and WebAssembly of this site, requests to it and to `origins`, no frame, no form,
 * no plug-in, no text that becomes a script (Trusted Types; see src/protocol/own-scripts.ts).
 * @param {readonly string[]} origins
 */
export function contentSecurityPolicy(origins) {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `connect-src ${["'self'", ...origins].join(' ')}`,
    "img-src 'self' blob: data:",
    `style-src ${["'self'", ...injectedStyles.map(hashSource)].join(' ')}`,
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    "frame-src 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Of all that a browser could offer, the camera on a click and a screen that stays on. */
const permissionsPolicy = [
  'camera=(self)',
  'screen-wake-lock=(self)',
  ...['microphone', 'geolocation', 'display-capture', 'payment', 'usb', 'serial', 'midi', 'browsing-topics'].map(
    (feature) => `${feature}=()`,
  ),
].join(', ');

/**
 * What is on every answer of our servers, and what the service worker puts on the page where the host sends nothing.
 * @param {readonly string[]} origins that the page may ask besides its own
 * @returns {Record<string, string>}
 */
export function securityHeaders(origins) {
  return {
    ...isolationHeaders,
    // Who may frame the page can only be said in a header.
    'Content-Security-Policy': `${contentSecurityPolicy(origins)}; frame-ancestors 'none'`,
    'Permissions-Policy': permissionsPolicy,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  };
}

/**
 * For the development server, whose scripts and styles stand in the page and which tells the page of changes: the same limits on where
 * requests go.
 * @param {readonly string[]} origins
 */
export function developmentHeaders(origins) {
  return {
    ...securityHeaders(origins),
    'Content-Security-Policy': [
      "default-src 'self'",
      "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' blob: data:",
      `connect-src 'self' ws: ${origins.join(' ')}`,
      "object-src 'none'",
    ].join('; '),
  };
}
