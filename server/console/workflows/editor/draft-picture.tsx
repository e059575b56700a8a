/** The draft as a picture beside its form: drawn anew with it, and whenever a field was changed. */
import { stepsOf, type Definition } from '../../../../shared/workflow';
import { withListNames } from '../../../../shared/words/list-names';
import { Picture } from '../picture';
import { domId, useEditor } from './context';

/** Posts the form as its buttons do; of the answer only the picture is taken, so that nothing moves where somebody writes. */
export function DraftPicture({ draft, form }: { draft: Definition; form: string }) {
  const { workflowId, problems, lists } = useEditor();
  const placeOf = new Map(stepsOf(draft).map(({ step, path }) => [step.id, path.join('.')]));
  return (
    <aside
      id="draft-picture"
      className="draft-picture"
      aria-label="This draft as a picture"
      hx-post={`/workflows/${workflowId}/edit`}
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
          href: ({ id }) => `#${domId(placeOf.get(id) ?? '')}`,
          isBad: ({ id }) => Object.keys(problems).some((at) => at.startsWith(`${placeOf.get(id)}.`)),
        }}
      />
    </aside>
  );
}
