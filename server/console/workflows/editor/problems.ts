/** What is wrong with a draft, by the place of the field. */
import { describeAtField, describeProblem } from '../../../../shared/words/problems';
import { definitionSchema, type Definition } from '../../../../shared/workflow';
import { findImpossible } from '../../../workflows/impossible';
import { findProblems, shapeProblems } from '../../../workflows/validate';

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
  return found.length === 0 ? { definition: definitionSchema.parse(draft) } : { problems: firstOfEach(found) };
}

/** Of a saved one: what keeps it from being run, but that it is not begun yet. */
export const findObstacles = (draft: Definition): Problem[] =>
  draft.steps.length === 0 ? [] : firstOfEach(findImpossible(draft));

/** A field says one thing at a time. */
function firstOfEach(found: ReturnType<typeof findProblems>): Problem[] {
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
