/** What wrappers put before every name: DataParallel, a module's own attribute, torch.compile, Lightning. */
const prefixes = ['module.', 'model.', '_orig_mod.', 'net.', 'backbone.', 'vgg.', 'vgg16.'] as const;

/** Names without the wrappers that all of them have, whatever their order. The same number of names, in the same places. */
export function stripPrefixes(names: readonly string[]): readonly string[] {
  let stripped = names;
  // Each turn shortens every name, so this ends.
  while (stripped.length > 0) {
    const prefix = prefixes.find((one) => stripped.every((name) => name.startsWith(one) && name.length > one.length));
    if (prefix === undefined) break;
    stripped = stripped.map((name) => name.slice(prefix.length));
  }
  return stripped;
}
