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
  const { gpu }: Partial<Pick<Navigator, 'gpu'>> = navigator;
  const adapter = await ask(() => gpu?.requestAdapter({ powerPreference: 'high-performance' }));
  if (adapter === null) return null;
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
  const { serviceWorker }: Partial<Pick<Navigator, 'serviceWorker'>> = navigator;
  const controller = serviceWorker?.controller ?? null;
  if (controller === null) return 'none';
  const answer = await ask(() => fetch(import.meta.url, { cache: 'force-cache' }));
  return `${answer?.headers.get('X-Headstart-Service-Worker') ?? 'of no version'}, ${controller.state}`;
}

/** Everything that the browser says of itself; asks nothing of the network but a script of the page that is there already. */
export async function gatherBrowserFacts(): Promise<BrowserFacts> {
  const { storage }: Partial<Pick<Navigator, 'storage'>> = navigator;
  const [adapter, serviceWorker, estimate, persisted] = await Promise.all([
    askAdapter(),
    askServiceWorker(),
    ask(() => storage?.estimate()),
    ask(() => storage?.persisted()),
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
    serviceWorker,
    adapter,
    storage: { quota: estimate?.quota ?? null, used: estimate?.usage ?? null, persisted },
    now: Date.now(),
    sinceOpened: performance.now(),
    screen: `${String(window.innerWidth)} × ${String(window.innerHeight)} at ${String(window.devicePixelRatio)}`,
  };
}
