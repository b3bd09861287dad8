import { convLayers } from '../domain/vgg16';
import type { NamedTensor } from '../protocol/compute-api';

/** Values of each tensor of VGG-16's convolutions, by its name. */
export const tensorLengths: ReadonlyMap<string, number> = new Map(
  convLayers.flatMap(({ index, inChannels, outChannels }) => [
    [`features.${String(index)}.weight`, outChannels * inChannels * 9] as const,
    [`features.${String(index)}.bias`, outChannels] as const,
  ]),
);

/** The tensors by name; null where one is not of VGG-16, has another length, or a value that is not finite. */
export function trainedTensors(tensors: readonly NamedTensor[]): ReadonlyMap<string, Float32Array> | null {
  const areSound = tensors.every(
    ({ name, values }) =>
      values.length === tensorLengths.get(name) && Number.isFinite(values.reduce((sum, value) => sum + value, 0)),
  );
  return areSound ? new Map(tensors.map(({ name, values }) => [name, values])) : null;
}
