/** A text with merge tags as lists and pictures show it, in a few words. */
import { readable } from '../capitalize';

/** The innermost condition: its inside has none. */
const CONDITION =
  /\{%-?\s*(?:if|unless)\b[^%]*%\}((?:(?!\{%-?\s*(?:if|unless|endif|endunless)\b)[^])*)\{%-?\s*(?:endif|endunless)\s*-?%\}/;
const OTHERWISE = /\{%-?\s*else\s*-?%\}/;
const ANOTHER = /\{%-?\s*elsif\b[^%]*%\}/;

/** Of what hangs on a condition, what is said otherwise; a value is the name of its property: `Still open: [Amount due]`. */
export function gistOfTemplate(template: string): string {
  let text = template;
  for (let match = CONDITION.exec(text); match; match = CONDITION.exec(text)) {
    const inside = match[1] ?? '';
    const [first = '', otherwise] = inside.split(OTHERWISE);
    text = text.replace(match[0], () => otherwise ?? first.split(ANOTHER)[0] ?? '');
  }
  return text
    .replace(/\{%.*?%\}/gs, '')
    .replace(/\{\{-?\s*([\w.]*)[^}]*\}\}/g, (_all, path: string) => `[${readable(path.split('.').at(-1) ?? '')}]`)
    .replace(/\s+/g, ' ')
    .trim();
}
