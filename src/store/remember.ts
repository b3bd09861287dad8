import type { PageState } from './state';

/** Remembers the last answer: the same object while everything that it depends on is the same. */
export function remember<T>(
  keysOf: (state: PageState) => readonly unknown[],
  answer: (state: PageState) => T,
): (state: PageState) => T {
  let last: { readonly keys: readonly unknown[]; readonly value: T } | null = null;
  return (state) => {
    const keys = keysOf(state);
    if (last?.keys.every((key, index) => key === keys[index]) === true) return last.value;
    last = { keys, value: answer(state) };
    return last.value;
  };
}
