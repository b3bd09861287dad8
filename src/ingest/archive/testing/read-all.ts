import type { SkippedFile } from '../../../domain/dataset';
import type { Finding } from '../member';
import { type PictureBytes, readBytes } from '../picture-bytes';

export const never = new AbortController().signal;
export const ignore = (): void => undefined;

export async function textOf(source: PictureBytes): Promise<string> {
  return new TextDecoder().decode(await readBytes(source, 16, ignore));
}

/** Paths and contents of an archive's members. */
export async function contentsOf(findings: readonly Finding[]): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const finding of findings) if ('member' in finding) contents[finding.member.path] = await textOf(finding.member.source);
  return contents;
}

export function codesOf(skipped: readonly SkippedFile[]): Record<string, string> {
  return Object.fromEntries(skipped.map(({ path, reason }) => [path, reason.code]));
}

/** Paths and codes of what an archive's reader refused. */
export function refusalsOf(findings: readonly Finding[]): Record<string, string> {
  return codesOf(findings.flatMap((finding) => ('skipped' in finding ? [finding.skipped] : [])));
}
