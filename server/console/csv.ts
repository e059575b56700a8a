/** One line of a CSV file (RFC 4180). */
export const csvLine = (values: readonly (string | number | boolean | null | undefined)[]): string =>
  `${values.map(csvField).join(',')}\r\n`;

/**
 * Spreadsheets run text that begins with = + - @ (or a tab or line break before one) as a formula, some also after
 * a semicolon, by which they part cells in many countries: an apostrophe keeps it text. See https://owasp.org/www-community/attacks/CSV_Injection
 */
function csvField(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value.replace(/(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])/g, "$1'") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The first line, with a byte order mark: Excel takes a file without one for Latin-1. */
export const csvHead = (names: readonly string[]): string => `\ufeff${csvLine(names)}`;
