const pictureEnding = /\.(heic|heif|jpe?g|png)$/i;
const filmEnding = /\.mov$/i;

/** The films of Live Photos: each lies beside a picture of the same name (`IMG_1.HEIC` and `IMG_1.MOV`). */
export function findLivePhotoVideos(paths: readonly string[]): readonly string[] {
  const films = paths.filter((path) => filmEnding.test(path));
  if (films.length === 0) return [];
  const pictures = new Set(
    paths.filter((path) => pictureEnding.test(path)).map((path) => path.replace(pictureEnding, '').toLowerCase()),
  );
  return films.filter((path) => pictures.has(path.replace(filmEnding, '').toLowerCase()));
}
