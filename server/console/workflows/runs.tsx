/** The runs of one workflow, and one run with its steps. */
import { RUN_STATUSES, type RunStatus, type WorkflowView } from '../../../shared/api';
import { findStep, type Definition } from '../../../shared/workflow';
import { explainRun } from '../../../shared/words/explanations';
import { RUN_STATUS_WORDS, WORKFLOW_STATUS_WORDS } from '../../../shared/words/statuses';
import { nameStep } from '../../../shared/words/workflows';
import { Badge } from '../components/badge';
import { Card, Empty, FactList, LinkButton, PageHead, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { buttonClass, ButtonForm, Confirm, TextField } from '../components/form';
import { Pages } from '../components/pages';
import { Table, type Column } from '../components/table';
import { None, Plural, Sentence, Time } from '../components/values';
import type { TwoWayList } from '../../db/page';
import type { RunDetail } from '../../workflows/runs';
import { Shell } from '../layout';
import { AT_THE_END } from './results';
import { WorkflowTabs } from './workflow-tabs';

export interface RunRow {
  id: string;
  workflow: string;
  status: RunStatus;
  reason: string | null;
  contact: string;
  /** Null once the contact was deleted. */
  email: string | null;
  event: string;
  /** In words; null when it has ended, or its step was removed. */
  step: string | null;
  isWaiting: boolean;
  dueAt: string | null;
  startedAt: string;
  finishedAt: string | null;
}

interface WorkflowName {
  id: string;
  name: string;
}

/** The page's query parameters, unchecked. */
interface RunQuery {
  /** Part of a contact's address or name. */
  contact?: string;
  status?: string;
  reason?: string;
  /** Where it stands, or stood when it ended. */
  step?: string;
  /** It has come there. */
  passed?: string;
  /** It went on from there. */
  past?: string;
  /** It ended there. */
  ended?: string;
  /** YYYY-MM-DD, both days included. */
  since?: string;
  until?: string;
}

export interface RunsPageProps {
  workflow: WorkflowName & Pick<WorkflowView, 'status' | 'definition'>;
  runs: TwoWayList<RunRow>;
  count: number;
  query: RunQuery;
  /** More contacts are found than are looked at: the newest so many; null: all are. */
  mostContacts: number | null;
}

export function RunsPage({ workflow, runs, count, query, mostContacts }: RunsPageProps) {
  const path = `/workflows/${workflow.id}/runs`;
  const tab = (value: string | undefined, label: string) => ({
    // A reason is one of its state's.
    href: href(path, { ...query, reason: undefined, status: value }),
    label,
    isCurrent: query.status === value,
  });
  const { status, ...others } = query;
  const isFiltered = Object.values(query).some(Boolean);
  const isNarrowed = Object.values({ ...others, contact: undefined }).some(Boolean);
  return (
    <Shell title={`Runs of ${workflow.name}`} section="workflows">
      <PageHead
        title={workflow.name}
        badge={<Badge {...WORKFLOW_STATUS_WORDS[workflow.status]} />}
        back={{ href: '/workflows', label: 'Workflows' }}
      />
      <WorkflowTabs id={workflow.id} current="runs" />
      <Tabs
        label="State"
        tabs={[tab(undefined, 'All'), ...RUN_STATUSES.map((value) => tab(value, RUN_STATUS_WORDS[value].label))]}
      />
      {(isFiltered || count > 0) && <ContactFilter path={path} query={query} />}
      {(isFiltered || count > 0) && (
        <p className="list-head" role="status">
          <Plural count={count} one="run" />
          {mostContacts !== null &&
            ` of the newest ${mostContacts} contacts that match: type more of the address to see all of them`}
          {describeFilter(others, workflow.definition).map((words) => `, ${words}`)}{' '}
          {isNarrowed && <a href={href(path, { status, contact: query.contact })}>Show all</a>}
        </p>
      )}
      {runs.data.length === 0 ? (
        <Empty
          icon="workflows"
          title={isFiltered ? 'No run matches' : 'No runs yet'}
          actions={
            <LinkButton href={isFiltered ? path : `/workflows/${workflow.id}`}>
              {isFiltered ? 'Show all runs' : 'Back to the workflow'}
            </LinkButton>
          }
        >
          A run is one contact going through the workflow. It starts when the workflow is active and its event arrives
          for a contact; each shows here with the steps it has done.
        </Empty>
      ) : (
        <Table caption="Runs" columns={COLUMNS} rows={runs.data} />
      )}
      <Pages path={path} filter={{ ...query }} list={runs} />
    </Shell>
  );
}

/** The other filters stay: they come from the numbers of a page. */
const ContactFilter = ({ path, query: { contact, ...others } }: { path: string; query: RunQuery }) => (
  <form method="get" action={path} className="filters" role="search">
    {Object.entries(others).map(([name, value]) => (
      <input key={name} type="hidden" name={name} value={value} />
    ))}
    <TextField
      id="contact"
      name="contact"
      type="search"
      label="Contact"
      placeholder="Part of an address"
      defaultValue={contact ?? ''}
      autoComplete="off"
    />
    <button className={buttonClass()}>Filter</button>
    {contact && (
      <LinkButton href={href(path, { ...others })} tone="quiet">
        Clear
      </LinkButton>
    )}
  </form>
);

/** What the tabs don't say of the filter. */
function describeFilter(
  { reason, step, passed, past, ended, since, until }: RunQuery,
  definition: Definition,
): string[] {
  const nameOf = (id: string) => {
    const placed = findStep(definition, id);
    if (!placed) return 'a removed step';
    const name = nameStep(placed.step);
    return name.includes('“') ? name : `“${name}”`;
  };
  return [
    reason && (reason === AT_THE_END ? 'came to the end' : (explainRun(reason) ?? '')),
    step && `at ${nameOf(step)}`,
    passed && `came to ${nameOf(passed)}`,
    past && `went on from ${nameOf(past)}`,
    ended && `ended at ${nameOf(ended)}`,
    since && `started on ${since} or later`,
    until && `started on ${until} or earlier`,
  ].filter((words): words is string => Boolean(words));
}

/** Leads to the run. */
export const RunContact = ({ run }: { run: Pick<RunRow, 'id' | 'workflow' | 'email'> }) => (
  <a className="row-link" href={`/workflows/${run.workflow}/runs/${run.id}`}>
    {run.email ?? 'Deleted contact'}
  </a>
);

const COLUMNS: readonly Column<RunRow>[] = [
  {
    label: 'Contact',
    kind: 'main',
    cell: (run) => <RunContact run={run} />,
  },
  { label: 'State', cell: (run) => <Badge {...RUN_STATUS_WORDS[run.status]} /> },
  {
    label: 'Stands at',
    kind: 'wide',
    cell: (run) =>
      run.step ? (
        <>
          {run.step}
          {run.dueAt && (
            <span className="row-sub">
              next <Time at={run.dueAt} as="relative" />
            </span>
          )}
        </>
      ) : (
        (run.reason ?? <None words="ended" />)
      ),
  },
  { label: 'Started', kind: 'end', cell: (run) => <Time at={run.startedAt} as="relative" /> },
];

export function RunPage({ workflow, run, steps }: { workflow: WorkflowName; run: RunRow; steps: RunDetail['steps'] }) {
  return (
    <Shell title={`Run for ${run.email ?? 'a deleted contact'}`} section="workflows">
      <PageHead
        title={run.email ?? 'Deleted contact'}
        badge={<Badge {...RUN_STATUS_WORDS[run.status]} />}
        hint={run.status === 'exited' ? ['run', 'left_early'] : ['run']}
        back={{ href: `/workflows/${workflow.id}/runs`, label: `Runs of ${workflow.name}` }}
        lead={run.reason ?? undefined}
        actions={run.status === 'running' && <Actions run={run} />}
      />
      <Card>
        <FactList
          facts={[
            [
              'Contact',
              run.email ? (
                <a key="contact" href={`/audience/${run.contact}`}>
                  {run.email}
                </a>
              ) : (
                'Deleted'
              ),
            ],
            [
              'Started by',
              <a key="event" href={`/events/${encodeURIComponent(run.event)}`}>
                <code>{run.event}</code>
              </a>,
            ],
            ['Started', <Time key="start" at={run.startedAt} as="seconds" />],
            run.finishedAt
              ? ['Ended', <Time key="end" at={run.finishedAt} as="seconds" />]
              : ['Stands at', run.step ?? <None key="none" />],
          ]}
        />
      </Card>
      <Section title="Steps">
        {steps.length === 0 ? (
          <p className="hint">No step was done yet.</p>
        ) : (
          <ol className="timeline">
            {steps.map((step, index) => (
              <li key={index} className={step.email ? 'is-email' : undefined}>
                <div className="timeline-head">
                  {step.email ? (
                    <a href={`/emails/${step.email}`}>{step.result}</a>
                  ) : (
                    <span className="strong">
                      <Sentence text={step.result} />
                    </span>
                  )}
                  <Time at={step.at} as="seconds" />
                </div>
              </li>
            ))}
            {run.status === 'running' && run.dueAt && (
              <li>
                <div className="timeline-head">
                  <span className="hint">
                    {run.isWaiting ? 'Goes on after this wait' : `Goes on with: ${run.step ?? 'the next step'}`}
                  </span>
                  <Time at={run.dueAt} />
                </div>
              </li>
            )}
          </ol>
        )}
      </Section>
    </Shell>
  );
}

function Actions({ run }: { run: RunRow }) {
  const path = `/workflows/${run.workflow}/runs/${run.id}`;
  return (
    <>
      {run.isWaiting && <ButtonForm action={`${path}/advance`} label="Skip the wait" />}
      <Confirm
        label="Stop…"
        action={`${path}/stop`}
        words="Nothing more is sent in this run, not even an email that is queued. It can’t go on afterwards."
        confirm="Stop run"
      />
    </>
  );
}
