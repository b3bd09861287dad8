import { convLayers } from '../domain/vgg16';
import type { NamedTensor } from '../protocol/compute-api';

/** The tensors by name; null where one is not of VGG-16, has another length, or a value that is not finite. */
export function trainedTensors(tensors: readonly NamedTensor[]): ReadonlyMap<string, Float32Array> | null {
  const lengths = new Map<string, number>(
    convLayers.flatMap(({ index, inChannels, outChannels }) => [
      [`features.${String(index)}.weight`, outChannels * inChannels * 9] as const,
      [`features.${String(index)}.bias`, outChannels] as const,
    ]),
  );
  const areSound = tensors.every(
    ({ name, values }) => values.length === lengths.get(name) && Number.isFinite(values.reduce((sum, value) => sum + value, 0)),
  );
  return areSound ? new Map(tensors.map(({ name, values }) => [name, values])) : null;
}
