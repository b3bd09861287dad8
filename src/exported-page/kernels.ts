import alone from '../kernels/wasm/generated/alone.wasm?url&inline';
import aloneRelaxed from '../kernels/wasm/generated/alone-relaxed.wasm?url&inline';
import { hasRelaxedSimd } from '../kernels/wasm/relaxed-simd';
import { decodeBase64 } from './base64';

/** The compiled kernels that lie in this very script: nothing is fetched. */
export function compileKernels(): Promise<WebAssembly.Module> {
  const url = hasRelaxedSimd() ? aloneRelaxed : alone;
  return WebAssembly.compile(decodeBase64(url.slice(url.indexOf(',') + 1)));
}
