/** The audience: every contact of the account, searched, filtered, paged, exported, changed by the many. */
import type { ContactView } from '../../../shared/api';
import { JOB_KIND_WORDS, JOB_STATUS_WORDS } from '../../../shared/words/contact-work';
import { nameContact } from '../../../shared/words/explanations';
import { BILLING_LABELS, CONTACT_LABELS } from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS, EMAIL_STATUS_WORDS, SUBSCRIPTION_STATUS_WORDS } from '../../../shared/words/statuses';
import type { ContactJob } from '../../audience/contact-jobs';
import type { SavedFilter } from '../../audience/saved-filters';
import type { TwoWayList } from '../../db/page';
import { Badge } from '../components/badge';
import { Banner, Empty, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { Icon } from '../components/icon';
import { PostForm } from '../components/form';
import { PAGE_QUERY, Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { Money, None, Plural, Time } from '../components/values';
import { Shell } from '../layout';
import { useFormats, useViewer } from '../page';
import { BulkBar } from './bulk';
import { AudienceFilters, FilterFields, SavedFilters, type AudienceFilter, type RefusedName } from './filters';
import { LISTS_PATH } from './lists';
import { MonthlyRevenue } from './monthly-revenue';

const STATUSES = ['subscribed', 'transactional_only', 'unsubscribed', 'suppressed_address'] as const;

export interface AudiencePageProps {
  contacts: TwoWayList<ContactView>;
  /** How many match the filters. */
  count: number;
  filter: AudienceFilter;
  userGroups: readonly string[];
  filters: readonly SavedFilter[];
  /** Work that is under way or waits to be confirmed. */
  jobs: readonly ContactJob[];
  /** The filter could not be saved. */
  refused?: RefusedName | undefined;
  /** Where in the list. */
  place: PageQuery;
  /** Why nothing was done with the contacts. */
  problem?: string | undefined;
}

export function AudiencePage({ count, filter, userGroups, filters, jobs, refused, ...list }: AudiencePageProps) {
  const { isLimited } = useViewer();
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <Shell title="Audience" section="audience">
      <PageHead
        title="Audience"
        hint={STATUSES}
        lead="A contact for everyone Stripe or a program of yours told us about, and for those you add."
        actions={
          <>
            <LinkButton href={LISTS_PATH}>Mailing lists</LinkButton>
            {!isLimited && <LinkButton href="/audience/import">Import CSV</LinkButton>}
            <LinkButton href="/audience/new" tone="primary">
              Add contact
            </LinkButton>
          </>
        }
      />
      {jobs.map((job) => (
        <Banner
          key={job.id}
          tone={job.status === 'preview' ? 'warn' : 'info'}
          actions={<LinkButton href={`/audience/jobs/${job.id}`}>See it</LinkButton>}
        >
          {JOB_KIND_WORDS[job.kind]}: {JOB_STATUS_WORDS[job.status].label.toLowerCase()}.
        </Banner>
      ))}
      {count > 0 || isFiltered || refused ? (
        <>
          <SavedFilters filters={filters} filter={filter} refused={refused} />
          <AudienceFilters filter={filter} userGroups={userGroups} />
          <ContactList {...list} count={count} filter={filter} />
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

function ContactList({
  contacts,
  count,
  filter,
  place,
  problem,
}: Pick<AudiencePageProps, 'contacts' | 'count' | 'filter' | 'place' | 'problem'>) {
  const { isLimited } = useViewer();
  const formats = useFormats();
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
        <PostForm action="/audience/bulk" data-bulk="">
          <FilterFields filter={filter} />
          {PAGE_QUERY.map(
            (name) => place[name] && <input key={name} type="hidden" name={`place.${name}`} value={place[name]} />,
          )}
          {problem && <Banner tone="bad">{problem}</Banner>}
          <BulkBar count={formats.number(count)} isFiltered={Object.values(filter).some(Boolean)} />
          <Table
            caption="Contacts"
            columns={COLUMNS}
            rows={contacts.data}
            select={{ name: 'id', label: (contact) => `Select ${contact.email}` }}
          />
        </PostForm>
      )}
      <Pages path="/audience" filter={{ ...filter }} list={contacts} />
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
    cell: (contact) => (
      <span className="badges">
        <Badge {...CONTACT_STATUS_WORDS[contact.status]} />
        {contact.suppressed && <Badge tone="bad" label={EMAIL_STATUS_WORDS.suppressed.label} />}
      </span>
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
    cell: ({ billing }) => <MonthlyRevenue billing={billing} />,
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
