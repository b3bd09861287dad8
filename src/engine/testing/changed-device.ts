import type { DeviceEnvironment } from '../device';

/** The environment with every device of its adapters seen, and perhaps changed, before anybody uses it. */
export function changeDevices(environment: DeviceEnvironment, change: (device: GPUDevice) => void): DeviceEnvironment {
  const { gpu } = environment;
  if (gpu === null) return environment;
  return {
    ...environment,
    gpu: {
      requestAdapter: async (options) => {
        const adapter = await gpu.requestAdapter(options);
        if (adapter === null) return null;
        const requestDevice = adapter.requestDevice.bind(adapter);
        adapter.requestDevice = async (descriptor) => {
          const device = await requestDevice(descriptor);
          change(device);
          return device;
        };
        return adapter;
      },
    },
  };
}

/** A driver that compiles one of our programs wrongly: a piece of its text stands for another. Throws where the piece does not occur. */
export function damageProgram(device: GPUDevice, name: string, piece: string, other: string): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    if (descriptor.label !== name) return create(descriptor);
    if (!descriptor.code.includes(piece)) throw new Error(`${name} has no ${piece}`);
    return create({ ...descriptor, code: descriptor.code.replace(piece, other) });
  };
}
