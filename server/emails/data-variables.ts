/** Which data variables a transactional email names, and which of them must be given. Pure. */
import type { TransactionalContent } from '../../shared/transactional';
import { checkTemplate } from './check-template';
import { MAX_TAG_CHARACTERS, parseTemplate, type NamedValue, type TemplateProblem } from './parse-template';

export interface DataVariables {
  all: string[];
  /** Those that are printed somewhere without a default. */
  required: string[];
}

const FIELDS = ['subject', 'preview_text', 'body'] as const;
/** What emails of workflows name, and these have not. */
const OTHERS = new Set(['event', 'contact', 'subject', 'pay_url']);
const SENDER = 'sender';

/** A template that doesn't parse names none: findTransactionalProblems says what is wrong with it. */
export function dataVariables(content: TransactionalContent): DataVariables {
  const all = new Set<string>();
  const required = new Set<string>();
  for (const field of FIELDS) {
    const source = content[field];
    const parsed = parseTemplate(source);
    for (const named of 'problem' in parsed ? [] : parsed.named) {
      const name = String(named.segments[0]);
      if (name === SENDER) continue;
      all.add(name);
      if (!isOptional(source, named)) required.add(name);
    }
  }
  return { all: [...all], required: [...required] };
}

/** What stands in a condition or has a default may be missing (see liquid.ts). */
function isOptional(source: string, { at, tag }: NamedValue): boolean {
  if (source.startsWith('{%', tag)) return /^\{%-?\s*(?:if|unless|elsif)\b/.test(source.slice(tag, at));
  return /^[\w.-]+\s*\|\s*default\b/.test(source.slice(at, at + MAX_TAG_CHARACTERS));
}

export interface ContentProblem extends TemplateProblem {
  field: (typeof FIELDS)[number];
}

export const findTransactionalProblems = (content: TransactionalContent): ContentProblem[] =>
  FIELDS.flatMap((field) => checkTemplate(content[field], isKnown).map((problem) => ({ field, ...problem })));

const isKnown = (path: string): boolean => {
  const [root = ''] = path.split('.');
  return path === 'sender.name' || (root !== SENDER && !OTHERS.has(root));
};
