/** The workflows with their state and numbers. */
import type { List, WorkflowView } from '../../../shared/api';
import { CATALOGUE } from '../../../shared/catalogue';
import { findDouble, type StripeSend } from '../../../shared/stripe-sends';
import { DOUBLE_LABEL, describeDouble } from '../../../shared/words/stripe-sends';
import { WORKFLOW_STATUS_WORDS } from '../../../shared/words/statuses';
import { DRAFT_WORDS } from '../../../shared/words/workflows';
import { Badge } from '../components/badge';
import { Empty, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { Icon } from '../components/icon';
import { Pager, Table, type Column } from '../components/table';
import { Count } from '../components/values';
import { Shell } from '../layout';

export function WorkflowsPage({
  workflows,
  startingAfter,
  stripeSends,
}: {
  workflows: List<WorkflowView>;
  startingAfter: string | undefined;
  stripeSends: readonly StripeSend[];
}) {
  const last = workflows.data.at(-1)?.id;
  const create = (
    <LinkButton href="/workflows/new" tone="primary">
      <Icon name="plus" /> New workflow
    </LinkButton>
  );
  return (
    <Shell title="Workflows" section="workflows">
      <PageHead
        title="Workflows"
        hint={['draft', 'run', 'only_while']}
        lead="What is sent when something happens in Stripe."
        actions={
          workflows.data.length > 0 && (
            <>
              <LinkButton href="/workflows/notices">Notices</LinkButton>
              {create}
            </>
          )
        }
      />
      {workflows.data.length === 0 ? (
        <Empty icon="workflows" title="No workflows yet" actions={create}>
          Start from a template, such as a welcome or a reminder for failed payments. Nothing is sent until you activate
          it.
        </Empty>
      ) : (
        <Table caption="Workflows" columns={columnsWith(stripeSends)} rows={workflows.data} />
      )}
      <Pager
        next={workflows.has_more && last ? href('/workflows', { starting_after: last }) : null}
        first={startingAfter ? '/workflows' : null}
      />
    </Shell>
  );
}

const columnsWith = (stripeSends: readonly StripeSend[]): readonly Column<WorkflowView>[] => [
  {
    label: 'Workflow',
    kind: 'wide',
    cell: (workflow) => (
      <>
        <a className="row-link" href={`/workflows/${workflow.id}`}>
          {workflow.name}
        </a>
        <span className="row-sub">{CATALOGUE[workflow.definition.trigger.event].label}</span>
        <Double workflow={workflow} stripeSends={stripeSends} />
      </>
    ),
  },
  {
    label: 'State',
    cell: ({ status, has_draft }) => (
      <>
        <Badge {...WORKFLOW_STATUS_WORDS[status]} />
        {has_draft && <span className="row-sub">{DRAFT_WORDS.label}</span>}
      </>
    ),
  },
  { label: 'Running', kind: 'end', cell: ({ counts }) => <Count value={counts.running} /> },
  { label: 'Finished', kind: 'end', cell: ({ counts }) => <Count value={counts.finished} /> },
  { label: 'Emails', kind: 'end', cell: ({ counts }) => <Count value={counts.emails} /> },
];

/** That Stripe says the same. */
function Double({ workflow, stripeSends }: { workflow: WorkflowView; stripeSends: readonly StripeSend[] }) {
  const same = findDouble(workflow.definition, stripeSends);
  if (!same) return null;
  return (
    <span className="row-sub">
      <Badge tone="warn" label={DOUBLE_LABEL} /> {describeDouble(same)}
    </span>
  );
}
