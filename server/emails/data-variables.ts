/** Which data variables a transactional email names, and which of them must be given. Pure. */
import type { TransactionalContent } from '../../shared/transactional';
import { checkTemplate, type TemplateProblem } from './check-template';
import { bodyEngine } from './liquid';

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
    for (const [name, places] of globalsIn(source)) {
      if (name === SENDER) continue;
      all.add(name);
      if (places.some((offset) => !isOptional(source, offset))) required.add(name);
    }
  }
  return { all: [...all], required: [...required] };
}

/** The first parts of what is named, with where in the source each stands. */
function globalsIn(source: string): [string, number[]][] {
  try {
    const { globals } = bodyEngine.analyzeSync(bodyEngine.parse(source), { partials: false });
    const starts = source.split('\n').reduce<number[]>((all, line) => [...all, all.at(-1)! + line.length + 1], [0]);
    return Object.entries(globals).map(([name, uses]) => [
      name,
      uses.map(({ location }) => (starts[location.row - 1] ?? 0) + location.col - 1),
    ]);
  } catch {
    return [];
  }
}

/** What stands in a condition or has a default may be missing (see liquid.ts). */
function isOptional(source: string, offset: number): boolean {
  const before = source.slice(0, offset);
  if (before.lastIndexOf('{%') > before.lastIndexOf('{{')) return /\{%-?\s*(?:if|unless|elsif)\b[^%]*$/.test(before);
  return /^[\w.-]+\s*\|\s*default\b/.test(source.slice(offset));
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
