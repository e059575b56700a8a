/** The workflows with their state and numbers, switched on and off in place. */
import type { WorkflowStatus } from '../../../shared/api';
import { entryOf } from '../../../shared/catalogue';
import { startsWorkflows, type Settings } from '../../../shared/settings';
import { findDouble } from '../../../shared/stripe-sends';
import { DOUBLE_LABEL, describeDouble } from '../../../shared/words/stripe-sends';
import { WORKFLOW_STATUS_WORDS } from '../../../shared/words/statuses';
import { DRAFT_WORDS, EVENT_OFF_WORDS, REFUSED_WORDS } from '../../../shared/words/workflows';
import type { Count, TwoWayList } from '../../db/page';
import type { ListedWorkflow } from '../../workflows/list-workflows';
import { Badge } from '../components/badge';
import { Empty, LinkButton, PageHead } from '../components/blocks';
import { Filters, FilterSelect, href } from '../components/filters';
import { PostForm, TextField } from '../components/form';
import { Icon } from '../components/icon';
import { isFirstPage, Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { None, Time, Total } from '../components/values';
import { Shell } from '../layout';
import { Number } from './results';

export const WORKFLOW_STATUSES = Object.keys(WORKFLOW_STATUS_WORDS) as WorkflowStatus[];

export interface WorkflowsPageProps {
  workflows: TwoWayList<ListedWorkflow>;
  /** The page's query parameters, unchecked. */
  query: PageQuery & { search?: string; status?: string };
  count: Count;
  settings: Settings;
  /** The first day whose emails are counted, YYYY-MM-DD. */
  since: string;
  /** What could not be switched on or off, and why. */
  refused: { id: string; words: string } | null;
}

export function WorkflowsPage(props: WorkflowsPageProps) {
  const { workflows, count, query } = props;
  const { starting_after: _after, ending_before: _before, page: _page, ...filter } = query;
  const isFiltered = Object.values(filter).some(Boolean);
  const hasSome = workflows.data.length > 0 || isFiltered || !isFirstPage(query);
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
        lead="What is sent when something happens in Stripe, in one of your programs or to a contact."
        actions={
          hasSome && (
            <>
              <LinkButton href="/workflows/notices">Notices</LinkButton>
              {create}
            </>
          )
        }
      />
      {hasSome && <ListFilters query={filter} isFiltered={isFiltered} />}
      <div id="workflow-list">
        {workflows.data.length > 0 ? (
          <>
            <p className="list-head" role="status">
              <Total {...count} one="workflow" />
            </p>
            <Table caption="Workflows" columns={columnsWith(props)} rows={workflows.data} />
          </>
        ) : isFiltered ? (
          <Empty
            icon="workflows"
            title="No workflow matches"
            actions={<LinkButton href="/workflows">Clear the filters</LinkButton>}
          >
            Try another name or state.
          </Empty>
        ) : (
          <Empty icon="workflows" title="No workflows yet" actions={create}>
            Start from a template, such as a welcome or a reminder for failed payments. Nothing is sent until you
            activate it.
          </Empty>
        )}
        <Pages path="/workflows" filter={filter} list={workflows} />
      </div>
    </Shell>
  );
}

const ListFilters = ({ query, isFiltered }: Pick<WorkflowsPageProps, 'query'> & { isFiltered: boolean }) => (
  <Filters action="/workflows" target="workflow-list" isFiltered={isFiltered}>
    <TextField
      id="search"
      name="search"
      type="search"
      label="Name"
      defaultValue={query.search ?? ''}
      autoComplete="off"
    />
    <FilterSelect
      name="status"
      label="State"
      value={query.status}
      all="All states"
      options={WORKFLOW_STATUSES.map((value) => ({ value, label: WORKFLOW_STATUS_WORDS[value].label }))}
    />
  </Filters>
);

/** What was active has numbers to show, a draft is to be written. */
const pageOf = ({ id, status }: ListedWorkflow) => (status === 'draft' ? `/workflows/${id}` : `/workflows/${id}/flow`);

const columnsWith = (props: WorkflowsPageProps): readonly Column<ListedWorkflow>[] => [
  {
    label: 'Workflow',
    kind: 'wide',
    cell: (workflow) => (
      <>
        <a className="row-link" href={pageOf(workflow)}>
          {workflow.name}
        </a>
        <span className="row-sub">{entryOf(workflow.definition.trigger.event).label}</span>
        <Warnings workflow={workflow} {...props} />
      </>
    ),
  },
  {
    label: 'State',
    cell: (workflow) => (
      <>
        <Switch workflow={workflow} query={props.query} />
        {workflow.hasDraft && <span className="row-sub">{DRAFT_WORDS.label}</span>}
      </>
    ),
  },
  {
    label: 'Last run',
    cell: ({ lastRunAt }) => (lastRunAt === null ? <None words="never" /> : <Time at={lastRunAt} as="relative" />),
  },
  {
    label: 'Under way',
    kind: 'end',
    cell: ({ id, underWay }) => (
      <span className="above">
        <Number value={underWay} to={href(`/workflows/${id}/runs`, { status: 'running' })} />
      </span>
    ),
  },
  {
    label: 'Emails, 30 days',
    kind: 'end',
    cell: ({ id, emails }) => (
      <span className="above">
        <Number value={emails} to={href('/emails', { workflow: id, since: props.since })} />
      </span>
    ),
  },
];

/** The name of the state beside it says what it is: the switch is on for what is active. */
function Switch({
  workflow: { id, name, status },
  query,
}: { workflow: ListedWorkflow } & Pick<WorkflowsPageProps, 'query'>) {
  const isOn = status === 'active';
  return (
    <PostForm action={`/workflows/${id}/switch`} className="above switch-form" id={id}>
      {Object.entries({ ...query }).map(([field, value]) => (
        <input key={field} type="hidden" name={field} value={value} />
      ))}
      <button
        className="switch"
        role="switch"
        aria-checked={isOn}
        aria-label={name}
        name="to"
        value={isOn ? 'off' : 'on'}
      />
      <Badge {...WORKFLOW_STATUS_WORDS[status]} />
    </PostForm>
  );
}

/** What keeps it from being switched on, from starting, or from being the only one to say it. */
function Warnings({
  workflow: { id, status, definition },
  settings,
  refused,
}: { workflow: ListedWorkflow } & Pick<WorkflowsPageProps, 'settings' | 'refused'>) {
  const same = findDouble(definition, settings.stripe_sends);
  const isStuck = status === 'active' && !startsWorkflows(settings, definition.trigger.event);
  return (
    <>
      {refused?.id === id && (
        <p className="above row-refused" role="alert">
          <strong>{REFUSED_WORDS.activate}.</strong> {refused.words} <a href={`/workflows/${id}`}>Open its steps</a>
        </p>
      )}
      {isStuck && (
        <span className="row-sub above row-stuck">
          <Badge tone="warn" label={EVENT_OFF_WORDS.active} /> Its event is off.{' '}
          <a href={`/workflows/${id}`}>{EVENT_OFF_WORDS.turnOn}</a>
        </span>
      )}
      {same && (
        <span className="row-sub">
          <Badge tone="warn" label={DOUBLE_LABEL} /> {describeDouble(same)}
        </span>
      )}
    </>
  );
}
