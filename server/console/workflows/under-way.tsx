/** Who is where in a workflow, and its emails that need somebody; refreshes by itself, and acts on what it shows. */
import type { EmailReason, EmailView } from '../../../shared/api';
import { DISCARD_WORDS, EMAIL_REASON_LABELS } from '../../../shared/words/email-reasons';
import { explainEmail, nameEmail } from '../../../shared/words/explanations';
import { EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import { nameStep } from '../../../shared/words/workflows';
import { stepsOf, type Definition } from '../../../shared/workflow';
import type { Count } from '../../db/page';
import { MOST_HELD } from '../../emails/held-emails';
import { Badge } from '../components/badge';
import { Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { ButtonForm, Confirm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Table, type Column } from '../components/table';
import { Count as Number, None, Plural, Time, Total } from '../components/values';
import { TryAgain } from '../emails/try-again';
import { cardIds } from './picture';
import type { Span } from './results';
import { RunContact, type RunRow } from './runs';

/** Emails that need somebody: those held whatever their age, those failed since a day. */
interface Unsent {
  /** The newest of both. */
  emails: readonly EmailView[];
  held: readonly { reason: EmailReason | null; count: number }[];
  /** Acted on are only those that were held by then, epoch milliseconds. */
  heldUntil: number;
  failed: Count;
  /** YYYY-MM-DD. */
  failedSince: string;
}

interface Standing extends RunRow {
  /** Epoch milliseconds. */
  since: number;
}

export interface UnderWayProps {
  workflow: { id: string; definition: Definition };
  /** What the picture counts: it refreshes along. */
  span: Span;
  isPaused: boolean;
  /** How many stand at each step, by step id. */
  here: Readonly<Record<string, number>>;
  /** The one whose runs are shown; undefined: those of all. */
  step: string | undefined;
  runs: readonly Standing[];
  unsent: Unsent;
}

const SECONDS = 5;

export function UnderWay({ workflow: { id, definition }, span, isPaused, here, step, runs, unsent }: UnderWayProps) {
  const flow = `/workflows/${id}/flow`;
  const all = Object.values(here).reduce((sum, count) => sum + count, 0);
  const count = step === undefined ? all : (here[step] ?? 0);
  const tab = (value: string | undefined, label: string) => ({
    href: `${href(flow, { span: span.value, step: value })}#under-way`,
    label,
    isCurrent: step === value,
  });
  const occupied = stepsOf(definition).filter((one) => here[one.step.id] ?? one.step.id === step);
  return (
    <div
      id="under-way"
      data-live=""
      {...refreshes({
        id: 'under-way',
        url: href(flow, { span: span.value, step }),
        seconds: SECONDS,
        along: cardIds(definition),
      })}
    >
      <Section
        title="Under way"
        lead={isPaused ? 'This workflow is paused: all of them wait where they are.' : 'Who is where, as of now.'}
      >
        {all > 0 && (
          <Tabs
            label="Step"
            tabs={[
              tab(undefined, `All ${all}`),
              ...occupied.map((one) => tab(one.step.id, `${nameStep(one.step)}: ${here[one.step.id] ?? 0}`)),
            ]}
          />
        )}
        {runs.length === 0 ? (
          <p className="hint">{all === 0 ? 'No run is under way.' : 'Nobody stands here now.'}</p>
        ) : (
          <Table caption="Runs under way" columns={COLUMNS} rows={runs} />
        )}
        {count > runs.length && (
          <p className="list-foot">
            <a href={href(`/workflows/${id}/runs`, { status: 'running', step })}>
              Show all <Plural count={count} one="run" />
            </a>
          </p>
        )}
      </Section>
      {unsent.emails.length > 0 && <NotSent workflow={id} step={step} unsent={unsent} />}
    </div>
  );
}

function NotSent({
  workflow,
  step,
  unsent: { emails, held, heldUntil, failed, failedSince },
}: {
  workflow: string;
  step: string | undefined;
  unsent: Unsent;
}) {
  const listed = (query: Record<string, string | undefined>) => href('/emails', { workflow, step, ...query });
  const allHeld = held.reduce((sum, { count }) => sum + count, 0);
  return (
    <Section
      title="Emails that were not sent"
      lead="Those held, and those that failed in the last 30 days. See why, mend it, and try again."
    >
      <ul className="unsent">
        {held.map(({ reason, count }) => (
          <li key={reason}>
            <span>
              <a href={listed({ status: 'held', reason: reason ?? undefined })}>
                <Plural count={count} one="email" />
              </a>{' '}
              held{reason && `: ${EMAIL_REASON_LABELS[reason]}`}
            </span>
            {count > 1 && (
              <div className="actions">
                <RetryAll {...{ workflow, step, reason, count }} until={heldUntil} />
                <DiscardAll {...{ workflow, step, reason, count }} until={heldUntil} />
              </div>
            )}
          </li>
        ))}
        {failed.count > 0 && (
          <li>
            <span>
              <a href={listed({ status: 'failed', since: failedSince })}>
                <Total {...failed} one="email" />
              </a>{' '}
              failed
            </span>
          </li>
        )}
      </ul>
      <Table caption="Emails that were not sent" columns={EMAIL_COLUMNS} rows={emails} />
      {allHeld + failed.count > emails.length && (
        <p className="list-foot">
          <span className="hint">The newest {emails.length}.</span>{' '}
          {allHeld > 0 && <a href={listed({ status: 'held' })}>Show all held</a>}{' '}
          {failed.count > 0 && <a href={listed({ status: 'failed', since: failedSince })}>Show all failed</a>}
        </p>
      )}
    </Section>
  );
}

interface AllProps {
  workflow: string;
  step: string | undefined;
  reason: EmailReason | null;
  count: number;
  until: number;
}

function RetryAll(props: AllProps) {
  return (
    <Confirm
      label={<>Try {howMany(props)} again…</>}
      action={`/workflows/${props.workflow}/emails/retry`}
      words="Each is judged and made anew, from its step as it is now. Mend the cause first: else they are held again."
      confirm="Try them again"
      tone="plain"
    >
      <Which {...props} />
    </Confirm>
  );
}

function DiscardAll(props: AllProps) {
  return (
    <Confirm
      label={<>Discard {howMany(props)}…</>}
      action={`/workflows/${props.workflow}/emails/discard`}
      words={DISCARD_WORDS.many}
      confirm="Discard them"
    >
      <Which {...props} />
    </Confirm>
  );
}

function howMany({ count }: AllProps) {
  const now = Math.min(count, MOST_HELD);
  return (
    <>
      {now < count ? 'the oldest' : 'all'} <Number value={now} />
    </>
  );
}

const Which = ({ step, reason, until }: AllProps) => (
  <>
    <input type="hidden" name="reason" value={reason ?? ''} />
    {step && <input type="hidden" name="step" value={step} />}
    <input type="hidden" name="held_until" value={until} />
  </>
);

/** Back to this page, and not to the run's own. */
const BACK = { back: 'flow' };

const COLUMNS: readonly Column<Standing>[] = [
  {
    label: 'Contact',
    kind: 'main',
    cell: (run) => <RunContact run={run} />,
  },
  { label: 'Stands at', cell: ({ step }) => step ?? <None words="a step that was removed" /> },
  { label: 'Since', cell: ({ since }) => <Time at={since} as="relative" /> },
  { label: 'Goes on', cell: ({ dueAt }) => (dueAt ? <Time at={dueAt} as="relative" /> : 'With its workflow') },
  { label: 'Act', kind: 'act', cell: (run) => <Act run={run} /> },
];

function Act({ run: { id, workflow, email, isWaiting } }: { run: Standing }) {
  const path = `/workflows/${workflow}/runs/${id}`;
  const whose = `of ${email ?? 'a deleted contact'}`;
  return (
    <div className="above row-actions">
      {isWaiting && (
        <ButtonForm
          action={`${path}/advance`}
          label="Skip the wait"
          fields={BACK}
          describe={`Skip the wait ${whose}`}
        />
      )}
      <Confirm
        label={
          <>
            Stop…<span className="sr-only"> the run {whose}</span>
          </>
        }
        action={`${path}/stop`}
        words="Nothing more is sent in this run. It can’t go on afterwards."
        confirm="Stop run"
      >
        <input type="hidden" name="back" value={BACK.back} />
      </Confirm>
    </div>
  );
}

const EMAIL_COLUMNS: readonly Column<EmailView>[] = [
  {
    label: 'To',
    kind: 'main',
    cell: ({ id, to }) => (
      <a className="row-link" href={`/emails/${id}`}>
        {to || 'Deleted contact'}
      </a>
    ),
  },
  {
    label: 'Email',
    kind: 'wide',
    cell: (email) => (
      <>
        {nameEmail(email)}
        <span className="row-sub">{explainEmail(email)}</span>
      </>
    ),
  },
  { label: 'State', cell: ({ status }) => <Badge {...EMAIL_STATUS_WORDS[status]} /> },
  { label: 'Queued', cell: ({ created_at }) => <Time at={created_at} as="relative" /> },
  {
    label: 'Act',
    kind: 'act',
    cell: (email) => (
      <div className="above row-actions">
        <TryAgain email={email} action={`/workflows/${email.workflow}/emails/${email.id}/retry`} />
      </div>
    ),
  },
];
