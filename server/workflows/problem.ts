/** One thing that is wrong with a definition. */
import type { WordedProblem } from '../../shared/words/problems';

export interface DefinitionProblem extends WordedProblem {
  /** The step it is about; null for the trigger. */
  step_id: string | null;
}

/** `param` is a path in the definition, such as `steps.2.email.body`. */
export const problem = (step_id: string | null, param: string, message: string): DefinitionProblem => ({
  step_id,
  param,
  message,
  line: null,
  column: null,
});
