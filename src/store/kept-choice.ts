import type { DeviceChoice } from '../domain/events';

const key = 'headstart:device';

function isChoice(value: unknown): value is DeviceChoice {
  return value === 'auto' || value === 'webgpu' || value === 'cpu';
}

/** The device that the person chose on the last visit. A private window may refuse storage, and Node has none: then `auto`. */
export function readDeviceChoice(): DeviceChoice {
  try {
    const kept = globalThis.localStorage.getItem(key);
    return isChoice(kept) ? kept : 'auto';
  } catch {
    return 'auto';
  }
}

export function keepDeviceChoice(choice: DeviceChoice): void {
  try {
    globalThis.localStorage.setItem(key, choice);
  } catch {
    // Not kept: the choice holds until the tab closes.
  }
}

export function forgetDeviceChoice(): void {
  try {
    globalThis.localStorage.removeItem(key);
  } catch {
    // There was nothing to forget.
  }
}
