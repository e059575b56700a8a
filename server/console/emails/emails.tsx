/** Every email, by state. */
import { EMAIL_STATUSES, type EmailView, type List } from '../../../shared/api';
import { explainEmail, nameEmail } from '../../../shared/words/explanations';
import { EMAIL_STATUS_WORDS, nameEmailState } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Banner, Empty, LinkButton, PageHead, Tabs } from '../components/blocks';
import { Filters, href } from '../components/filters';
import { SelectField, TextField } from '../components/form';
import { Pager, Table, type Column } from '../components/table';
import { Time } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';

interface EmailQuery {
  status?: string;
  /** Address of a contact. */
  contact?: string;
  workflow?: string;
  starting_after?: string;
}

export interface EmailsPageProps {
  emails: List<EmailView>;
  query: EmailQuery;
  workflows: readonly { id: string; name: string }[];
  /** No SMTP is configured: nothing leaves this server. */
  isCaptureOnly: boolean;
}

export function EmailsPage({ emails, query, workflows, isCaptureOnly }: EmailsPageProps) {
  const { tenant } = useViewer();
  const { starting_after: after, ...filter } = query;
  const isFiltered = Boolean(filter.status || filter.contact || filter.workflow);
  const last = emails.data.at(-1)?.id;
  const tab = (status: string | undefined, label: string) => ({
    href: href('/emails', { ...filter, status }),
    label,
    isCurrent: query.status === status,
  });
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  return (
    <Shell title="Emails" section="emails">
      <PageHead title="Emails" lead="Each message with where it stands, and why." />
      {isCaptureOnly ? (
        <Banner tone="info">
          No mail server is set up, so emails are captured: you can read them here, and none is sent.
        </Banner>
      ) : (
        !tenant.livemode && (
          <Banner tone="info">
            In test mode only your <a href="/settings/stripe#test_recipients">test addresses</a> get real emails; all
            others are captured.
          </Banner>
        )
      )}
      {emails.data.length === 0 && !isFiltered && !after ? (
        <Empty
          icon="emails"
          title="No emails yet"
          actions={
            <LinkButton href="/workflows" tone="primary">
              Go to workflows
            </LinkButton>
          }
        >
          Emails are sent by workflows. Activate one, and the next matching event sends its first email.
        </Empty>
      ) : (
        <>
          <Tabs
            label="State"
            tabs={[
              tab(undefined, 'All'),
              ...EMAIL_STATUSES.map((status) => tab(status, EMAIL_STATUS_WORDS[status].label)),
            ]}
          />
          <Filters action="/emails" target="email-list" isFiltered={Boolean(filter.contact || filter.workflow)}>
            {query.status && <input type="hidden" name="status" value={query.status} />}
            <TextField
              id="contact"
              name="contact"
              type="search"
              label="Contact"
              placeholder="name@example.com"
              defaultValue={query.contact ?? ''}
              autoComplete="off"
            />
            <SelectField
              id="workflow"
              name="workflow"
              label="Workflow"
              defaultValue={query.workflow ?? ''}
              options={[
                { value: '', label: 'All workflows' },
                ...workflows.map(({ id, name }) => ({ value: id, label: name })),
              ]}
            />
          </Filters>
          <div id="email-list">
            {emails.data.length === 0 ? (
              <Empty
                icon="emails"
                title="No email matches"
                actions={<LinkButton href="/emails">Show all emails</LinkButton>}
              >
                There is none in this state{filter.contact || filter.workflow ? ' for this contact or workflow' : ''}.
              </Empty>
            ) : (
              <Table caption="Emails" columns={columns(names)} rows={emails.data} />
            )}
            <Pager
              next={emails.has_more && last ? href('/emails', { ...filter, starting_after: last }) : null}
              first={after ? href('/emails', { ...filter }) : null}
            />
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
        <span className="row-sub">{email.to}</span>
      </>
    ),
  },
  { label: 'State', cell: (email) => <Badge {...nameEmailState(email)} /> },
  { label: 'Why', kind: 'wide', isMinor: true, cell: (email) => explainEmail(email) },
  {
    label: 'Workflow',
    cell: (email) => (email.workflow ? (workflows.get(email.workflow) ?? 'Deleted workflow') : 'Test'),
  },
  { label: 'When', kind: 'end', cell: (email) => <Time at={email.sent_at ?? email.created_at} /> },
];
