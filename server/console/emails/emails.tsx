/** Every email, by state. */
import { EMAIL_STATUSES, type EmailStatus, type EmailView } from '../../../shared/api';
import type { Definition } from '../../../shared/workflow';
import { explainEmail, nameEmail } from '../../../shared/words/explanations';
import { BILLING_CONTACTS_WORDS } from '../../../shared/words/fields';
import { EMAIL_STATUS_WORDS, nameEmailState } from '../../../shared/words/statuses';
import type { Count, TwoWayList } from '../../db/page';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, LinkButton, PageHead, Section, Tabs } from '../components/blocks';
import { DayChart, type Day } from '../components/day-chart';
import { href } from '../components/filters';
import { isFirstPage, Pages } from '../components/pages';
import { Table, type Column } from '../components/table';
import { Total, Time } from '../components/values';
import { Shell } from '../layout';
import { useFormats, useViewer } from '../page';
import { EmailFilters, type EmailQuery } from './filters';
import { TRANSACTIONAL_PATH } from './transactional';
import { EMAIL_SERIES } from './series';

const STATES = ['queued', 'delivered', 'captured', 'held', 'suppressed', 'email_failed'] as const;

export interface EmailsPageProps {
  emails: TwoWayList<EmailView>;
  /** Of all pages. */
  count: Count;
  days: readonly Day<EmailStatus>[];
  query: EmailQuery;
  workflows: readonly { id: string; name: string }[];
  /** Of the workflow that is chosen; null: none is, or it was deleted. */
  definition: Definition | null;
  /** No SMTP is configured: nothing leaves this server. */
  isCaptureOnly: boolean;
  /** More contacts are found than are looked at: the newest so many; null: all are. */
  mostRecipients: number | null;
}

export function EmailsPage(props: EmailsPageProps) {
  const { emails, count, days, query, workflows, definition, isCaptureOnly, mostRecipients } = props;
  const { number } = useFormats();
  const { tenant } = useViewer();
  const { starting_after, ending_before, page, ...filter } = query;
  const isFiltered = Object.values(filter).some(Boolean);
  const tab = (status: string | undefined, label: string) => ({
    // A reason is one of its state's.
    href: href('/emails', { ...filter, reason: undefined, status }),
    label,
    isCurrent: query.status === status,
  });
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  return (
    <Shell title="Emails" section="emails">
      <PageHead
        title="Emails"
        hint={STATES}
        lead="Each message with where it stands, and why."
        actions={<LinkButton href={TRANSACTIONAL_PATH}>Transactional emails</LinkButton>}
      />
      {isCaptureOnly ? (
        <Banner tone="info">
          No mail server is set up, so emails are captured: you can read them here, and none is sent.
        </Banner>
      ) : (
        !tenant.livemode && (
          <Banner tone="info">
            In test mode only your <a href="/settings/sending#test_recipients">test addresses</a> get real emails; all
            others are captured.
          </Banner>
        )
      )}
      {emails.data.length === 0 && !isFiltered && isFirstPage({ starting_after, ending_before, page }) ? (
        <Empty
          icon="emails"
          title="No emails yet"
          steps={[
            'Create a workflow from a template.',
            'Activate it.',
            'The next event of its type sends the first email.',
          ]}
          actions={
            <LinkButton href="/workflows" tone="primary">
              Go to workflows
            </LinkButton>
          }
        >
          Every email of your workflows shows here, as it was sent, with what became of it and why.
        </Empty>
      ) : (
        <>
          <div id="email-tabs">
            <Tabs
              label="State"
              tabs={[
                tab(undefined, 'All'),
                ...EMAIL_STATUSES.map((status) => tab(status, EMAIL_STATUS_WORDS[status].label)),
              ]}
            />
          </div>
          <EmailFilters query={query} workflows={workflows} definition={definition} />
          <div id="email-chart">
            <Card>
              <Section title={`Queued by day${isFiltered ? ', as filtered' : ''}`}>
                <DayChart what="emails" days={days} series={EMAIL_SERIES} />
              </Section>
            </Card>
          </div>
          <div id="email-list">
            <p className="list-head" role="status">
              <Total {...count} one="email" />
              {mostRecipients !== null &&
                ` of the newest ${number(mostRecipients)} contacts that match: type more of the address to see all of them`}
            </p>
            {emails.data.length === 0 ? (
              <Empty
                icon="emails"
                title="No email matches"
                actions={<LinkButton href="/emails">Show all emails</LinkButton>}
              >
                Try another state, a longer time, or another recipient.
              </Empty>
            ) : (
              <Table caption="Emails" columns={columns(names)} rows={emails.data} />
            )}
            <Pages path="/emails" filter={filter} list={emails} />
          </div>
        </>
      )}
    </Shell>
  );
}

const columns = (workflows: ReadonlyMap<string, string>): readonly Column<EmailView>[] => [
  {
    label: 'Email',
    kind: 'main',
    cell: (email) => (
      <>
        <a className="row-link" href={`/emails/${email.id}`}>
          {nameEmail(email)}
        </a>
        <span className="row-sub">
          {email.to}
          {email.billing_copy && ` · ${BILLING_CONTACTS_WORDS.copy}`}
        </span>
      </>
    ),
  },
  { label: 'State', cell: (email) => <Badge {...nameEmailState(email)} /> },
  { label: 'Why', kind: 'wide', isMinor: true, cell: (email) => explainEmail(email) },
  {
    label: 'Workflow',
    cell: ({ workflow, transactional }) =>
      workflow ? (workflows.get(workflow) ?? 'Deleted workflow') : transactional ? 'API' : 'Test',
  },
  { label: 'When', kind: 'end', cell: (email) => <Time at={email.sent_at ?? email.created_at} as="relative" /> },
];
