import type { Rng } from '../../src/domain/rng';
import { pick } from './target';

type Holder = Record<string, unknown> | unknown[];

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === 'object' && value !== null && (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
  );
}

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { a: value } : [value];
  return value;
}

/** What stands where something else should: wrong kinds, lengths, and names that objects have of their own. */
function hostileValue(rng: Rng): unknown {
  return pick<() => unknown>(rng, [
    () => null,
    () => undefined,
    () => true,
    () => pick(rng, [-1, 0, 0.5, 1e21, Number.NaN, Infinity, -Infinity, 2 ** 53, -0, 1e308, 4294967295, 1000]),
    () =>
      pick(rng, ['', '__proto__', 'constructor', 'toString', '\u0000', '\ud800', '../..', 'a'.repeat(5000), '=1+1', '‮', 'NaN']),
    () => [],
    () => ({}),
    () => nested(rng.integer(20) === 0 ? 2000 : 1 + rng.integer(5)),
    () => Array.from({ length: rng.integer(10) === 0 ? 3000 : 3 }, () => pick(rng, [0, '', null, 'a'])),
    (): unknown => JSON.parse('{"__proto__":{"polluted":true}}'),
  ])();
}

function get(holder: Holder, key: string): unknown {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}

/** `defineProperty`, so that `__proto__` becomes a key and not the prototype. */
function set(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

function changeOnce(root: { value: unknown }, rng: Rng, others: readonly unknown[]): void {
  // A random walk from the root; it stops anywhere on its way.
  let holder: Holder = root;
  let key = 'value';
  for (;;) {
    const inside = get(holder, key);
    if (!isHolder(inside) || rng.integer(5) === 0) break;
    const keys = Object.keys(inside);
    if (keys.length === 0) break;
    [holder, key] = [inside, pick(rng, keys)];
  }
  const inside = get(holder, key);
  switch (rng.integer(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else if (holder !== root) Reflect.deleteProperty(holder, key);
      return;
    case 1:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(inside));
      else if (holder !== root) set(holder, pick(rng, ['__proto__', 'constructor', 'extra', '']), structuredClone(inside));
      return;
    case 2: {
      // What stands elsewhere, in this or another valid one.
      const other = structuredClone(pick(rng, others));
      set(holder, key, isHolder(other) && Object.keys(other).length > 0 ? get(other, pick(rng, Object.keys(other))) : other);
      return;
    }
    case 3:
      if (typeof inside === 'number') set(holder, key, pick(rng, [inside + 1, -inside, inside * 1e9, inside + 0.5]));
      else if (typeof inside === 'string')
        set(holder, key, inside.slice(0, rng.integer(inside.length + 1)) + pick(rng, ['', '\u0000', '/', inside]));
      else set(holder, key, hostileValue(rng));
      return;
    default:
      set(holder, key, hostileValue(rng));
  }
}

/** One of the valid values with one to five things wrong with it. */
export function mutateValue(valid: readonly unknown[], rng: Rng): unknown {
  const root = { value: structuredClone(pick(rng, valid)) };
  for (let left = 1 + rng.integer(5); left > 0; left -= 1) changeOnce(root, rng, valid);
  return root.value;
}

/** The same with one part left out, at any depth. */
export function* smallerValues(value: unknown): Iterable<unknown> {
  if (!isHolder(value)) return;
  if (Array.isArray(value)) {
    for (const at of value.keys()) {
      yield value.filter((_, other) => other !== at);
      for (const smaller of smallerValues(value[at])) yield value.map((item, other) => (other === at ? smaller : item));
    }
    return;
  }
  for (const [key, inside] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
    for (const smaller of smallerValues(inside)) yield { ...value, [key]: smaller };
  }
}

export function showValue(value: unknown): string {
  const text = JSON.stringify(value, (_, inside: unknown) =>
    typeof inside === 'number' && !Number.isFinite(inside)
      ? `(${String(inside)})`
      : inside === undefined
        ? '(undefined)'
        : inside,
  ) as string | undefined;
  return (text ?? '(undefined)').slice(0, 3000);
}
