import { compareCodePoints } from '../commands';
import type { MergeProposal } from './proposal';

interface Counted {
  readonly name: string;
  readonly pictures: number;
}

/** Copies as systems name them: `cat - Copy`, `cat copy 2`, `cat (2)`, `cat - Kopie`. */
const copyEnding = /(?:\s*[-–_]?\s*\(?\b(?:copy|kopie|copie|copia)\b\)?\s*(?:\(?\d{1,3}\)?)?|\s*\(\d{1,3}\))$/iu;
const numberEnding = /[\s._-]*\d{1,3}$/u;

/** What is left when case, width, dashes and doubled blanks do not count. */
function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s._-]+/gu, ' ')
    .trim();
}

/** The singulars that an English plural may have. */
function singulars(folded: string): readonly string[] {
  const forms: string[] = [];
  if (/[^s]s$/.test(folded)) forms.push(folded.slice(0, -1));
  if (/(s|x|z|ch|sh)es$/.test(folded)) forms.push(folded.slice(0, -2));
  if (/ies$/.test(folded)) forms.push(`${folded.slice(0, -3)}y`);
  return forms.filter((form) => form.length > 1);
}

/** More of one name with numbers are a series (`person 1` to `person 40`), not copies. */
const mostNumbered = 9;

/**
 * Names that seem to mean one class: they differ in case, dashes, a plural, a copy's ending, or a trailing number where the bare name is
 * there too. They are only proposed. Of a group the class of the project is kept, else that of most pictures.
 */
export function proposeMerges(found: readonly Counted[], present: readonly string[]): readonly MergeProposal[] {
  const pictures = new Map(found.map(({ name, pictures: count }) => [name, count]));
  const names = [...new Set([...present, ...pictures.keys()])].sort(compareCodePoints);
  const folded = new Map(names.map((name) => [name, foldName(name)]));
  const bare = new Set(folded.values());
  // Without a copy's ending; a number alone keeps its meaning.
  const withoutCopy = (fold: string): string => {
    const base = fold.replace(copyEnding, '').trim();
    return /\p{L}|\p{Extended_Pictographic}/u.test(base) ? base : fold;
  };
  for (const fold of [...bare]) bare.add(withoutCopy(fold));

  const numbered = new Map<string, number>();
  const withoutNumber = (fold: string): string => {
    const base = fold.replace(numberEnding, '').trim();
    return base !== fold && /\p{L}|\p{Extended_Pictographic}/u.test(base) ? base : fold;
  };
  const toSingular = (fold: string): string => singulars(fold).find((form) => bare.has(form)) ?? fold;
  /** The bare name that a numbered one belongs to: itself, its plural or its singular must be there. */
  const baseOfNumbered = (fold: string): string => {
    const base = withoutNumber(fold);
    if (base === fold) return fold;
    const plural = [`${base}s`, `${base}es`, base.replace(/y$/, 'ies')].find((form) => form !== base && bare.has(form));
    const isPresent = bare.has(base) || plural !== undefined || singulars(base).some((form) => bare.has(form));
    return isPresent ? base : fold;
  };
  for (const fold of folded.values()) {
    const base = baseOfNumbered(withoutCopy(fold));
    if (base !== fold) numbered.set(base, (numbered.get(base) ?? 0) + 1);
  }

  const keyOf = (fold: string): string => {
    const copied = withoutCopy(fold);
    const base = baseOfNumbered(copied);
    const stripped = (numbered.get(base) ?? 0) > mostNumbered ? copied : base;
    // `cats` beside `cat 2` alone: the number's bare name is what both mean.
    const single = toSingular(stripped);
    return single === stripped ? (singulars(stripped).find((form) => numbered.has(form)) ?? stripped) : single;
  };
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = keyOf(folded.get(name) ?? name);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [name]);
    else group.push(name);
  }

  const isPresent = new Set(present);
  return [...groups.values()].flatMap((group): MergeProposal[] => {
    const [into, ...others] = [...group].sort(
      (a, b) =>
        Number(isPresent.has(b)) - Number(isPresent.has(a)) ||
        (pictures.get(b) ?? 0) - (pictures.get(a) ?? 0) ||
        a.length - b.length ||
        compareCodePoints(a, b),
    );
    // Classes that the project has already are merged there, not here.
    const from = others.filter((name) => pictures.has(name) && name !== into);
    return into === undefined || from.length === 0 ? [] : [{ into, from }];
  });
}
