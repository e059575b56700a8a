const MAX_CHARACTERS = 100;

/** Control characters, lone surrogates and invisible marks; the joiners that scripts and emoji need stay. */
const DROPPED = /(?!\u200c|\u200d|\u200e|\u200f)[\p{Cc}\p{Cf}\p{Cs}]/gu;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Splits a whole name: the first word is the first name, the rest the last name. Null when there is no name in it. */
export function splitName(raw: unknown): { firstName: string; lastName: string | null } | null {
  if (typeof raw !== 'string' || !VISIBLE.test(raw)) return null;
  const words = raw
    .replace(/[\s\u0085]+/g, ' ')
    .replace(DROPPED, '')
    .split(' ')
    .filter((word) => VISIBLE.test(word));
  const [firstName, ...rest] = words;
  if (firstName === undefined) return null;
  return { firstName: cut(firstName), lastName: rest.length > 0 ? cut(rest.join(' ')) : null };
}

/** A first or last name as somebody wrote it, on one line; null when there is no name in it. */
export function cleanName(raw: string): string | null {
  const words = raw
    .replace(/[\s\u0085]+/g, ' ')
    .replace(DROPPED, '')
    .trim();
  return VISIBLE.test(words) ? cut(words) : null;
}

/** Cuts between code points, so that no half of a surrogate pair is left. */
const cut = (name: string): string =>
  [...name.slice(0, 2 * MAX_CHARACTERS)].slice(0, MAX_CHARACTERS).join('').trimEnd();
