import * as tf from '@tensorflow/tfjs-core';

/** A module of one function that uses a SIMD instruction: https://github.com/GoogleChromeLabs/wasm-feature-detect */
const simdProbe = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  65,
  0,
  253,
  15,
  253,
  98,
  11,
);

export function hasWasmSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(simdProbe);
}

/** Starts tfjs' backend `wasm`, with SIMD and without threads: its threaded build hangs in a minified build. */
export async function startWasmBackend(): Promise<void> {
  tf.env().set('WASM_HAS_SIMD_SUPPORT', true);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not start its WASM backend');
}
