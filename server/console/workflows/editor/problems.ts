/** What is wrong with a draft, by the place of the field. */
import { describeAtField, describeProblem } from '../../../../shared/words/problems';
import { findProperty, isApiEventType } from '../../../../shared/catalogue';
import { ANOTHER_PROPERTY } from '../../../../shared/words/workflows';
import { definitionSchema, type Condition, type Definition } from '../../../../shared/workflow';
import { findImpossible } from '../../../workflows/impossible';
import { findProblems, shapeProblems } from '../../../workflows/validate';
import { ANOTHER } from './offers';

export interface Problem {
  place: string;
  /** Beside the field: "Must not be empty". */
  atField: string;
  /** Where all of them stand: "Subject of step 2 must not be empty". */
  inList: string;
}

/** By place: what its field says. */
export type Problems = Readonly<Record<string, string>>;

/** The definition when nothing is wrong with it; else all that is. What is only saved may be impossible, not faulty. */
export function checkDraft(
  draft: Definition,
  purpose: 'save' | 'run',
): { definition: Definition } | { problems: Problem[] } {
  const shape = shapeProblems(draft);
  const found = [...shape, ...findProblems(draft), ...(purpose === 'run' ? findImpossible(draft) : [])];
  if (found.length === 0) return { definition: definitionSchema.parse(draft) };
  return { problems: firstOfEach(found.map((one) => atTypedName(draft, one))) };
}

type Found = ReturnType<typeof findProblems>[number];

/** Where a name is typed, it is the text field that is wrong, in words that fit it. */
function atTypedName(draft: Definition, found: Found): Found {
  const [, place, field] = /^(.*)\.(property|operator)$/.exec(found.param) ?? [];
  const condition = place === undefined ? undefined : (valueAt(draft, place) as Condition | undefined);
  if (!condition) return found;
  const { event } = draft.trigger;
  const { property } = condition;
  const atName = (message: string) => ({ ...found, param: `${place}.key`, message });
  if (property === ANOTHER.event || property === ANOTHER.contact) return atName('must not be empty');
  if (field !== 'property' || findProperty(event, property)) return found;
  if (isApiEventType(event) && property.startsWith(ANOTHER.event)) return atName(ANOTHER_PROPERTY.name.fault);
  return /\s/.test(property) ? atName(ANOTHER_PROPERTY.key.fault) : found;
}

const valueAt = (draft: unknown, place: string): unknown =>
  place.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], draft);

/** Of a saved one: what keeps it from being run, but that it is not begun yet. */
export const findObstacles = (draft: Definition): Problem[] =>
  draft.steps.length === 0 ? [] : firstOfEach(findImpossible(draft));

/** A field says one thing at a time. */
function firstOfEach(found: readonly Found[]): Problem[] {
  const places = new Set<string>();
  return found
    .filter(({ param }) => places.size < places.add(param).size)
    .map((problem) => ({
      place: problem.param,
      atField: describeAtField(problem),
      inList: describeProblem(problem),
    }));
}

export const byPlace = (problems: readonly Problem[]): Problems =>
  Object.fromEntries(problems.map(({ place, atField }) => [place, atField]));
