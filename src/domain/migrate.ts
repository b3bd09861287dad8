/** Makes a stored form of one version the form of the next: keys are the versions that it takes. */
export type Migrations = Readonly<
  Record<number, (older: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>>
>;

/** `stored`, of version `from`, as it would have been stored by version `to`; each step sets the version. Null where a step is missing. */
export function migrate(
  stored: Readonly<Record<string, unknown>>,
  from: number,
  to: number,
  migrations: Migrations,
): Readonly<Record<string, unknown>> | null {
  let present = stored;
  for (let version = from; version < to; version += 1) {
    const step = migrations[version];
    if (step === undefined) return null;
    present = { ...step(present), version: version + 1 };
  }
  return present;
}
