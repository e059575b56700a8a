/** Records that are lists of tags, as DKIM's and DMARC's: `v=DMARC1; p=none`. */

/** By name in lower case. Undefined for a list that nobody can read. */
export function readTags(text: string): Map<string, string> | undefined {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [, name, value = ''] = /^\s*([a-z][\w]*)\s*=\s*(.*?)\s*$/is.exec(part) ?? [];
    if (name === undefined || tags.has(name.toLowerCase())) return undefined;
    tags.set(name.toLowerCase(), value);
  }
  return tags;
}
