/** Which workflow a contact is to go through, on a person's word. */
import { entryOf } from '../../../shared/catalogue';
import { canBeMade } from '../../events/start-for-contact';
import type { Uncounted } from '../../workflows/read-workflows';
import { Empty, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { Table, type Column } from '../components/table';
import { Shell } from '../layout';
import type { TriedContact } from './try';

export function StartPage({ contact, workflows }: { contact: TriedContact; workflows: readonly Uncounted[] }) {
  return (
    <Shell title={`Start a workflow for ${contact.email}`} section="audience">
      <PageHead
        title="Start a workflow"
        back={{ href: `/audience/${contact.id}`, label: contact.email }}
        lead="Choose one, see which way it would go, and start it. Nothing is sent before you say so."
      />
      {workflows.length === 0 ? (
        <Empty
          icon="workflows"
          title="No workflow is active"
          actions={<LinkButton href="/workflows">Go to workflows</LinkButton>}
        >
          Only an active workflow starts.
        </Empty>
      ) : (
        <Table caption="Active workflows" columns={columnsFor(contact)} rows={workflows} />
      )}
    </Shell>
  );
}

const columnsFor = ({ id: contact, email }: TriedContact): readonly Column<Uncounted>[] => [
  {
    label: 'Workflow',
    kind: 'wide',
    cell: ({ id, name, definition: { trigger } }) => (
      <a
        className="row-link"
        href={href(`/workflows/${id}/try`, canBeMade(trigger.event) ? { contact } : { search: email })}
      >
        {name}
      </a>
    ),
  },
  { label: 'Starts with', cell: ({ definition: { trigger } }) => entryOf(trigger.event).label },
  {
    label: 'Takes',
    cell: ({ definition: { trigger } }) =>
      canBeMade(trigger.event) ? 'Nothing: it starts as if it happened now' : 'An event of this contact',
  },
];
