/** Texts as a search compares them: "Zoë ÖZTÜRK" and "zoe ozturk" are the same. */

/** Letters that Unicode doesn't take apart, as people type them who lack the key. */
const ALIKE: Record<string, string> = {
  ı: 'i',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
};
const UNALIKE = new RegExp(`[${Object.keys(ALIKE).join('')}]`, 'g');

/** Lower case, compatibility forms taken apart (NFKD), marks stripped. */
export function foldText(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  const bare = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  // Lower-casing may bring a mark of its own (İ).
  return bare.replace(/\p{M}/gu, '').replace(UNALIKE, (letter) => ALIKE[letter] ?? letter);
}

/** What a contact is found by. */
export const searchTextOf = (contact: { email: string; first_name: string | null; last_name: string | null }): string =>
  foldText([contact.email, contact.first_name, contact.last_name].filter(Boolean).join(' '));
