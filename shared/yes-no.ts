/** Yes and no as spreadsheets and other programs write them. */
const YES = ['true', 'yes', 'y', 't', '1'];
const NO = ['false', 'no', 'n', 'f', '0'];

/** Undefined: neither. */
export function readYesNo(text: string): boolean | undefined {
  const folded = text.trim().toLowerCase();
  if (YES.includes(folded)) return true;
  return NO.includes(folded) ? false : undefined;
}
