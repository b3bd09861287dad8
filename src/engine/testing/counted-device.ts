/** Counts the bytes of all buffers of a device, whoever makes them; refuses, as a full device would, what goes beyond `most`. */
export function countBytes(device: GPUDevice, most = Infinity): { bytes(): number } {
  let [alive, refused] = [0, false];
  const create = device.createBuffer.bind(device);
  const pop = device.popErrorScope.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    alive += buffer.size;
    if (alive > most) refused = true;
    const destroy = buffer.destroy.bind(buffer);
    let gone = false;
    buffer.destroy = () => {
      if (!gone) alive -= buffer.size;
      gone = true;
      destroy();
    };
    return buffer;
  };
  device.popErrorScope = async () => {
    const error = await pop();
    const full = refused ? new GPUOutOfMemoryError('full') : null;
    refused = false;
    return error ?? full;
  };
  return { bytes: () => alive };
}
