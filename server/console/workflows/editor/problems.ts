/** What is wrong with a draft, by the place of the field. */
import { capitalize } from '../../../../shared/capitalize';
import { definitionSchema, type Definition } from '../../../../shared/workflow';
import { findProblems } from '../../../workflows/validate';

export type Problems = Readonly<Record<string, string>>;

/** The definition when nothing is wrong with it; else words for every field that is. */
export function checkDraft(draft: Definition): { definition: Definition } | { problems: Problems } {
  const parsed = definitionSchema.safeParse(draft);
  if (!parsed.success)
    return { problems: byPlace(parsed.error.issues.map((issue) => [issue.path.join('.'), capitalize(issue.message)])) };
  const found = findProblems(parsed.data);
  if (found.length === 0) return { definition: parsed.data };
  const words = (message: string, line: number | null, column: number | null) =>
    line === null ? capitalize(message) : `${capitalize(message)} (line ${line}, column ${column})`;
  return { problems: byPlace(found.map(({ param, message, line, column }) => [param, words(message, line, column)])) };
}

/** The first fault of each field. */
function byPlace(faults: [place: string, words: string][]): Problems {
  return Object.fromEntries(faults.reverse());
}
