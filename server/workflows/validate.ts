/** What makes a definition refused, beyond its shape: unknown properties, operators that don't fit, faulty templates. Pure. */
import { CATALOGUE, entryOf, findProperty, offersPayUrl, type TriggerType } from '../../shared/catalogue';
import { namesFailure } from '../../shared/failure';
import {
  comparesDates,
  comparesNumbers,
  definitionSchema,
  isTooDeep,
  MAX_DEPTH,
  needsValue,
  operatorsFor,
  stepsOf,
  type Condition,
  type Definition,
  type EmailContent,
} from '../../shared/workflow';
import { describeProblems, describeSchemaIssue } from '../../shared/words/problems';
import { checkTemplate } from '../emails/check-template';
import { newTemplateBudget } from '../emails/parse-template';
import { AppError } from '../errors';
import { findImpossible } from './impossible';
import { problem, type DefinitionProblem } from './problem';

const MAX_STEPS = 200;
const TOO_DEEP = `must have at most ${MAX_DEPTH} branches within one another`;

/** Everything wrong with a well-shaped definition. */
export function findProblems(definition: Definition): DefinitionProblem[] {
  const { event } = definition.trigger;
  const { conditions, start_after_attempt } = definition.trigger;
  const triggers = [
    ...(start_after_attempt === undefined || event === 'invoice.payment_failed'
      ? []
      : [problem(null, 'trigger.start_after_attempt', `only fits ${CATALOGUE['invoice.payment_failed'].label}`)]),
    ...conditions.flatMap(({ property }, index) =>
      namesFailure(property)
        ? [problem(null, `trigger.conditions.${index}.property`, `${property} is asked of Stripe later: use a step`)]
        : [],
    ),
    ...conditionProblems(event, conditions, 'trigger.conditions', null),
  ];
  const placed = stepsOf(definition);
  const size = sizeProblems(placed);
  if (placed.length > MAX_STEPS) return size;
  const budget = newTemplateBudget();
  const steps = placed.flatMap(({ step, path }) => {
    const at = path.join('.');
    if (step.kind === 'email') return emailProblems(event, step.email, `${at}.email`, step.id, budget);
    if (step.kind === 'filter') return conditionProblems(event, step.conditions, `${at}.conditions`, step.id);
    if (step.kind !== 'branch') return [];
    return step.paths.flatMap((one, n) =>
      conditionProblems(event, one.conditions, `${at}.paths.${n}.conditions`, step.id),
    );
  });
  return [...size, ...triggers, ...steps];
}

function sizeProblems(placed: ReturnType<typeof stepsOf>): DefinitionProblem[] {
  const seen = new Set<string>();
  const doubles = placed.filter(({ step }) => seen.size === seen.add(step.id).size);
  const problems = doubles.map(({ step, path }) =>
    problem(step.id, `${path.join('.')}.id`, `two steps have the id ${step.id}`),
  );
  if (placed.length > MAX_STEPS) problems.push(problem(null, 'steps', `must have at most ${MAX_STEPS} steps in all`));
  return problems;
}

function conditionProblems(
  event: TriggerType,
  conditions: readonly Condition[],
  at: string,
  stepId: string | null,
): DefinitionProblem[] {
  return conditions.flatMap((condition, index) => {
    const here = (field: string, message: string) => [problem(stepId, `${at}.${index}.${field}`, message)];
    const { property: path, operator, value } = condition;
    const property = findProperty(event, path);
    if (!property) return here('property', `${entryOf(event).label} has no ${path}`);
    const words = operator.replaceAll('_', ' ');
    if (!operatorsFor(property.type).includes(operator)) return here('operator', `"${words}" does not fit ${path}`);
    if (!needsValue(operator)) return [];
    const isNumber = comparesNumbers(property.type, operator);
    if (isNumber && !Number.isFinite(value)) return here('value', 'must be a number');
    if (comparesDates(property.type, operator) && Number.isNaN(Date.parse(String(value ?? ''))))
      return here('value', 'must be a date');
    return value === undefined || value === '' ? here('value', 'must not be empty') : [];
  });
}

/** What is wrong with one email's templates; `at` is where it stands. */
export function emailProblems(
  event: TriggerType,
  email: EmailContent,
  at: string,
  stepId: string | null,
  budget = newTemplateBudget(),
): DefinitionProblem[] {
  const isKnown = (path: string) =>
    path === 'sender.name' || (path === 'pay_url' && offersPayUrl(event)) || findProperty(event, path) !== undefined;
  return (['subject', 'preview_text', 'body'] as const).flatMap((field) =>
    checkTemplate(email[field], isKnown, budget).map(({ message, line, column }) => ({
      step_id: stepId,
      param: `${at}.${field}`,
      message,
      line,
      column,
    })),
  );
}

/** What its schema refuses; `input` may be anything. */
export function shapeProblems(input: unknown): DefinitionProblem[] {
  if (isTooDeep(input)) return [problem(null, 'steps', TOO_DEEP)];
  const { error } = definitionSchema.safeParse(input, { error: describeSchemaIssue });
  return (error?.issues ?? []).map(({ path, message }) => problem(null, path.join('.'), message));
}

/** A definition that may be saved, also as a draft; throws invalid_request with all problems, `param` is the first's. */
export function parseDefinition(input: unknown): Definition {
  refuse(shapeProblems(input));
  const definition = definitionSchema.parse(input);
  refuse(findProblems(definition));
  return definition;
}

/** Throws invalid_request with all that keeps it from being active. */
export const checkActivatable = (definition: Definition): void => refuse(findImpossible(definition));

function refuse(problems: readonly DefinitionProblem[]): void {
  const [first] = problems;
  if (!first) return;
  const param = first.param === '' ? 'definition' : `definition.${first.param}`;
  throw new AppError('invalid_request', describeProblems(problems), param);
}
