/** The audience: every contact of the account, searched, filtered, paged, exported. */
import { CONTACT_STATUSES, SUBSCRIPTION_STATUSES, type ContactView, type List } from '../../../shared/api';
import { nameContact } from '../../../shared/words/explanations';
import { BILLING_LABELS, CONTACT_LABELS } from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS, EMAIL_STATUS_WORDS, SUBSCRIPTION_STATUS_WORDS } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Empty, LinkButton, PageHead } from '../components/blocks';
import { Filters, FilterSelect, href } from '../components/filters';
import { TextField } from '../components/form';
import { Icon } from '../components/icon';
import { Pager, Table, type Column } from '../components/table';
import { Money, None, Plural, Time } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { LISTS_PATH } from './lists';

const STATUSES = ['subscribed', 'transactional_only', 'unsubscribed', 'suppressed_address'] as const;

export interface AudienceQuery {
  query?: string;
  status?: string;
  user_group?: string;
  subscription_status?: string;
  /** A currency. This and the days come with a link of the overview; their fields show where they are set. */
  mrr_in?: string;
  /** YYYY-MM-DD, both days included. */
  since?: string;
  until?: string;
  starting_after?: string;
}

export interface AudiencePageProps {
  contacts: List<ContactView>;
  /** How many match the filters. */
  count: number;
  query: AudienceQuery;
  userGroups: readonly string[];
}

export function AudiencePage({ contacts, count, query, userGroups }: AudiencePageProps) {
  const { starting_after: after, ...filter } = query;
  const isFiltered = Object.values(filter).some(Boolean);
  const hasAny = count > 0 || isFiltered;
  return (
    <Shell title="Audience" section="audience">
      <PageHead
        title="Audience"
        hint={STATUSES}
        lead="A contact for everyone Stripe or a program of yours told us about."
        actions={<LinkButton href={LISTS_PATH}>Mailing lists</LinkButton>}
      />
      {hasAny ? (
        <>
          <AudienceFilters query={query} userGroups={userGroups} isFiltered={isFiltered} />
          <ContactList contacts={contacts} count={count} filter={filter} after={after} />
        </>
      ) : (
        <Empty
          icon="audience"
          title="No contacts yet"
          actions={
            <LinkButton href="/settings/stripe" tone="primary">
              Choose events or import
            </LinkButton>
          }
        >
          Everyone Stripe tells about shows here, with plan, revenue and what they were sent. Contacts come with the
          events you turn on, and the customers you already have can be imported.
        </Empty>
      )}
    </Shell>
  );
}

function AudienceFilters({
  query,
  userGroups,
  isFiltered,
}: Pick<AudiencePageProps, 'query' | 'userGroups'> & { isFiltered: boolean }) {
  return (
    <Filters action="/audience" target="contact-list" isFiltered={isFiltered}>
      <div className="field-search field">
        <TextField
          id="query"
          name="query"
          type="search"
          label="Search"
          placeholder="Name, email or Stripe id"
          defaultValue={query.query ?? ''}
          autoComplete="off"
        />
      </div>
      <FilterSelect
        name="status"
        label="Status"
        value={query.status}
        all="Any status"
        options={CONTACT_STATUSES.map((value) => ({ value, label: CONTACT_STATUS_WORDS[value].label }))}
      />
      <FilterSelect
        name="user_group"
        label={CONTACT_LABELS.user_group}
        value={query.user_group}
        all="Any group"
        options={userGroups.map((value) => ({ value, label: value }))}
      />
      <FilterSelect
        name="subscription_status"
        label={BILLING_LABELS.subscription_status}
        value={query.subscription_status}
        all="Any subscription"
        options={SUBSCRIPTION_STATUSES.map((value) => ({ value, label: SUBSCRIPTION_STATUS_WORDS[value].label }))}
      />
      {query.mrr_in && (
        <FilterSelect
          name="mrr_in"
          label={BILLING_LABELS.mrr}
          value={query.mrr_in}
          all="Any or none"
          options={[{ value: query.mrr_in, label: `Some, in ${query.mrr_in.toUpperCase()}` }]}
        />
      )}
      {(query.since || query.until) && (
        <>
          <TextField id="since" name="since" type="date" label="Added from" defaultValue={query.since ?? ''} />
          <TextField id="until" name="until" type="date" label="To" defaultValue={query.until ?? ''} />
        </>
      )}
    </Filters>
  );
}

function ContactList({
  contacts,
  count,
  filter,
  after,
}: Pick<AudiencePageProps, 'contacts' | 'count'> & { filter: AudienceQuery; after: string | undefined }) {
  const { isLimited } = useViewer();
  const last = contacts.data.at(-1)?.id;
  return (
    <div id="contact-list">
      <div className="list-head">
        <span role="status">
          <Plural count={count} one="contact" />
        </span>
        {count > 0 && !isLimited && (
          <LinkButton href={href('/audience.csv', { ...filter })} tone="quiet">
            <Icon name="download" /> Export as CSV
          </LinkButton>
        )}
      </div>
      {contacts.data.length === 0 ? (
        <Empty
          icon="audience"
          title="No contact matches"
          actions={<LinkButton href="/audience">Clear the filters</LinkButton>}
        >
          Try part of the name or address, the id of a customer, invoice or subscription, or another status.
        </Empty>
      ) : (
        <Table caption="Contacts" columns={COLUMNS} rows={contacts.data} />
      )}
      <Pager
        next={contacts.has_more && last ? href('/audience', { ...filter, starting_after: last }) : null}
        first={after ? href('/audience', { ...filter }) : null}
      />
    </div>
  );
}

const COLUMNS: readonly Column<ContactView>[] = [
  {
    label: 'Contact',
    kind: 'main',
    cell: (contact) => (
      <>
        <a className="row-link" href={`/audience/${contact.id}`}>
          {contact.email}
        </a>
        {nameContact(contact) && <span className="row-sub">{nameContact(contact)}</span>}
      </>
    ),
  },
  {
    label: 'Status',
    cell: (contact) =>
      contact.suppressed ? (
        <Badge tone="bad" label={EMAIL_STATUS_WORDS.suppressed.label} />
      ) : (
        <Badge {...CONTACT_STATUS_WORDS[contact.status]} />
      ),
  },
  { label: CONTACT_LABELS.user_group, cell: (contact) => contact.user_group ?? <None /> },
  {
    label: BILLING_LABELS.subscription_status,
    cell: ({ billing }) =>
      billing.subscription_status ? (
        <>
          {SUBSCRIPTION_STATUS_WORDS[billing.subscription_status].label}
          {billing.plan && <span className="row-sub">{billing.plan}</span>}
        </>
      ) : (
        <None />
      ),
  },
  {
    label: BILLING_LABELS.mrr,
    kind: 'end',
    cell: ({ billing }) =>
      billing.mrr !== null && billing.currency ? <Money minor={billing.mrr} currency={billing.currency} /> : <None />,
  },
  {
    label: BILLING_LABELS.ltv,
    kind: 'end',
    cell: ({ billing }) =>
      billing.ltv !== null && billing.ltv_currency ? (
        <>
          <Money minor={billing.ltv} currency={billing.ltv_currency} />
          <span className="row-sub">
            <Plural count={billing.payments} one="payment" />
          </span>
        </>
      ) : (
        <None />
      ),
  },
  {
    label: CONTACT_LABELS.created_at,
    kind: 'end',
    isMinor: true,
    cell: (contact) => <Time at={contact.created_at} as="date" />,
  },
];
