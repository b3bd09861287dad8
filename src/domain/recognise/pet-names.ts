/**
 * The breeds of the Oxford-IIIT Pet dataset (Parkhi, Vedaldi, Zisserman, Jawahar 2012) as its files are called. A capital letter begins the
 * name of a cat, a small one that of a dog.
 */
const breeds = new Set(
  (
    'Abyssinian Bengal Birman Bombay British_Shorthair Egyptian_Mau Maine_Coon Persian Ragdoll Russian_Blue Siamese Sphynx ' +
    'american_bulldog american_pit_bull_terrier basset_hound beagle boxer chihuahua english_cocker_spaniel english_setter ' +
    'german_shorthaired great_pyrenees havanese japanese_chin keeshond leonberger miniature_pinscher newfoundland pomeranian pug ' +
    'saint_bernard samoyed scottish_terrier shiba_inu staffordshire_bull_terrier wheaten_terrier yorkshire_terrier'
  ).split(' '),
);

export interface Pet {
  readonly breed: string;
  readonly species: 'cat' | 'dog';
}

/** `Abyssinian_1.jpg` is a cat, `american_bulldog_12.jpg` a dog; null for any other name. */
export function petOfFileName(fileName: string): Pet | null {
  const breed = /^([A-Za-z_]{3,40})_\d{1,6}\.[A-Za-z]{2,5}$/.exec(fileName)?.[1] ?? '';
  if (!breeds.has(breed)) return null;
  return { breed, species: /^[A-Z]/.test(breed) ? 'cat' : 'dog' };
}
