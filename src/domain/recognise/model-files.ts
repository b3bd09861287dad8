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

/** Whether paths, of a ZIP or a folder, are those of a model as this app writes it: the tensors with `config.json` beside them. */
export function listsModel(paths: readonly string[]): boolean {
  const folders = new Set(paths.filter((path) => /(^|\/)config\.json$/.test(path)).map(folderOf));
  return paths.some((path) => /(^|\/)(model\.safetensors|[^/]+\.onnx)$/.test(path) && folders.has(folderOf(path)));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
