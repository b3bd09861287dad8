import { looksLikePicturePath } from '../label-rules';

/** By its ending; what is in it, only its content tells. */
export function isModelFileName(name: string): boolean {
  return /\.(safetensors|pth|pt|onnx)$/i.test(name);
}

/** Values of an ONNX file that lie beside it: `model.onnx.data`, `model.onnx_data`, `weights.bin`. */
function isBesideOnnx(name: string): boolean {
  return /\.(data|bin|onnx_data)$/i.test(name);
}

/** Whether files given together are a model: one or more of them by name, and nothing else but the values of an ONNX file. */
export function areModelFiles(names: readonly string[]): boolean {
  const rest = names.filter((name) => !isModelFileName(name));
  if (rest.length === names.length) return false;
  return rest.every(isBesideOnnx) && (rest.length === 0 || names.some((name) => /\.onnx$/i.test(name)));
}

/**
 * Of paths, of a ZIP or a folder, the file of a model as this app writes it: its tensors, with `config.json` beside them and no pictures but
 * those of its certificate. Null where there is none, or where there are pictures to come in.
 */
export function findListedModel(paths: readonly string[]): string | null {
  const present = new Set(paths);
  const found = paths.find(
    (path) => /(^|\/)(model\.safetensors|model\.onnx)$/.test(path) && present.has(`${folderOf(path)}config.json`),
  );
  if (found === undefined) return null;
  const certificate = `${folderOf(found)}certificate/`;
  return paths.every((path) => !looksLikePicturePath(path) || path.startsWith(certificate)) ? found : null;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
