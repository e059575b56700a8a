/** The draft as a picture beside its form: drawn anew with it, and whenever a field was changed. */
import { stepsOf, type Definition } from '../../../../shared/workflow';
import { withListNames } from '../../../../shared/words/list-names';
import { Picture } from '../picture';
import { domId, type EditorState } from './context';
import type { Problems } from './problems';

interface Draft {
  id: string;
  draft: Definition;
  problems: Problems;
  lists: EditorState['lists'];
  /** The id of the form that it is drawn from: posted with each change, it is answered by this alone. */
  form: string;
}

export function DraftPicture({ id, draft, problems, lists, form }: Draft) {
  const placeOf = new Map(stepsOf(draft).map(({ step, path }) => [step.id, path.join('.')]));
  return (
    <aside
      id="draft-picture"
      className="draft-picture"
      aria-label="This draft as a picture"
      hx-post={`/workflows/${id}/picture`}
      hx-trigger={`change delay:150ms from:#${form}`}
      hx-include={`#${form}`}
      hx-target="this"
      hx-select="#draft-picture > *"
      hx-swap="innerHTML"
      hx-sync="this:replace"
    >
      <Picture
        definition={withListNames(draft, lists)}
        legend={{
          href: (step) => `#${domId(placeOf.get(step.id) ?? '')}`,
          isBad: (step) => Object.keys(problems).some((at) => at.startsWith(`${placeOf.get(step.id)}.`)),
        }}
      />
    </aside>
  );
}
