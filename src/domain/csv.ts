/** A spreadsheet computes what begins so; numbers such as -1 are left alone. */
export function defuse(text: string): string {
  return /^[=@\t\r]/.test(text) || /^[+-](?![\d.]+$)/.test(text) ? `'${text}` : text;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as RFC 4180 has them, each line ended by CRLF. Texts that a person gave pass `defuse` first. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return [...rows.map((row) => row.map(cell).join(',')), ''].join('\r\n');
}
