/** What can be known of a template's faults before there are values. */
import { LiquidError, type Template } from 'liquidjs';
import { bodyEngine } from './liquid';

/** A template's fault, with its place counted from 1. */
export interface TemplateProblem {
  message: string;
  line: number;
  column: number;
}

/** Finding each one's place costs as much as all before it. */
const MAX_TAGS = 1_000;

/**
 * Everything wrong with a template that can be known without values: it doesn't parse, names a property that `isKnown`
 * refuses, or puts `default` where it comes too late.
 */
export function checkTemplate(source: string, isKnown: (path: string) => boolean): TemplateProblem[] {
  if ((source.match(/{{|{%/g)?.length ?? 0) > MAX_TAGS)
    return [{ message: `There are more than ${MAX_TAGS.toLocaleString('en-US')} tags`, line: 1, column: 1 }];
  const parsed = parseTemplate(source);
  if ('problem' in parsed) return [parsed.problem];
  const { globals } = bodyEngine.analyzeSync(parsed.templates, { partials: false });
  const unknown = Object.values(globals)
    .flat()
    .flatMap(({ segments, location }) => {
      const isPlain = segments.every((segment) => typeof segment === 'string' || typeof segment === 'number');
      const path = segments.map(String).join('.');
      if (isPlain && isKnown(path)) return [];
      const message = isPlain
        ? `There is no ${path} here`
        : `${path} can’t be looked up by another value: name the property itself`;
      return [{ message, line: location.row, column: location.col }];
    });
  return [...unknown, ...lateDefaults(parsed.templates)];
}

function parseTemplate(source: string): { templates: Template[] } | { problem: TemplateProblem } {
  try {
    return { templates: bodyEngine.parse(source) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

export function problemOf(error: unknown): TemplateProblem {
  if (!(error instanceof LiquidError || (error instanceof Error && 'token' in error))) throw error;
  const token = (error as LiquidError).token as LiquidError['token'] | undefined;
  const [line, column] = token?.getPosition?.() ?? [1, 1];
  return { message: plainMessage(error.message), line: line ?? 1, column: column ?? 1 };
}

/** Liquid's own words, without the position that stands apart. */
const plainMessage = (message: string): string =>
  message.replace(/, line:\d+.*$/s, '').replace(/^undefined filter: /, 'There is no filter ');

interface FilterUse {
  name: string;
  token: { getPosition(): number[] };
}
interface Walkable {
  token?: { getPosition(): number[] };
  value?: { filters?: FilterUse[] };
  children?(partials: boolean, sync: boolean): Generator<unknown, Template[], unknown>;
}

/** `default` only helps the value right before it: later in the chain the value was already missed. */
function lateDefaults(templates: readonly Template[]): TemplateProblem[] {
  return (templates as readonly Walkable[]).flatMap((template) => {
    const filters = template.value?.filters ?? [];
    const isLate = filters.findIndex(({ name }) => name === 'default') > 0;
    const [line = 1, column = 1] = (isLate && template.token?.getPosition()) || [];
    const own = isLate ? [{ message: 'default must be the first filter after the property', line, column }] : [];
    return [...own, ...lateDefaults(childrenOf(template))];
  });
}

function childrenOf(template: Walkable): Template[] {
  const walk = template.children?.(false, true);
  for (let step = walk?.next(); step; step = walk?.next(step.value)) if (step.done) return step.value;
  return [];
}
