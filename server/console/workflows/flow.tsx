/** A workflow as a picture with its numbers, and who is where in it now. */
import type { EmailStatus } from '../../../shared/api';
import { EMAIL_FATE_LABELS, EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import type { EmailResults, StepResults, WorkflowResults } from '../../workflows/results';
import type { Uncounted } from '../../workflows/read-workflows';
import { LinkButton, PageHead } from '../components/blocks';
import { Shell } from '../layout';
import { REMEMBERED_WORDS } from '../remembered';
import { isMuchOf } from '../section';
import { Picture, type Legend } from './picture';
import { AT_THE_END, emailsHref, Number, runsHref, SpanTabs, type Counted, type Span } from './results';
import { UnderWay, type UnderWayProps } from './under-way';
import { WorkflowBadges, WorkflowTabs } from './workflow-tabs';

export interface FlowPageProps {
  workflow: Uncounted;
  /** Null for what was never active. */
  results: WorkflowResults | null;
  span: Span;
  since: string | undefined;
  underWay: Omit<UnderWayProps, 'span'>;
}

export function FlowPage({ workflow, results, span, since, underWay }: FlowPageProps) {
  const { id, definition } = workflow;
  return (
    <Shell title={`Flow of ${workflow.name}`} section="workflows" isWide>
      <PageHead
        title={workflow.name}
        badge={<WorkflowBadges workflow={workflow} />}
        back={{ href: '/workflows', label: 'Workflows' }}
        actions={<LinkButton href={`/workflows/${id}/try`}>Dry run or start…</LinkButton>}
      />
      <WorkflowTabs id={id} current="flow" />
      <div className="section-head">
        <p className="hint">
          {results
            ? 'Runs that started and emails that were queued in this time, and what became of them since. Who is here counts as of now.'
            : 'Numbers stand here once this workflow has been active.'}
          {workflow.has_draft && ' The picture is of what is published.'}
          {results && isMuchOf(results) && ` ${REMEMBERED_WORDS}`}
        </p>
        {results && <SpanTabs path={`/workflows/${id}/flow`} current={span} />}
      </div>
      <Picture
        definition={definition}
        legend={results ? legendOf(results, underWay.here, { workflow: id, since }) : {}}
      />
      {workflow.status !== 'draft' && <UnderWay {...underWay} span={span} />}
    </Shell>
  );
}

/** Who is `here` is of this moment, as below the picture; the results may be remembered. */
function legendOf(results: WorkflowResults, here: UnderWayProps['here'], counted: Counted): Legend {
  const { runs } = results;
  const steps = new Map(results.steps.map((one) => [one.id, one]));
  const most = Math.max(1, runs.all, ...results.steps.map((step) => step.runs));
  const ended = (reason: string | null) =>
    runs.endings.filter((one) => one.reason === reason).reduce((all, { count }) => all + count, 0);
  const endedBy = (reason: string) =>
    ended(reason) > 0 && (
      <span className="flow-count">
        <Number value={ended(reason)} to={runsHref(counted, { status: 'exited', reason })} />
      </span>
    );
  return {
    isLive: true,
    trigger: <Figures figures={[['Started', runs.all, runsHref(counted, {})]]} />,
    exit: endedBy,
    untrue: endedBy('not_true'),
    end: (
      <span className="flow-count">
        <Number value={ended(null)} to={runsHref(counted, { status: 'finished', reason: AT_THE_END })} />
      </span>
    ),
    step: ({ id, kind }) => {
      const own = steps.get(id);
      if (own && kind === 'exit')
        return <Figures figures={[['Entered', own.runs, runsHref(counted, { passed: id })]]} />;
      return own && <StepNumbers own={{ ...own, here: here[id] ?? 0 }} most={most} counted={counted} />;
    },
  };
}

interface StepNumbersProps {
  own: StepResults;
  /** The most runs at any step. */
  most: number;
  counted: Counted;
}

function StepNumbers({ own: { id, runs, past, here, ended, emails }, most, counted }: StepNumbersProps) {
  return (
    <>
      <svg className="funnel-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect className="funnel-all" width={100} height={4} />
        <rect className="funnel-in" width={(100 * runs) / most} height={4} />
      </svg>
      <Figures
        figures={[
          ['Entered', runs, runsHref(counted, { passed: id })],
          ['Here now', here, `/workflows/${counted.workflow}/flow?step=${id}#under-way`],
          ['Went on', past, runsHref(counted, { past: id })],
          ['Ended here', ended, runsHref(counted, { ended: id })],
        ]}
      />
      {emails && emails.all > 0 && <Mails emails={emails} step={id} counted={counted} />}
    </>
  );
}

/** Names, numbers and where these lead. */
const Figures = ({ figures }: { figures: readonly (readonly [label: string, value: number, to: string])[] }) => (
  <dl className="flow-figures">
    {figures.map(([label, value, to]) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>
          <Number value={value} to={to} />
        </dd>
      </div>
    ))}
  </dl>
);

const STATUSES = ['sent', 'captured', 'queued', 'held', 'suppressed', 'failed'] as const satisfies EmailStatus[];
const FATES = ['delivered', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const;

/** Only of what there is some. */
function Mails({ emails, step, counted }: { emails: EmailResults; step: string; counted: Counted }) {
  const lines = [
    ...STATUSES.map((status) => ({
      ...EMAIL_STATUS_WORDS[status],
      value: emails.byStatus[status],
      to: emailsHref(counted, step, { status }),
    })),
    ...FATES.map((fate) => ({
      tone: fate === 'delivered' || fate === 'clicked' ? 'good' : 'bad',
      label: EMAIL_FATE_LABELS[fate],
      value: emails.fates[fate],
      to: emailsHref(counted, step, { fate }),
    })),
  ].filter(({ value }) => value > 0);
  return (
    <ul className="flow-mails" aria-label="Emails">
      {lines.map(({ label, tone, value, to }) => (
        <li key={label} className={`flow-mail flow-mail-${tone}`}>
          <Number value={value} to={to} /> {label}
        </li>
      ))}
    </ul>
  );
}
