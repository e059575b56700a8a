/**
 * A value travels through Markdown as a word that means nothing there, between two private-use characters, and gets
 * back its letters where it lands: so no value can become markup, whatever it holds.
 */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const PLACEHOLDER = /\uE000([0-9a-f]*)\uE001/g;

/** Merchants' own text must not hold the two characters. */
export const withoutMarks = (text: string): string => text.replace(/[\uE000\uE001]/g, '');

export const protectValue = (value: unknown): string =>
  OPEN + Buffer.from(withoutMarks(textOf(value)), 'utf8').toString('hex') + CLOSE;

/** `text` with each value as `write` puts it there; `index` is where in `text` the value stands. */
export const replaceValues = (text: string, write: (value: string, index: number) => string): string =>
  text.replace(PLACEHOLDER, (_, hex: string, index: number) => write(Buffer.from(hex, 'hex').toString('utf8'), index));

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return JSON.stringify(value);
  const plain = value as string | number | boolean;
  return String(plain);
}
