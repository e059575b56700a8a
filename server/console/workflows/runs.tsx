/** The runs of one workflow, and one run with its steps. */
import { RUN_STATUSES, type List, type RunStatus } from '../../../shared/api';
import { RUN_STATUS_WORDS } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Card, Empty, FactList, LinkButton, PageHead, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { ButtonForm, Confirm } from '../components/form';
import { Pager, Table, type Column } from '../components/table';
import { None, Time } from '../components/values';
import type { RunDetail } from '../../workflows/runs';
import { Shell } from '../layout';

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

export interface RunsPageProps {
  workflow: WorkflowName;
  runs: List<RunRow>;
  status: RunStatus | undefined;
  startingAfter: string | undefined;
}

export function RunsPage({ workflow, runs, status, startingAfter }: RunsPageProps) {
  const path = `/workflows/${workflow.id}/runs`;
  const last = runs.data.at(-1)?.id;
  const tab = (value: string | undefined, label: string) => ({
    href: href(path, { status: value }),
    label,
    isCurrent: status === value,
  });
  return (
    <Shell title={`Runs of ${workflow.name}`} section="workflows">
      <PageHead
        title="Runs"
        back={{ href: `/workflows/${workflow.id}`, label: workflow.name }}
        lead="Each contact that goes through this workflow, and where it stands."
      />
      <Tabs
        label="State"
        tabs={[tab(undefined, 'All'), ...RUN_STATUSES.map((value) => tab(value, RUN_STATUS_WORDS[value].label))]}
      />
      {runs.data.length === 0 ? (
        <Empty
          icon="workflows"
          title={status ? 'No runs in this state' : 'No runs yet'}
          actions={
            <LinkButton href={status ? path : `/workflows/${workflow.id}`}>
              {status ? 'Show all runs' : 'Back to the workflow'}
            </LinkButton>
          }
        >
          A run starts when the workflow is active and its event arrives for a contact.
        </Empty>
      ) : (
        <Table caption="Runs" columns={COLUMNS} rows={runs.data} />
      )}
      <Pager
        next={runs.has_more && last ? href(path, { status, starting_after: last }) : null}
        first={startingAfter ? href(path, { status }) : null}
      />
    </Shell>
  );
}

const COLUMNS: readonly Column<RunRow>[] = [
  {
    label: 'Contact',
    kind: 'main',
    cell: (run) => (
      <a className="row-link" href={`/workflows/${run.workflow}/runs/${run.id}`}>
        {run.email ?? 'Deleted contact'}
      </a>
    ),
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
  { label: 'Started', kind: 'end', cell: (run) => <Time at={run.startedAt} /> },
];

export function RunPage({ workflow, run, steps }: { workflow: WorkflowName; run: RunRow; steps: RunDetail['steps'] }) {
  return (
    <Shell title={`Run for ${run.email ?? 'a deleted contact'}`} section="workflows">
      <PageHead
        title={run.email ?? 'Deleted contact'}
        badge={<Badge {...RUN_STATUS_WORDS[run.status]} />}
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
            ['Started', <Time key="start" at={run.startedAt} />],
            run.finishedAt
              ? ['Ended', <Time key="end" at={run.finishedAt} />]
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
                    <span className="strong">{step.result}</span>
                  )}
                  <Time at={step.at} />
                </div>
              </li>
            ))}
            {run.status === 'running' && run.dueAt && (
              <li>
                <div className="timeline-head">
                  <span className="hint">Goes on with: {run.step ?? 'the next step'}</span>
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
