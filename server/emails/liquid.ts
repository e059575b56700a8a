/**
 * Liquid as merchants may use it in emails: a few tags, harmless filters, bounded time and memory, no files, and no
 * value printed that isn't there. One engine prints into Markdown, one into a single line of plain text.
 */
import { Liquid, type Template } from 'liquidjs';
import { createCache } from '../cache';
import { protectValue, textOf } from './placeholders';
import { dateFilter, moneyFilter, type LiquidGlobals } from './liquid-filters';

const TAGS = ['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'comment', 'raw', '#'];
const FILTERS = (
  'abs append at_least at_most capitalize ceil date default divided_by downcase first floor join last lstrip minus ' +
  'modulo plus prepend remove replace replace_first round rstrip size slice split strip strip_newlines times truncate ' +
  'truncatewords upcase url_encode'
).split(' ');

const MAX_TEMPLATE_CHARACTERS = 60_000;
/** Milliseconds, of all parts of an email; a real one takes one or two. */
export const MAX_RENDER_MS = 250;
const MAX_MEMORY = 1_000_000;
/** Of lines that are filled in beside everything else: what they may take up is what they may take of the time. */
const MAX_PLAIN_MEMORY = 10_000;
const MAX_PARSED = 500;

export const bodyEngine = createEngine(protectValue);
const lineEngine = createEngine(toOneLine);
/** Without loops, what is gone through again and again, and with little memory. */
const plainLineEngine = createEngine(
  toOneLine,
  TAGS.filter((tag) => tag !== 'for' && tag !== 'assign'),
  MAX_PLAIN_MEMORY,
);

function createEngine(outputEscape: (value: unknown) => string, tags = TAGS, memoryLimit = MAX_MEMORY): Liquid {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // Lets `default` and `if` meet what isn't there; everything else that reads it holds the email.
    lenientIf: true,
    ownPropertyOnly: true,
    parseLimit: MAX_TEMPLATE_CHARACTERS,
    memoryLimit,
    // No file of ours is a template: without these, `include` and `render` would look for some.
    templates: {},
    outputEscape,
  });
  keepOnly(engine.tags, tags);
  const builtInDate = engine.filters.date;
  keepOnly(engine.filters, FILTERS);
  engine.registerFilter('money', moneyFilter);
  engine.registerFilter('date', dateFilter(builtInDate));
  return engine;
}

/**
 * Fills a template in; throws a LiquidError when it is faulty, names what isn't there, needs too much memory, or isn't done
 * within `ms`.
 */
export type Fill = (template: string, scope: object, globals: LiquidGlobals, ms: number) => string;

export const fillBody = createFill(bodyEngine);
export const fillLine = createFill(lineEngine);
export const fillPlainLine = createFill(plainLineEngine);

function createFill(engine: Liquid): Fill {
  const parsed = createCache<string, Template[]>(MAX_PARSED);
  return (template, scope, globals, ms) => {
    const templates = parsed.remember(template, () => engine.parse(template));
    return engine.renderSync(templates, scope, { globals, renderLimit: ms }) as string;
  };
}

function keepOnly(registry: Record<string, unknown>, names: readonly string[]): void {
  for (const name of Object.keys(registry)) if (!names.includes(name)) delete registry[name];
}

/** Anything that is a tag's output in a subject: one line, no control characters. */
function toOneLine(value: unknown): string {
  return textOf(value)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}
