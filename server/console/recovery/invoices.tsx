/** The invoices behind a number of the report. */
import { RECOVERY_OUTCOMES, type FailedInvoiceView, type RecoveryOutcome } from '../../../shared/api';
import { oneOf } from '../../../shared/one-of';
import { EVENT_LABELS } from '../../../shared/words/fields';
import { HOLDOUT_GROUPS, LOSS_WORDS, RECOVERY_WORDS } from '../../../shared/words/recovery';
import type { Tone } from '../../../shared/words/statuses';
import type { Count, TwoWayList } from '../../db/page';
import type { Row } from '../../db/schema';
import { Badge } from '../components/badge';
import { Empty, LinkButton, PageHead } from '../components/blocks';
import { href } from '../components/filters';
import { Pages, type PageQuery } from '../components/pages';
import { Table, type Column } from '../components/table';
import { Money, None, Time, Total } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { dashboardUrl } from '../stripe-links';
import { MonthName } from './recovery';

/** `recovered`: by whatever way. */
export const OUTCOMES = [...RECOVERY_OUTCOMES, 'recovered'] as const;

/** Unchecked. */
export interface InvoicesQuery extends PageQuery {
  months?: string;
  month?: string;
  /** YYYY-MM-DD, until today. */
  since?: string;
  currency?: string;
  outcome?: string;
  group?: string;
}

export interface FailedInvoicesPageProps {
  invoices: TwoWayList<FailedInvoiceView>;
  count: Count;
  /** What went out about each, by its id at Stripe. */
  reminders: ReadonlyMap<string, readonly Row<'email'>[]>;
  query: InvoicesQuery;
}

export function FailedInvoicesPage({ invoices, count, reminders, query }: FailedInvoicesPageProps) {
  const { isLimited } = useViewer();
  const { starting_after: _after, ending_before: _before, page: _page, ...filter } = query;
  const { months } = query;
  const outcome = oneOf(OUTCOMES, query.outcome);
  const group = oneOf(['held_out', 'others'] as const, query.group);
  const isMonth = /^\d{4}-(0[1-9]|1[0-2])$/.test(query.month ?? '');
  return (
    <Shell title="Failed invoices" section="recovery">
      <PageHead
        title="Failed invoices"
        back={{ href: href('/recovery', { months }), label: 'Recovered' }}
        lead={
          <>
            {outcome === 'recovered' ? 'Recovered' : outcome ? RECOVERY_WORDS[outcome].label : 'All outcomes'}
            {isMonth && (
              <>
                {' · '}
                <MonthName month={query.month!} />
              </>
            )}
            {query.since && ` · since ${query.since}`}
            {query.currency && ` · ${query.currency.toUpperCase()}`}
            {group && ` · ${HOLDOUT_GROUPS[group]}`}
          </>
        }
        actions={!isLimited && <LinkButton href={href('/recovery.csv', filter)}>Export CSV</LinkButton>}
      />
      {invoices.data.length === 0 ? (
        <Empty icon="recovery" title="No such invoice" actions={<LinkButton href="/recovery">Recovered</LinkButton>}>
          No failed payment is of that month, currency and outcome.
        </Empty>
      ) : (
        <>
          <p className="list-head" role="status">
            <Total {...count} one="invoice" />
          </p>
          <Table caption="Failed invoices" columns={columnsOf(reminders)} rows={invoices.data} />
        </>
      )}
      <Pages path="/recovery/invoices" filter={filter} list={invoices} />
    </Shell>
  );
}

const TONES: Record<RecoveryOutcome, Tone> = {
  recovered_without_mail: 'good',
  recovered_after_mail: 'good',
  recovered_after_click: 'good',
  open: 'warn',
  lost: 'bad',
};

const columnsOf = (reminders: FailedInvoicesPageProps['reminders']): readonly Column<FailedInvoiceView>[] => [
  { label: 'Invoice', kind: 'main', cell: (invoice) => <AtStripe {...invoice} /> },
  {
    label: EVENT_LABELS.contact,
    cell: ({ contact, email }) =>
      contact ? (
        <a className="clip" href={`/audience/${contact}`} title={email ?? undefined}>
          {email ?? 'Contact'}
        </a>
      ) : (
        <None words="no contact" />
      ),
  },
  { label: 'Amount', kind: 'end', cell: ({ amount, currency }) => <Money minor={amount} currency={currency} /> },
  { label: 'Outcome', cell: (invoice) => <Outcome {...invoice} /> },
  { label: 'Emails', cell: ({ invoice }) => <Reminders emails={reminders.get(invoice ?? '') ?? []} /> },
  { label: 'First failed', kind: 'end', cell: ({ first_failed_at }) => <Time at={first_failed_at} as="relative" /> },
];

function AtStripe({ invoice, attempts, is_holdout }: FailedInvoiceView) {
  const { tenant } = useViewer();
  return (
    <>
      {invoice ? (
        <a className="mono" href={dashboardUrl(tenant.livemode, 'invoices', invoice)} rel="noreferrer">
          {invoice}
        </a>
      ) : (
        'Of a deleted contact'
      )}
      <span className="row-sub">
        {attempts === 1 ? '1 attempt' : `${attempts} attempts`}
        {is_holdout && ' · holdout'}
      </span>
    </>
  );
}

function Outcome({ outcome, recovered_at, recovered_amount, currency, lost_at, lost_reason }: FailedInvoiceView) {
  return (
    <div>
      <Badge tone={TONES[outcome]} label={RECOVERY_WORDS[outcome].label} />
      {recovered_at ? (
        <span className="row-sub">
          Paid <Money minor={recovered_amount ?? 0} currency={currency} /> <Time at={recovered_at} as="relative" />
        </span>
      ) : (
        lost_at &&
        lost_reason && (
          <span className="row-sub">
            {LOSS_WORDS[lost_reason]} <Time at={lost_at} as="relative" />
          </span>
        )
      )}
    </div>
  );
}

const Reminders = ({ emails }: { emails: readonly Row<'email'>[] }) =>
  emails.length === 0 ? (
    <None words="no email" />
  ) : (
    <div>
      {emails.map(({ id, subject, sent_at, created_at }) => (
        <a key={id} className="row-sub" href={`/emails/${id}`} title={subject}>
          <Time at={sent_at ?? created_at} as="date" />
        </a>
      ))}
    </div>
  );
