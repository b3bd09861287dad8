import type { DeviceChoice } from '../domain/events';
import { clampThreads } from '../domain/threads';

const deviceKey = 'headstart:device';
const threadsKey = 'headstart:threads';
const evidenceKey = 'headstart:evidence';
const featureBudgetKey = 'headstart:features';
const projectKey = 'headstart:project';
/** The page's own matter (ui/shell/theme), but what is forgotten is everything. */
const themeKey = 'headstart:theme';

function isChoice(value: unknown): value is DeviceChoice {
  return value === 'auto' || value === 'webgpu' || value === 'cpu';
}

/** A private window may refuse storage, and Node has none: then nothing was kept. */
function read(key: string): string | null {
  try {
    return globalThis.localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Null forgets. */
function keep(key: string, value: string | null): void {
  try {
    if (value === null) globalThis.localStorage.removeItem(key);
    else globalThis.localStorage.setItem(key, value);
  } catch {
    // Not kept: the choice holds until the tab closes.
  }
}

/** The device that the person chose on the last visit. */
export function readDeviceChoice(): DeviceChoice {
  const kept = read(deviceKey);
  return isChoice(kept) ? kept : 'auto';
}

export function keepDeviceChoice(choice: DeviceChoice): void {
  keep(deviceKey, choice);
}

/** The number of threads that the person chose on the last visit, null for as many as there are. The device may have fewer now. */
export function readThreadsChoice(most: number): number | null {
  const kept = Number(read(threadsKey) ?? Number.NaN);
  return Number.isInteger(kept) && kept >= 1 ? clampThreads(kept, most) : null;
}

export function keepThreadsChoice(threads: number | null): void {
  keep(threadsKey, threads === null ? null : String(threads));
}

/** Whether predictions are explained: unless the person switched it off. */
export function readEvidenceChoice(): boolean {
  return read(evidenceKey) !== 'off';
}

export function keepEvidenceChoice(show: boolean): void {
  keep(evidenceKey, show ? null : 'off');
}

/** Bytes that kept features may take as the person chose on the last visit, 0 for none; null: automatic. */
export function readFeatureBudget(): number | null {
  const kept = read(featureBudgetKey);
  const bytes = Number(kept ?? Number.NaN);
  return kept !== null && kept !== '' && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : null;
}

export function keepFeatureBudget(bytes: number | null): void {
  keep(featureBudgetKey, bytes === null ? null : String(bytes));
}

/** The project that this tab had open: a reload comes back to it, another tab has its own. */
export function readOpenProject(): string | null {
  try {
    return globalThis.sessionStorage.getItem(projectKey);
  } catch {
    return null; // refused, or Node
  }
}

export function keepOpenProject(id: string | null): void {
  try {
    if (id === null) globalThis.sessionStorage.removeItem(projectKey);
    else globalThis.sessionStorage.setItem(projectKey, id);
  } catch {
    // Not kept: a reload opens the project written last.
  }
}

export function forgetChoices(): void {
  keepOpenProject(null);
  keep(deviceKey, null);
  keep(threadsKey, null);
  keep(evidenceKey, null);
  keep(themeKey, null);
  keep(featureBudgetKey, null);
}
