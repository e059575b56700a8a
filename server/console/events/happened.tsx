/** What an event set going and what it is about: runs, emails, amount, object in Stripe; and every time it ran again. */
import type { ReactNode } from 'react';
import type { EmailView, RunView } from '../../../shared/api';
import type { PropertyValue } from '../../../shared/catalogue';
import { NO_EMAIL_CAUSED, NO_RUN_STARTED, explainRun, nameEmail } from '../../../shared/words/explanations';
import { REPLAY_WORDS } from '../../../shared/words/fields';
import { EVENT_STATUS_WORDS, RUN_STATUS_WORDS, nameEmailState } from '../../../shared/words/statuses';
import type { ReplayView } from '../../events/replays';
import { Badge } from '../components/badge';
import { Section } from '../components/blocks';
import { Icon } from '../components/icon';
import { Table, type Column } from '../components/table';
import { Money, Time } from '../components/values';
import { useViewer } from '../page';
import { dashboardUrl } from '../stripe-links';

type Properties = Readonly<Record<string, PropertyValue>>;

export function Runs({ runs, workflows }: { runs: readonly RunView[]; workflows: ReadonlyMap<string, string> }) {
  return (
    <Section title="Runs" lead={runs.length === 0 ? NO_RUN_STARTED : undefined}>
      {runs.length > 0 && <Table caption="Runs this event started" columns={runColumns(workflows)} rows={runs} />}
    </Section>
  );
}

const runColumns = (workflows: ReadonlyMap<string, string>): readonly Column<RunView>[] => [
  {
    label: 'Workflow',
    kind: 'main',
    cell: ({ id, workflow }) => (
      <a className="row-link" href={`/workflows/${workflow}/runs/${id}`}>
        {workflows.get(workflow) ?? 'Deleted workflow'}
      </a>
    ),
  },
  { label: 'State', cell: ({ status }) => <Badge {...RUN_STATUS_WORDS[status]} /> },
  { label: 'Why', kind: 'wide', cell: ({ reason, outcome }) => explainRun(reason, outcome) },
  { label: 'Started', kind: 'end', cell: ({ started_at }) => <Time at={started_at} as="relative" /> },
];

export const Emails = ({ emails }: { emails: readonly EmailView[] }) => (
  <Section title="Emails" lead={emails.length === 0 ? NO_EMAIL_CAUSED : undefined}>
    {emails.length > 0 && <Table caption="Emails this event caused" columns={EMAIL_COLUMNS} rows={emails} />}
  </Section>
);

const EMAIL_COLUMNS: readonly Column<EmailView>[] = [
  {
    label: 'Subject',
    kind: 'main',
    cell: (email) => (
      <a className="row-link" href={`/emails/${email.id}`}>
        {nameEmail(email)}
      </a>
    ),
  },
  { label: 'To', kind: 'wide', cell: (email) => email.to },
  { label: 'State', cell: (email) => <Badge {...nameEmailState(email)} /> },
  { label: 'When', kind: 'end', cell: (email) => <Time at={email.sent_at ?? email.created_at} as="relative" /> },
];

export const Replays = ({ replays }: { replays: readonly ReplayView[] }) =>
  replays.length === 0 ? null : (
    <Section title="Replays">
      <Table caption="When this event ran again" columns={REPLAY_COLUMNS} rows={replays} />
    </Section>
  );

const REPLAY_COLUMNS: readonly Column<ReplayView>[] = [
  { label: 'When', kind: 'main', cell: ({ at }) => <Time at={at} as="seconds" /> },
  {
    label: 'From',
    cell: ({ by, scope }) => (
      <div>
        {REPLAY_WORDS.via[by.via]}
        {by.user && <span className="row-sub mono">{by.user}</span>}
        {scope === 'active_now' && <span className="row-sub">{REPLAY_WORDS.newerToo}</span>}
      </div>
    ),
  },
  { label: 'Outcome', cell: ({ status }) => <Badge {...EVENT_STATUS_WORDS[status]} /> },
  { label: 'What came of it', kind: 'wide', cell: ({ outcome }) => outcome },
];

/** Amount and objects in Stripe, as far as the event names them. */
export function factsAbout(properties: Properties): (readonly [string, ReactNode])[] {
  const text = (name: string) => (typeof properties[name] === 'string' ? properties[name] || null : null);
  const { amount, number } = { amount: properties.amount, number: text('number') };
  const currency = text('currency');
  const facts: (readonly [string, ReactNode])[] = [];
  if (typeof amount === 'number' && currency)
    facts.push(['Amount', <Money key="amount" minor={amount} currency={currency} />]);
  const invoice = text('invoice_id');
  if (invoice)
    facts.push(['Invoice', <AtStripe key="invoice" objects="invoices" id={invoice} name={number ?? invoice} />]);
  const subscription = text('subscription_id');
  if (subscription)
    facts.push([
      'Subscription',
      <AtStripe key="subscription" objects="subscriptions" id={subscription} name={text('plan') ?? subscription} />,
    ]);
  const customer = text('customer_id');
  if (customer)
    facts.push(['Stripe customer', <AtStripe key="customer" objects="customers" id={customer} name={customer} />]);
  return facts;
}

interface AtStripeProps {
  objects: Parameters<typeof dashboardUrl>[1];
  id: string;
  name: string;
}

function AtStripe({ objects, id, name }: AtStripeProps) {
  const { tenant } = useViewer();
  return (
    <a href={dashboardUrl(tenant.livemode, objects, id)} target="_blank" rel="noreferrer" title={id}>
      {name === id ? <code>{name}</code> : name} <Icon name="external" />
    </a>
  );
}
