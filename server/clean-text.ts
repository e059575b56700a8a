/** Texts from outside may hold NUL and lone surrogates, which databases and mail refuse: they become U+FFFD. */

const REPLACEMENT = '\ufffd';

export const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT);

// The only way such characters survive UTF-8 decoding and JSON: as escapes.
const SUSPECT_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/** Parses JSON and cleans every text in it; `raw` is the same value as text that any database takes. Throws SyntaxError. */
export function parseCleanJson(raw: string): { value: unknown; raw: string } {
  const value: unknown = JSON.parse(raw);
  if (!raw.includes('\\u') || !SUSPECT_ESCAPE.test(raw)) return { value, raw };
  const clean = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? cleanText(part) : cleanKeys(part),
  );
  return { value: JSON.parse(clean), raw: clean };
}

function cleanKeys(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [cleanText(key), value as unknown]));
}

/** Whether it can be decoded: each `%` begins an escape, and what they mean together is UTF-8. */
export function isUrlEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
