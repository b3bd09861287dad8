import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import type { DeviceEnvironment } from './device';
import { hasWasmSimd, startWasmBackend } from './wasm-backend';

/** `navigator.gpu` is missing in browsers without WebGPU and at insecure addresses, whatever its type says. */
function gpuOf({ gpu }: { readonly gpu?: GPU }): DeviceEnvironment['gpu'] {
  return gpu ?? null;
}

export function createBrowserEnvironment(): DeviceEnvironment {
  return {
    gpu: gpuOf(navigator),
    hasWasmSimd,
    startWasm: async () => {
      // tfjs asks for an address of each of its builds; with the flags above only this one is ever fetched.
      setWasmPaths({
        'tfjs-backend-wasm.wasm': simdUrl,
        'tfjs-backend-wasm-simd.wasm': simdUrl,
        'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
      });
      await startWasmBackend();
    },
  };
}
