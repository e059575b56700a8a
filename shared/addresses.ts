/** A list of email addresses as people type one: a line each, or separated by commas or semicolons. Blank ones are left out. */
export const splitAddresses = (text: string): string[] =>
  text
    .split(/[\n,;]/)
    .map((address) => address.trim())
    .filter(Boolean);
