/** Who is where in a workflow, and its emails that need somebody; refreshes by itself, and acts on what it shows. */
import type { EmailView } from '../../../shared/api';
import { explainEmail, nameEmail } from '../../../shared/words/explanations';
import { EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import { nameStep } from '../../../shared/words/workflows';
import { stepsOf, type Definition } from '../../../shared/workflow';
import { Badge } from '../components/badge';
import { PageHead, Section, Tabs } from '../components/blocks';
import { href } from '../components/filters';
import { ButtonForm, Confirm } from '../components/form';
import { refreshes } from '../components/refreshes';
import { Table, type Column } from '../components/table';
import { None, Plural, Time } from '../components/values';
import { Shell } from '../layout';
import { RunContact, type RunRow } from './runs';

interface Standing extends RunRow {
  /** Epoch milliseconds. */
  since: number;
}

export interface UnderWayProps {
  workflow: { id: string; name: string; definition: Definition };
  isPaused: boolean;
  /** How many stand at each step, by step id. */
  here: Readonly<Record<string, number>>;
  /** The one whose runs are shown; undefined: those of all. */
  step: string | undefined;
  runs: readonly Standing[];
  /** Held and failed, the newest first. */
  emails: readonly EmailView[];
}

const SECONDS = 5;

export function UnderWayPage(props: UnderWayProps) {
  const { id, name } = props.workflow;
  return (
    <Shell title={`Under way in ${name}`} section="workflows" isWide>
      <PageHead title="Under way" back={{ href: `/workflows/${id}/flow`, label: name }} />
      <UnderWay {...props} />
    </Shell>
  );
}

export function UnderWay({ workflow: { id, definition }, isPaused, here, step, runs, emails }: UnderWayProps) {
  const flow = `/workflows/${id}/flow`;
  const all = Object.values(here).reduce((sum, count) => sum + count, 0);
  const count = step === undefined ? all : (here[step] ?? 0);
  const tab = (value: string | undefined, label: string) => ({
    href: `${href(flow, { step: value })}#under-way`,
    label,
    isCurrent: step === value,
  });
  const occupied = stepsOf(definition).filter((one) => here[one.step.id] ?? one.step.id === step);
  return (
    <div
      id="under-way"
      data-live=""
      {...refreshes({ id: 'under-way', url: href(`/workflows/${id}/under-way`, { step }), seconds: SECONDS })}
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
      {emails.length > 0 && (
        <Section title="Emails that were not sent" lead="Of the last 30 days. See why, mend it, and try again.">
          <Table caption="Emails that were not sent" columns={EMAIL_COLUMNS} rows={emails} />
        </Section>
      )}
    </div>
  );
}

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
  { label: 'Act', kind: 'end', cell: (run) => <Act run={run} /> },
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
    kind: 'end',
    cell: ({ id, workflow, to }) => (
      <div className="above row-actions">
        <ButtonForm
          action={`/workflows/${workflow}/emails/${id}/retry`}
          label="Try again"
          describe={`Try again: the email to ${to || 'a deleted contact'}`}
        />
      </div>
    ),
  },
];
