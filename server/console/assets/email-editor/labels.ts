/** Liquid in words: what chips and conditions say, and the fields that change them. Pure. */
import { capitalize } from '../../../../shared/capitalize';
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';

const PATH = String.raw`[a-z_]\w*(?:\.\w+)*`;

/** `contact.first_name` as people call it. */
export const nameOf = (path: string): string =>
  WORDS.names[path] ?? capitalize((path.split('.').at(-1) ?? path).replaceAll('_', ' '));

/** A value: where it comes from, what stands in for it, and the filters after that. */
export interface MergeTag {
  path: string;
  fallback: string;
  filters: string;
}

/** Undefined of what isn't one property, or has a fallback that isn't a text. */
export function readMergeTag(source: string): MergeTag | undefined {
  const match = new RegExp(String.raw`^\{\{\s*(${PATH})\s*(\|.*?)?\s*\}\}$`, 's').exec(source);
  if (!match) return undefined;
  const [, path = '', filters = ''] = match;
  const fallback = /^\|\s*default:\s*(?:"([^"]*)"|'([^']*)')\s*(?=\||$)/.exec(filters);
  if (!fallback && /^\|\s*default\b/.test(filters)) return undefined;
  const rest = filters.slice(fallback?.[0].length ?? 0).trim();
  return { path, fallback: fallback?.[1] ?? fallback?.[2] ?? '', filters: rest };
}

export function writeMergeTag({ path, fallback, filters }: MergeTag): string {
  const quoted = fallback.includes('"') ? `'${fallback.replaceAll("'", '’')}'` : `"${fallback}"`;
  return [
    '{{',
    path,
    ...(fallback === '' ? [] : ['| default:', quoted]),
    ...(filters === '' ? [] : [filters]),
    '}}',
  ].join(' ');
}

export function labelOfValue(source: string): string {
  const tag = readMergeTag(source);
  const path = tag?.path ?? new RegExp(String.raw`^\{\{-?\s*(${PATH})`).exec(source)?.[1];
  return path === undefined ? source : nameOf(path);
}

/** One comparison; the operator is empty where it only must be there. */
export interface Comparison {
  path: string;
  operator: keyof typeof WORDS.is;
  value: string;
}

const COMPARISON = new RegExp(
  String.raw`^(${PATH})(?:\s*(==|!=|>=|<=|>|<|contains)\s*("[^"]*"|'[^']*'|-?\d+(?:\.\d+)?|true|false))?$`,
);

export function readComparison(expression: string): Comparison | undefined {
  const match = COMPARISON.exec(expression.trim());
  if (!match) return undefined;
  const [, path = '', operator = '', value = ''] = match;
  return { path, operator: operator as Comparison['operator'], value: value.replace(/^(["'])(.*)\1$/, '$2') };
}

export function writeComparison({ path, operator, value }: Comparison): string {
  if (operator === '') return path;
  const isBare = /^(-?\d+(\.\d+)?|true|false)$/.test(value);
  return `${path} ${operator} ${isBare ? value : `"${value.replaceAll('"', '’')}"`}`;
}

/** `event.plan and contact.status == "active"` in words; as it is where there are none. */
function labelOfExpression(expression: string): string {
  const parts = expression.trim().split(/\s+(and|or)\s+/);
  const words = parts.map((part, index) => {
    if (index % 2 === 1) return WORDS.joins[part as 'and' | 'or'];
    const comparison = readComparison(part);
    if (!comparison) return undefined;
    const { path, operator, value } = comparison;
    return [nameOf(path), WORDS.is[operator], ...(operator === '' ? [] : [value])].join(' ');
  });
  return words.every((word) => word !== undefined) ? words.join(' ') : expression.trim();
}

/** A tag's name and what follows it: `if`, `event.plan`. */
export function readTag(source: string): { name: string; expression: string } {
  const [, name = '', expression = ''] = /^\{%-?\s*(\w+|#)\s*(.*?)\s*-?%\}/s.exec(source) ?? [];
  return { name, expression };
}

const BEGINNINGS: Record<string, string> = { if: WORDS.onlyIf, unless: WORDS.onlyUnless, elsif: WORDS.otherwiseIf };

export function labelOfTag(source: string): string {
  const { name, expression } = readTag(source);
  const beginning = BEGINNINGS[name];
  if (beginning !== undefined) return `${beginning} ${labelOfExpression(expression)}`;
  if (name === 'else') return WORDS.otherwise;
  return name === 'endif' || name === 'endunless' ? WORDS.end : source;
}

/** What a mail may link to; Liquid is judged once its values are known. */
export const mayLinkTo = (href: string): boolean => /^(https?:\/\/[^\s]|mailto:[^\s]|\{\{.*\}\})/s.test(href.trim());
