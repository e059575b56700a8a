/** What can be known of a template's faults before there are values. */
import type { Template } from 'liquidjs';
import {
  newTemplateBudget,
  parseTemplate,
  problemAt,
  type TemplateBudget,
  type TemplateProblem,
} from './parse-template';

const MAX_PATH_CHARACTERS = 100;

/**
 * What is wrong with a template that can be known without values, the first of it: it is beyond a limit (parse-template.ts),
 * doesn't parse, names a property that `isKnown` refuses, or puts `default` where it comes too late.
 */
export function checkTemplate(
  source: string,
  isKnown: (path: string) => boolean,
  budget = newTemplateBudget(),
): TemplateProblem[] {
  const problems = budget.problems > 0 && budget.words >= 0 ? findFaults(source, isKnown, budget) : [];
  budget.problems -= problems.length;
  return problems;
}

function findFaults(source: string, isKnown: (path: string) => boolean, budget: TemplateBudget): TemplateProblem[] {
  const parsed = parseTemplate(source, budget);
  if ('problem' in parsed) return [parsed.problem];
  const unknown = parsed.named.flatMap(({ segments, at }) => {
    const isPlain = segments.every((segment) => typeof segment === 'string' || typeof segment === 'number');
    const path = segments.map(String).join('.');
    if (isPlain && isKnown(path)) return [];
    const shown = path.length > MAX_PATH_CHARACTERS ? `${path.slice(0, MAX_PATH_CHARACTERS)}…` : path;
    const message = isPlain
      ? `There is no ${shown} here`
      : `${shown} can’t be looked up by another value: name the property itself`;
    return [{ at, message }];
  });
  const late = lateDefaults(parsed.templates).map((at) => ({
    at,
    message: 'default must be the first filter after the property',
  }));
  return [...unknown, ...late].slice(0, budget.problems).map(({ at, message }) => problemAt(source, at, message));
}

interface FilterUse {
  name: string;
}
interface Walkable {
  token?: { file?: string; begin: number };
  value?: { filters?: FilterUse[] };
  children?(partials: boolean, sync: boolean): Generator<unknown, Template[], unknown>;
}

/** Where they stand. `default` only helps the value right before it: later in the chain the value was already missed. */
function lateDefaults(templates: readonly Template[]): number[] {
  return (templates as readonly Walkable[]).flatMap((template) => {
    const filters = template.value?.filters ?? [];
    const isLate = filters.findIndex(({ name }) => name === 'default') > 0;
    const { file = '0', begin = 0 } = template.token ?? {};
    return [...(isLate ? [Number(file) + begin] : []), ...lateDefaults(childrenOf(template))];
  });
}

function childrenOf(template: Walkable): Template[] {
  const walk = template.children?.(false, true);
  for (let step = walk?.next(); step; step = walk?.next(step.value)) if (step.done) return step.value;
  return [];
}
