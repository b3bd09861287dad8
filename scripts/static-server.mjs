import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sha256 } from './build-record.mjs';
import { foreignOrigins, securityHeaders } from './security-headers.mjs';
import { createLine, damage, throttle } from './static-server-faults.mjs';

/** @typedef {import('./static-server-faults.mjs').Fault} Fault */

/**
 * @typedef {object} RecordedRequest
 * @property {string} method
 * @property {string} path as asked for, with the base path, without the query
 * @property {number} status 0 when the connection was cut or never answered
 */

/**
 * @typedef {object} StaticServerOptions
 * @property {string} root folder to serve, absolute
 * @property {string} [basePath] where it appears, such as `/some/sub/path/`; `/` when absent
 * @property {number} [firstPort] the first free port from here up; any free port when absent
 * @property {boolean} [isolation] whether answers carry our headers, those that isolate the page and its policy; true when absent
 * @property {boolean} [reportViolations] whether the browser is to tell what the policy stopped, in page and workers; false when absent
 * @property {Record<string, string>} [headers] more headers of every answer
 * @property {Record<string, string>} [meta] new contents of meta tags in index.html, by their name, as if it had been built with them
 * @property {boolean} [recordRequests] true when absent
 * @property {number} [bytesPerSecond] of all answers together; as fast as it goes when absent
 */

/**
 * @typedef {object} StaticServer
 * @property {string} url of the app, ends with `/`
 * @property {string} origin
 * @property {RecordedRequest[]} requests in the order of their arrival
 * @property {string[]} violations what the policy stopped, as the browser reported it
 * @property {(root: string) => void} setRoot serves another folder from now on, as after an upload
 * @property {(faults: readonly Fault[]) => void} setFaults replaces the faults in force; their counts start anew
 * @property {() => Promise<void>} close cuts open connections
 */

/** @type {Record<string, string>} */
const mimeTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
};

/** @param {string} text */
function escapeAttribute(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

/**
 * The page with other contents in the named meta tags. Throws when a tag is not there: a test must not run against the real address.
 * @param {string} html
 * @param {Record<string, string>} meta
 */
export function replaceMeta(html, meta) {
  return Object.entries(meta).reduce((text, [name, content]) => {
    const tag = new RegExp(`<meta\\s+name="${name}"[^>]*>`);
    if (!tag.test(text)) throw new Error(`index.html has no meta tag named ${name}`);
    return text.replace(tag, () => `<meta name="${escapeAttribute(name)}" content="${escapeAttribute(content)}" />`);
  }, html);
}

/**
 * @param {string} root
 * @returns {Promise<string>} empty where there is none
 */
const readPage = (root) => readFile(join(root, 'index.html'), 'utf8').catch(() => '');

/** @param {string} html */
const originsOf = (html) => foreignOrigins(html).join(' ');

/**
 * A built page with other addresses, its policy too.
 * @param {string} html
 * @param {Record<string, string>} meta
 */
function addressPage(html, meta) {
  const changed = replaceMeta(html, meta);
  return changed.replaceAll(`connect-src 'self' ${originsOf(html)}`, `connect-src 'self' ${originsOf(changed)}`);
}

/**
 * The service worker that was built with that page: it knows its hash and its policy.
 * @param {string} script
 * @param {string} html as it was built
 * @param {Record<string, string>} meta
 */
function addressServiceWorker(script, html, meta) {
  const changed = addressPage(html, meta);
  return script
    .replaceAll(`connect-src 'self' ${originsOf(html)}`, `connect-src 'self' ${originsOf(changed)}`)
    .replaceAll(sha256(html), sha256(changed));
}

/**
 * @param {string} root
 * @param {string} pathInside decoded, begins with `/`
 * @returns {Promise<string | null>} the file to send, null when there is none inside the root
 */
async function findFile(root, pathInside) {
  const path = normalize(join(root, pathInside));
  if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
  try {
    const status = await stat(path);
    if (status.isFile()) return path;
    return status.isDirectory() && pathInside.endsWith('/') ? await findFile(root, `${pathInside}index.html`) : null;
  } catch {
    return null;
  }
}

/**
 * Listens on the first free port of the loopback interface.
 * @param {import('node:http').Server} server
 * @param {number} firstPort 0 for any
 * @returns {Promise<number>}
 */
async function listen(server, firstPort) {
  for (let port = firstPort; ; port += 1) {
    /** @type {boolean} */
    const taken = await new Promise((resolve, reject) => {
      /** @param {NodeJS.ErrnoException} error */
      const onError = (error) => {
        if (error.code === 'EADDRINUSE' && port !== 0 && port < firstPort + 100) resolve(true);
        else reject(error);
      };
      server.once('error', onError);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', onError);
        resolve(false);
      });
    });
    const address = server.address();
    if (!taken && address !== null && typeof address === 'object') return address.port;
  }
}

/**
 * A static file server on the loopback interface only: what any static host does, and, for tests, its failures.
 * Nothing it sends may be kept by the browser's HTTP cache: what is fetched again must be seen to be fetched again.
 * @param {StaticServerOptions} options
 * @returns {Promise<StaticServer>}
 */
export async function startStaticServer({
  root,
  basePath = '/',
  firstPort = 0,
  isolation = true,
  reportViolations = false,
  headers: more = {},
  meta = {},
  recordRequests = true,
  bytesPerSecond,
}) {
  const line = bytesPerSecond === undefined ? undefined : createLine(bytesPerSecond);
  /** @type {RecordedRequest[]} */
  const requests = [];
  /** @type {string[]} */
  const violations = [];
  /** @type {{ fault: Fault, left: number }[]} */
  let faults = [];
  let present = root;
  const isChanged = Object.keys(meta).length > 0;

  /** @returns {Promise<Record<string, string>>} */
  async function chooseHeaders() {
    if (!isolation) return {};
    const html = await readPage(present);
    const headers = securityHeaders(foreignOrigins(isChanged ? addressPage(html, meta) : html));
    const policy = headers['Content-Security-Policy'] ?? '';
    return reportViolations ? { ...headers, 'Content-Security-Policy': `${policy}; report-uri ${reportPath}` } : headers;
  }
  const reportPath = `${basePath}policy-report`;
  let ours = chooseHeaders();

  /** @param {import('node:http').IncomingMessage} request */
  async function noteViolation(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    violations.push(Buffer.concat(chunks).toString('utf8'));
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async function answer(request, response) {
    const path = decodeURIComponent((request.url ?? '/').replace(/[?#].*$/s, ''));
    const record = { method: request.method ?? 'GET', path, status: 0 };
    if (reportViolations && path === reportPath) {
      await noteViolation(request);
      response.writeHead(204).end();
      return;
    }
    if (recordRequests) requests.push(record);
    const headersOfOurs = await ours;
    /** @param {number} status @param {Record<string, string | number>} headers */
    const writeHead = (status, headers) => {
      record.status = status;
      response.writeHead(status, {
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        ...headersOfOurs,
        ...more,
        ...headers,
      });
    };
    /** @param {number} status @param {string} text */
    const refuse = (status, text) => {
      writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(text);
    };

    const active = faults.find(({ fault, left }) => left > 0 && fault.match.test(path));
    if (active !== undefined) active.left -= 1;
    const fault = active?.fault;
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'cut') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'status') {
      refuse(fault.status, `Status ${String(fault.status)} asked for by a test\n`);
      return;
    }
    if (fault?.kind === 'redirect') {
      writeHead(302, { Location: fault.to });
      response.end();
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(405, 'Only GET and HEAD\n');
      return;
    }
    const file = path.startsWith(basePath) ? await findFile(present, `/${path.slice(basePath.length)}`) : null;
    if (file === null) {
      refuse(404, 'Not found\n');
      return;
    }
    const type = mimeTypes[extname(file)] ?? 'application/octet-stream';
    const isPage = isChanged && file.endsWith('.html');
    const isServiceWorker = isChanged && file.endsWith(`${sep}sw.js`);
    if (isPage || isServiceWorker || fault?.kind === 'truncate' || fault?.kind === 'flip' || fault?.kind === 'append') {
      const whole = await readFile(file);
      const text = whole.toString('utf8');
      const changed = isPage
        ? Buffer.from(addressPage(text, meta))
        : isServiceWorker
          ? Buffer.from(addressServiceWorker(text, await readPage(present), meta))
          : whole;
      const body = fault === undefined ? changed : damage(changed, fault);
      writeHead(200, { 'Content-Type': type, 'Content-Length': body.byteLength });
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    writeHead(200, { 'Content-Type': type, 'Content-Length': (await stat(file)).size });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const stream = createReadStream(file, { highWaterMark: 65536 });
    const slowed = fault?.kind === 'throttle' ? throttle(stream, fault.bytesPerSecond) : line?.(stream);
    const body = slowed === undefined ? stream : Readable.from(slowed);
    await pipeline(body, response);
  }

  const server = createServer((request, response) => {
    // A browser that leaves in the middle of an answer is no failure of the server.
    answer(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, firstPort);
  const origin = `http://127.0.0.1:${String(port)}`;
  return {
    url: `${origin}${basePath}`,
    origin,
    requests,
    violations,
    setRoot: (next) => {
      present = next;
      ours = chooseHeaders();
    },
    setFaults: (next) => {
      faults = next.map((fault) => ({ fault, left: fault.times ?? Infinity }));
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
