import { HeadstartError, throwIfCancelled } from '../../domain/errors';
import type { ModelImportProgress } from '../../domain/model-import';
import { yieldToTasks } from '../yield';
import { type FoundTensor, isFinite } from './tensor-values';

function throwIt(_name: string, error: HeadstartError): never {
  throw error;
}

/**
 * Reads tensors one after the other as float32, under the names that they have in the map. Progress is in bytes of the file.
 * A value that is no number is an error, unless `onNotFinite` takes it.
 * @throws HeadstartError `cancelled`, `model-tensor-not-finite`, and what reading throws
 */
export async function readTensors<Name extends string>(
  tensors: ReadonlyMap<Name, FoundTensor>,
  file: string,
  onProgress: (progress: ModelImportProgress) => void,
  signal: AbortSignal,
  onNotFinite: (name: Name, error: HeadstartError) => void = throwIt,
): Promise<Map<Name, Float32Array>> {
  const total = [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const values = new Map<Name, Float32Array>();
  let done = 0;
  onProgress({ stage: 'reading', done, total });
  for (const [name, tensor] of tensors) {
    await yieldToTasks();
    throwIfCancelled(signal);
    const own = await tensor.read();
    if (!isFinite(own)) onNotFinite(name, new HeadstartError('model-tensor-not-finite', { name: file, tensor: tensor.name }));
    values.set(name, own);
    done += tensor.bytes;
    onProgress({ stage: 'reading', done, total });
  }
  throwIfCancelled(signal);
  return values;
}
