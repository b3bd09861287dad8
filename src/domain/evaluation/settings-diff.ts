import { settingNames, type RunConfig } from '../run-config';

/** One setting in which runs differ, in words. */
export interface SettingDifference {
  readonly field: keyof RunConfig;
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
