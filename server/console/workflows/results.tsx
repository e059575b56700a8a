/** What a workflow did: a funnel by step, and its emails by day. Every number leads to what it counts. */
import type { ReactNode } from 'react';
import type { EmailFate, EmailStatus, RunStatus, WorkflowView } from '../../../shared/api';
import { EMAIL_REASON_LABELS } from '../../../shared/words/email-reasons';
import { explainRun } from '../../../shared/words/explanations';
import {
  EMAIL_FATE_LABELS,
  EMAIL_STATUS_WORDS,
  RUN_STATUS_WORDS,
  WORKFLOW_STATUS_WORDS,
} from '../../../shared/words/statuses';
import { nameStep } from '../../../shared/words/workflows';
import type { PlacedStep } from '../../../shared/workflow';
import type { EmailDay } from '../../emails/count-emails';
import type { EmailResults, RunEnding, StepResults, WorkflowResults } from '../../workflows/results';
import { Badge } from '../components/badge';
import { Card, Empty, LinkButton, PageHead, Section, Tabs } from '../components/blocks';
import { DayChart } from '../components/day-chart';
import { href } from '../components/filters';
import { Table, type Column } from '../components/table';
import { None, NumberLink as Number } from '../components/values';
import { EMAIL_SERIES } from '../emails/series';
import { Shell } from '../layout';
import { REMEMBERED_WORDS } from '../remembered';
import { isMuchOf } from '../section';
import { WorkflowTabs } from './workflow-tabs';

export const SPANS = [
  { value: '7', label: '7 days', days: 7, isAll: false },
  { value: '30', label: '30 days', days: 30, isAll: false },
  { value: '90', label: '90 days', days: 90, isAll: false },
  { value: 'all', label: 'All time', days: 90, isAll: true },
] as const;
export type Span = (typeof SPANS)[number];

export interface ResultsPageProps {
  workflow: Pick<WorkflowView, 'id' | 'name' | 'status'>;
  results: WorkflowResults;
  days: readonly EmailDay[];
  span: Span;
  /** The first day that is counted, YYYY-MM-DD; undefined: all are. */
  since: string | undefined;
  isClickTracked: boolean;
}

/** Where the numbers lead. */
export interface Counted {
  workflow: string;
  /** The first day that is counted, YYYY-MM-DD; undefined: all are. */
  since: string | undefined;
}

/** And what is known at all. */
interface Shown extends Counted {
  /** No provider has reported any of these emails as delivered. */
  isDeliveryKnown: boolean;
  isClickTracked: boolean;
  /** Runs that started. */
  most: number;
}

export function ResultsPage({ workflow, results, days, span, since, isClickTracked }: ResultsPageProps) {
  const { id } = workflow;
  const { runs, emails, steps } = results;
  const shown: Shown = {
    workflow: id,
    since,
    isDeliveryKnown: emails.fates.delivered > 0,
    isClickTracked: isClickTracked || emails.fates.clicked > 0,
    most: Math.max(1, runs.all, ...steps.map((step) => step.runs)),
  };
  return (
    <Shell title={`Results of ${workflow.name}`} section="workflows" isWide>
      <PageHead
        title={workflow.name}
        badge={<Badge {...WORKFLOW_STATUS_WORDS[workflow.status]} />}
        back={{ href: '/workflows', label: 'Workflows' }}
      />
      <WorkflowTabs id={id} current="results" />
      <div className="section-head">
        <p className="hint">
          Runs that started and emails that were queued in this time, and what became of them since.
          {isMuchOf(results) && ` ${REMEMBERED_WORDS}`}
        </p>
        <SpanTabs path={`/workflows/${id}/results`} current={span} />
      </div>
      {runs.all === 0 && emails.all === 0 ? (
        <Empty
          icon="workflows"
          title={span.isAll ? 'No runs yet' : 'No runs in this time'}
          actions={!span.isAll && <LinkButton href={`/workflows/${id}/results?span=all`}>Show all time</LinkButton>}
        >
          A run starts when the workflow is active and its event arrives for a contact.
        </Empty>
      ) : (
        <>
          <Section title="Runs">
            <RunNumbers results={results} shown={shown} />
          </Section>
          <Section title="Steps">
            <Table caption="What happened at each step" columns={columnsFor(shown)} rows={steps} />
          </Section>
          <Section title={span.isAll ? 'Emails by day, last 90 days' : 'Emails by day'}>
            <Card>
              <DayChart what="emails" days={days} series={EMAIL_SERIES} />
            </Card>
          </Section>
        </>
      )}
    </Shell>
  );
}

export const SpanTabs = ({ path, current }: { path: string; current: Span }) => (
  <Tabs
    label="Time"
    tabs={SPANS.map(({ value, label }) => ({
      href: href(path, { span: value }),
      label,
      isCurrent: value === current.value,
    }))}
  />
);

export { Number };

export const runsHref = ({ workflow, since }: Counted, query: Record<string, string | undefined>) =>
  href(`/workflows/${workflow}/runs`, { since, ...query });

export const emailsHref = (
  { workflow, since }: Counted,
  step: string,
  query: Record<string, string | undefined> = {},
) => href('/emails', { workflow, step, since, ...query });

const RUN_STATES = ['running', 'finished', 'exited', 'stopped', 'failed'] as const satisfies RunStatus[];

function RunNumbers({ results: { runs }, shown }: { results: WorkflowResults; shown: Shown }) {
  return (
    <dl className="numbers">
      <div>
        <dt>Started</dt>
        <dd>
          <Number value={runs.all} to={runsHref(shown, {})} />
        </dd>
      </div>
      {RUN_STATES.map((status) => {
        const endings = runs.endings.filter((ending) => ending.status === status);
        return (
          <div key={status}>
            <dt>{RUN_STATUS_WORDS[status].label}</dt>
            <dd>
              <Number value={runs.byStatus[status]} to={runsHref(shown, { status })} />
            </dd>
            {endings.length > 0 && <Endings endings={endings} shown={shown} />}
          </div>
        );
      })}
    </dl>
  );
}

/** The reason of runs that ended past their last step, in a link. */
export const AT_THE_END = 'end';

function Endings({ endings, shown, step }: { endings: readonly RunEnding[]; shown: Shown; step?: string }) {
  return (
    <dd>
      <ul className="causes">
        {endings.map(({ status, reason, count }) => (
          <li key={`${status} ${reason}`}>
            <Number value={count} to={runsHref(shown, { status, reason: reason ?? AT_THE_END, step })} />{' '}
            {explainRun(reason) ?? (status === 'finished' ? 'Came to the end' : RUN_STATUS_WORDS[status].label)}
          </li>
        ))}
      </ul>
    </dd>
  );
}

const columnsFor = (shown: Shown): readonly Column<StepResults>[] => [
  { label: 'Step', kind: 'main', cell: (row) => <StepName row={row} shown={shown} /> },
  {
    label: 'Runs in',
    kind: 'end',
    cell: ({ id, runs, placed }) => (
      <Number value={runs} to={placed ? runsHref(shown, { passed: id }) : emailsHref(shown, id)} />
    ),
  },
  {
    label: 'Here now',
    kind: 'end',
    cell: ({ id, here }) => (
      <Number value={here} to={runsHref({ ...shown, since: undefined }, { status: 'running', step: id })} />
    ),
  },
  ofStatus(shown, 'sent'),
  ofFate(shown, 'delivered', shown.isDeliveryKnown ? null : 'not reported by the mail provider'),
  ofFate(shown, 'clicked', shown.isClickTracked ? null : 'not counted'),
  ofFate(shown, 'bounced', null),
  ofStatus(shown, 'suppressed'),
  ofStatus(shown, 'failed'),
];

const ofEmails = (label: string, cell: (emails: EmailResults, step: string) => ReactNode): Column<StepResults> => ({
  label,
  kind: 'end',
  cell: ({ id, emails }) => emails && cell(emails, id),
});

const ofStatus = (shown: Shown, status: EmailStatus) =>
  ofEmails(EMAIL_STATUS_WORDS[status].label, ({ byStatus }, step) => (
    <Number value={byStatus[status]} to={emailsHref(shown, step, { status })} />
  ));

/** `unknown`: why there is no number. */
const ofFate = (shown: Shown, fate: EmailFate, unknown: string | null) =>
  ofEmails(EMAIL_FATE_LABELS[fate], ({ fates }, step) =>
    unknown ? <None words={unknown} /> : <Number value={fates[fate]} to={emailsHref(shown, step, { fate })} />,
  );

function StepName({ row: { id, placed, runs, left, emails }, shown }: { row: StepResults; shown: Shown }) {
  const path = placed && pathOf(placed);
  return (
    <>
      {placed ? nameStep(placed.step) : 'A step that was removed'}
      {path && <span className="row-sub">{path}</span>}
      <svg className="funnel-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect className="funnel-all" width={100} height={4} />
        <rect className="funnel-in" width={(100 * runs) / shown.most} height={4} />
      </svg>
      {emails && <EmailCauses emails={emails} step={id} shown={shown} />}
      {left.length > 0 && (
        <dl className="left">
          <dt className="row-sub">Ended here</dt>
          <Endings endings={left} shown={shown} step={id} />
        </dl>
      )}
    </>
  );
}

/** "In “Big spenders”" for a step in a branch's path. */
function pathOf({ step, inside }: PlacedStep): string | null {
  if (!inside) return null;
  const path = inside.paths.find(({ steps }) => steps.some(({ id }) => id === step.id));
  return path ? `In “${path.name}”` : 'Where no path matches';
}

/** What the columns don't say: states that are rare, and why emails were not sent. */
function EmailCauses({ emails, step, shown }: { emails: EmailResults; step: string; shown: Shown }) {
  const rare = (['queued', 'captured'] as const).filter((status) => emails.byStatus[status] > 0);
  const fates = (['complained', 'unsubscribed'] as const).filter((fate) => emails.fates[fate] > 0);
  const reasons = (['suppressed', 'failed', 'held'] as const).flatMap((status) =>
    emails.reasons.filter((one) => one.status === status),
  );
  if (rare.length + fates.length + reasons.length === 0) return null;
  return (
    <ul className="causes">
      {rare.map((status) => (
        <li key={status}>
          <Number value={emails.byStatus[status]} to={emailsHref(shown, step, { status })} />{' '}
          {EMAIL_STATUS_WORDS[status].label}
        </li>
      ))}
      {fates.map((fate) => (
        <li key={fate}>
          <Number value={emails.fates[fate]} to={emailsHref(shown, step, { fate })} /> {EMAIL_FATE_LABELS[fate]}
        </li>
      ))}
      {reasons.map(({ status, reason, count }) => (
        <li key={`${status} ${reason}`}>
          <Number value={count} to={emailsHref(shown, step, { status, reason })} /> {EMAIL_STATUS_WORDS[status].label}:{' '}
          {EMAIL_REASON_LABELS[reason]}
        </li>
      ))}
    </ul>
  );
}
