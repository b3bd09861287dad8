import type { BrowserFacts } from '../../store/diagnostics';

/** Put in by the build (vite.config.ts); absent in tests. */
declare const headstartVersions: Readonly<Record<string, string>> | undefined;

/** Limits that decide which kernels run and how large a batch can be. */
const limitsTold = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Absent on plain http and in older browsers, whatever the types say. */
const offered: Partial<Pick<Navigator, 'gpu' | 'serviceWorker' | 'storage'>> = navigator;

/** What a browser refuses to tell is not known; it is never a failure. */
async function ask<T>(question: () => Promise<T | null> | undefined): Promise<T | null> {
  try {
    return (await question()) ?? null;
  } catch {
    return null;
  }
}

/** Nothing is made of it but a list: no device. As the engine asks for it. */
async function askAdapter(): Promise<BrowserFacts['adapter']> {
  const adapter = await offered.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === undefined || adapter === null) return null;
  const { vendor, architecture, device, description } = adapter.info;
  const words = [vendor, architecture, device, description].filter((word) => word !== '');
  return {
    description: words.length === 0 ? 'offered, not described' : words.join(' '),
    features: [...adapter.features],
    limits: Object.fromEntries(limitsTold.map((name) => [name, adapter.limits[name]])),
  };
}

/** Our service worker writes its version on what it answers: the scripts of the page among them. */
async function askServiceWorker(): Promise<string> {
  const controller = offered.serviceWorker?.controller ?? null;
  if (controller === null) return 'none';
  const answer = await ask(() => fetch(import.meta.url, { cache: 'force-cache' }));
  return `${answer?.headers.get('X-Headstart-Service-Worker') ?? 'of no version'}, ${controller.state}`;
}

/** Everything that the browser says of itself; asks nothing of the network but a script of the page that is there already. */
export async function gatherBrowserFacts(): Promise<BrowserFacts> {
  const [adapter, serviceWorker, estimate, persisted] = await Promise.all([
    ask(askAdapter),
    ask(askServiceWorker),
    ask(() => offered.storage?.estimate()),
    ask(() => offered.storage?.persisted()),
  ]);
  return {
    versions: typeof headstartVersions === 'undefined' ? {} : headstartVersions,
    userAgent: navigator.userAgent,
    platform: navigator.platform === '' ? null : navigator.platform,
    cores: navigator.hardwareConcurrency,
    language: navigator.language,
    isSecure: window.isSecureContext,
    isIsolated: window.crossOriginIsolated,
    isHidden: document.visibilityState === 'hidden',
    serviceWorker: serviceWorker ?? 'not known',
    adapter,
    storage: { quota: estimate?.quota ?? null, used: estimate?.usage ?? null, persisted },
    now: Date.now(),
    sinceOpened: performance.now(),
    screen: `${String(window.innerWidth)} × ${String(window.innerHeight)} at ${String(window.devicePixelRatio)}`,
  };
}
