import { settingNames, type RunConfig } from '../run-config';
import type { RunData } from '../run-data';

/** One setting in which runs differ, in words. */
export interface SettingDifference {
  readonly field: string;
  readonly name: string;
  /** One a run, in the order given. */
  readonly values: readonly string[];
}

function isSettingName(field: string): field is keyof RunConfig {
  return Object.hasOwn(settingNames, field);
}

/** `off`, `0.001`, `flip true, crop 0.2`. */
function describe(value: RunConfig[keyof RunConfig]): string {
  if (value === null) return 'off';
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, part]) => `${name} ${String(part)}`)
      .join(', ');
  return String(value);
}

/** The settings in which these runs differ, in the order of the settings. */
export function diffSettings(configs: readonly RunConfig[]): SettingDifference[] {
  return Object.keys(settingNames).flatMap((field) => {
    if (!isSettingName(field)) return [];
    const values = configs.map((config) => describe(config[field]));
    return new Set(values).size < 2 ? [] : [{ field, name: settingNames[field], values }];
  });
}

const dataRows: readonly { readonly field: string; readonly name: string; readonly read: (data: RunData) => string }[] = [
  { field: 'fingerprint', name: 'Pictures, labels and splits', read: ({ fingerprint }) => fingerprint.slice(0, 8) },
  { field: 'by', name: 'Split by', read: ({ splitRules }) => splitRules.by },
  { field: 'testFraction', name: 'Test share', read: ({ splitRules }) => String(splitRules.testFraction) },
  {
    field: 'together',
    name: 'Kept together',
    read: ({ splitRules }) => (splitRules.together === 'pattern' ? `pattern ${splitRules.pattern}` : splitRules.together),
  },
  { field: 'pinned', name: 'Pinned pictures', read: ({ pinned }) => String(pinned) },
];

/** In what runs learnt from other data, one value a run; a run of an earlier version says nothing. */
export function diffData(data: readonly (RunData | null)[]): SettingDifference[] {
  return dataRows.flatMap(({ field, name, read }) => {
    const values = data.map((one) => (one === null ? 'not kept' : read(one)));
    return new Set(values).size < 2 ? [] : [{ field, name, values }];
  });
}
