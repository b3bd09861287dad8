import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { contentSecurityPolicy, developmentHeaders, foreignOrigins, securityHeaders } from './security-headers.mjs';

const policyOf = (headers: Record<string, string>) =>
  new Map(
    (headers['Content-Security-Policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources.join(' ')] as const;
    }),
  );

test('the origins that a click can reach are those of the addresses in the page, and no others', async () => {
  const html = await readFile('index.html', 'utf8');
  const usual = ['https://datasets-server.huggingface.co', 'https://huggingface.co', 'https://*.hf.co'];
  expect(foreignOrigins(html)).toEqual(usual);
  const other = html.replace('"./models/vgg16/"', '"https://weights.example:8443/vgg16/"');
  expect(foreignOrigins(other)).toEqual(['https://weights.example:8443', ...usual]);
});

test('where the hub keeps its files goes with the hub, and is let in as an origin or not at all', async () => {
  const html = await readFile('index.html', 'utf8');
  const files = (content: string) => foreignOrigins(html.replace('"https://*.hf.co"', `"${content}"`)).slice(2);
  expect(files('')).toEqual([]);
  expect(files('https://a.example:8080 http://127.0.0.1:4000')).toEqual(['https://a.example:8080', 'http://127.0.0.1:4000']);
  expect(files("https: * 'unsafe-inline' https://*; script-src https://a.example/path https://*.*.example")).toEqual([]);
  const mirror = html.replace('"https://huggingface.co/"', '"https://hub.example/mirror/"').replace('"https://*.hf.co"', '""');
  expect(foreignOrigins(mirror)).toEqual(['https://datasets-server.huggingface.co', 'https://hub.example']);
});

test('everything is forbidden that is not named, and what runs comes from this site alone', () => {
  const policy = policyOf(securityHeaders(['https://data.example']));
  expect(policy.get('default-src')).toBe("'none'");
  expect(policy.get('script-src')).toBe("'self' 'wasm-unsafe-eval'");
  expect(policy.get('worker-src')).toBe("'self'");
  expect(policy.get('connect-src')).toBe("'self' https://data.example");
  for (const name of ['base-uri', 'object-src', 'form-action', 'frame-src', 'frame-ancestors'])
    expect(policy.get(name)).toBe("'none'");
  expect(policy.get('require-trusted-types-for')).toBe("'script'");
  expect([...policy.values()].join(' ')).not.toMatch(
    /unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|https?:(?!\/\/data\.example)|\*/,
  );
});

test('a page’s meta tag says nothing that only a header can', () => {
  expect(contentSecurityPolicy([])).not.toMatch(/frame-ancestors|report-uri|sandbox/);
});

test('the style that react-aria puts into every page is let in letter by letter', async () => {
  const source = await readFile('node_modules/react-aria/dist/private/interactions/usePress.mjs', 'utf8');
  const attribute = /PRESSABLE_ATTRIBUTE = '([\w-]+)'/.exec(source)?.[1];
  const style = /style\.textContent = `([^`]*)`/
    .exec(source)?.[1]
    ?.replace(/\$\{[^}]*\}/, attribute ?? '')
    .trim();
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  expect(contentSecurityPolicy([])).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
});

test('the development server lets its own scripts in, and requests nowhere else', () => {
  const policy = policyOf(developmentHeaders(['https://data.example']));
  expect(policy.get('connect-src')).toBe("'self' ws: https://data.example");
});
