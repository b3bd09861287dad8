import aloneUrl from './generated/alone.wasm?url&no-inline';
import aloneRelaxedUrl from './generated/alone-relaxed.wasm?url&no-inline';
import sharedUrl from './generated/shared.wasm?url&no-inline';
import sharedRelaxedUrl from './generated/shared-relaxed.wasm?url&no-inline';

/** Which of the four builds fits this browser and page. */
export interface KernelBuild {
  readonly shared: boolean;
  readonly relaxed: boolean;
}

function urlOf({ shared, relaxed }: KernelBuild): string {
  if (shared) return relaxed ? sharedRelaxedUrl : sharedUrl;
  return relaxed ? aloneRelaxedUrl : aloneUrl;
}

/** Fetches and compiles a build. Rejects when the file is not there. */
export async function loadKernelModule(build: KernelBuild): Promise<WebAssembly.Module> {
  const response = await fetch(urlOf(build));
  if (!response.ok) throw new Error(`the CPU kernels could not be loaded (HTTP ${response.status})`);
  // Not compileStreaming: some static hosts serve .wasm with another type, and this is 27 kB.
  return WebAssembly.compile(await response.arrayBuffer());
}
