/** For markdown-it, in place of a table of 70 kB: the browser knows the names of characters. */
export function decodeHTML(entity: string): string {
  const text = document.createElement('textarea');
  text.innerHTML = entity;
  return text.value;
}

/** Only whole names: a browser takes the beginning of `&notit;` for one. */
export function decodeHTMLStrict(entity: string): string {
  const decoded = decodeHTML(entity);
  return decoded.endsWith(';') && entity !== '&semi;' ? entity : decoded;
}
