/** One contact: who it is, what Stripe says of them, and everything that happened, newest first. */
import { Fragment, type ReactNode } from 'react';
import type { ContactView } from '../../../shared/api';
import { NOTE_LENGTH, USER_GROUP_LENGTH } from '../../../shared/limits';
import { ADDRESS_WORDS } from '../../../shared/words/contact-work';
import { nameContact, nameSuppression } from '../../../shared/words/explanations';
import {
  BILLING_CONTACTS_WORDS,
  BILLING_LABELS,
  CONTACT_LABELS,
  LTV_HINT,
  namePropertyValue,
  OVERDUE,
  WRONG_CARD,
} from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS, SUBSCRIPTION_STATUS_WORDS } from '../../../shared/words/statuses';
import { Badge } from '../components/badge';
import { Banner, Card, Empty, FactList, LinkButton, PageHead, Section } from '../components/blocks';
import { href } from '../components/filters';
import { ButtonForm, Confirm, FieldError, PostForm, TextAreaField, TextField, buttonClass } from '../components/form';
import { Icon } from '../components/icon';
import { Count, Money, None, Time } from '../components/values';
import { Shell } from '../layout';
import { useViewer } from '../page';
import { dashboardUrl } from '../stripe-links';
import { MonthlyRevenue } from './monthly-revenue';
import { Timeline, type TimelineEntry } from './timeline';

export interface ContactPageProps {
  contact: ContactView;
  timeline: readonly TimelineEntry[];
  /** There is more than the timeline shows. */
  hasMore: boolean;
  userGroups: readonly string[];
  /** Those it is on, and those it has left. */
  lists: readonly { name: string; isMember: boolean }[];
  note: string | null;
  /** Its address is Stripe's to change. */
  hasCustomer: boolean;
  /** What was typed as billing contacts and refused, and why. */
  refused?: { typed: string; words: string };
  /** What was typed as its profile, and why the address is refused. */
  refusedProfile?: { typed: ProfileTyped; words: ReactNode };
}

export const PROFILE_FIELDS = ['email', 'first_name', 'last_name', 'user_group'] as const;
export type ProfileTyped = Record<(typeof PROFILE_FIELDS)[number], string>;

export function ContactPage({ contact, timeline, hasMore, lists, note, refused, ...profile }: ContactPageProps) {
  const { isLimited } = useViewer();
  const path = `/audience/${contact.id}`;
  return (
    <Shell title={contact.email} section="audience">
      <PageHead
        title={contact.email}
        badge={<Badge {...CONTACT_STATUS_WORDS[contact.status]} />}
        hint={contact.suppressed ? [contact.status, 'suppressed_address'] : [contact.status]}
        back={{ href: '/audience', label: 'Audience' }}
        lead={nameContact(contact) || undefined}
        actions={
          <>
            <LinkButton href={href('/workflows/start', { contact: contact.id })}>Start a workflow…</LinkButton>
            {contact.status === 'unsubscribed' ? (
              <ButtonForm action={`${path}/resubscribe`} label="Resubscribe" />
            ) : (
              <ButtonForm action={`${path}/unsubscribe`} label="Unsubscribe" />
            )}
          </>
        }
      />
      {contact.suppressed && (
        <Banner
          tone="warn"
          title={nameSuppression(contact.suppressed)}
          actions={<ButtonForm action={`${path}/lift`} label="Allow emails again" />}
        >
          {contact.suppressed.reason}, since <Time at={contact.suppressed.at} as="date" />.
        </Banner>
      )}
      <div className="columns">
        <Section title="Timeline">
          {timeline.length > 0 ? (
            <Timeline entries={timeline} />
          ) : (
            <Empty icon="clock" title="Nothing has happened yet">
              Events, workflow runs and emails of this contact show here.
            </Empty>
          )}
          {hasMore && (
            <p className="hint section">
              Older entries: <a href={href('/events', { contact: contact.email })}>all events</a>,{' '}
              <a href={href('/emails', { contact: contact.email })}>all emails</a>
            </p>
          )}
        </Section>
        <div className="facts-narrow">
          <Profile contact={contact} {...profile} />
          <Note id={contact.id} note={note} />
          <FromPrograms contact={contact} lists={lists} />
          <BillingContacts contact={contact} refused={refused} />
          <BillingCard contact={contact} />
          <Customers customers={contact.customers} />
          {!isLimited && (
            <Section title="Delete">
              <Confirm
                label="Delete contact…"
                action={`${path}/delete`}
                confirm="Delete contact"
                words="Its runs stop, its emails and event payloads are blanked. Late events of its Stripe customers don’t bring it back. This can’t be undone."
              />
            </Section>
          )}
        </div>
      </div>
    </Shell>
  );
}

const Profile = ({
  contact,
  userGroups,
  hasCustomer,
  refusedProfile,
}: Pick<ContactPageProps, 'contact' | 'userGroups' | 'hasCustomer' | 'refusedProfile'>) => (
  <Section title="Profile">
    <Card className="stack">
      <FactList
        facts={[
          [CONTACT_LABELS.source, contact.source],
          [CONTACT_LABELS.created_at, <Time key="at" at={contact.created_at} />],
        ]}
      />
      <PostForm action={`/audience/${contact.id}/profile`} className="stack">
        {hasCustomer ? (
          <>
            <p className="hint">{ADDRESS_WORDS.ofStripe}</p>
            <FieldError id="email" error={refusedProfile?.words} />
          </>
        ) : (
          <TextField
            id="email"
            name="email"
            type="email"
            label="Email"
            required
            defaultValue={refusedProfile?.typed.email ?? contact.email}
            error={refusedProfile?.words}
            autoComplete="off"
          />
        )}
        <TextField
          id="first_name"
          name="first_name"
          label="First name"
          defaultValue={refusedProfile?.typed.first_name ?? contact.first_name ?? ''}
          autoComplete="off"
        />
        <TextField
          id="last_name"
          name="last_name"
          label="Last name"
          defaultValue={refusedProfile?.typed.last_name ?? contact.last_name ?? ''}
          autoComplete="off"
        />
        <TextField
          id="user_group"
          name="user_group"
          label={CONTACT_LABELS.user_group}
          defaultValue={refusedProfile?.typed.user_group ?? contact.user_group ?? ''}
          list="groups"
          maxLength={USER_GROUP_LENGTH}
          placeholder="None"
          autoComplete="off"
        />
        <datalist id="groups">
          {userGroups.map((group) => (
            <option key={group} value={group} />
          ))}
        </datalist>
        <button className={buttonClass()}>Save profile</button>
      </PostForm>
    </Card>
  </Section>
);

const Note = ({ id, note }: { id: string; note: string | null }) => (
  <Section title="Note">
    <Card>
      <PostForm action={`/audience/${id}/note`} className="stack">
        <TextAreaField
          id="note"
          name="note"
          label="Note"
          isLabelHidden
          rows={note ? Math.min(12, note.split('\n').length + 2) : 2}
          maxLength={NOTE_LENGTH}
          defaultValue={note ?? ''}
          hint="For you alone: no email shows it. It is deleted with the contact."
        />
        <button className={buttonClass()}>Save note</button>
      </PostForm>
    </Card>
  </Section>
);

/** What the API gave it. */
function FromPrograms({ contact: { user_id, properties }, lists }: Pick<ContactPageProps, 'contact' | 'lists'>) {
  const facts: [string, ReactNode][] = [
    ...(user_id === null ? [] : [['User id', <code key="id">{user_id}</code>] satisfies [string, ReactNode]]),
    ...Object.entries(properties).map(([name, value]): [string, ReactNode] => [name, namePropertyValue(value)]),
    ...lists.map(({ name, isMember }): [string, ReactNode] => [`List ${name}`, isMember ? 'On it' : 'Left']),
  ];
  if (facts.length === 0) return null;
  return (
    <Section title="From your programs">
      <Card>
        <FactList facts={facts} />
      </Card>
    </Section>
  );
}

function BillingContacts({ contact, refused }: Pick<ContactPageProps, 'contact' | 'refused'>) {
  const path = `/audience/${contact.id}/billing-contacts`;
  const { billing_contacts: all } = contact;
  const byHand = all.filter(({ source }) => source === 'hand');
  return (
    <Section title={BILLING_CONTACTS_WORDS.label}>
      <Card className="stack">
        {all.map(({ email, source, suppressed }) => (
          <div key={email} className="stack">
            <p>
              <span className="strong">{email}</span>
              {source === 'metadata' && (
                <>
                  {' '}
                  <span className="hint">{BILLING_CONTACTS_WORDS.fromMetadata}</span>
                </>
              )}
            </p>
            {suppressed && (
              <Banner
                tone="warn"
                title={nameSuppression(suppressed)}
                actions={
                  <PostForm action={`${path}/lift`}>
                    <input type="hidden" name="email" value={email} />
                    <button className={buttonClass()}>Allow emails again</button>
                  </PostForm>
                }
              >
                {suppressed.reason}, since <Time at={suppressed.at} as="date" />.
              </Banner>
            )}
          </div>
        ))}
        <PostForm action={path} className="stack">
          <TextAreaField
            id="billing_contacts"
            name="billing_contacts"
            label="Added by hand"
            rows={3}
            defaultValue={refused?.typed ?? byHand.map(({ email }) => email).join('\n')}
            hint={BILLING_CONTACTS_WORDS.hint}
            error={refused?.words}
          />
          <button className={buttonClass()}>Save billing contacts</button>
        </PostForm>
      </Card>
    </Section>
  );
}

function BillingCard({ contact: { billing } }: { contact: ContactView }) {
  const isEmpty =
    !billing.subscription_status &&
    billing.customer_since === null &&
    billing.mrr === null &&
    !billing.delinquent &&
    billing.payments === 0;
  return (
    <Section title="Billing">
      <Card>
        {isEmpty ? (
          <p className="hint">No billing fields yet. They come with events that sync them.</p>
        ) : (
          <FactList
            facts={[
              ...paidFacts(billing),
              [
                BILLING_LABELS.subscription_status,
                billing.subscription_status ? (
                  SUBSCRIPTION_STATUS_WORDS[billing.subscription_status].label
                ) : (
                  <None key="none" />
                ),
              ],
              [BILLING_LABELS.plan, billing.plan ?? <None key="none" />],
              [BILLING_LABELS.mrr, <MonthlyRevenue key="mrr" billing={billing} />],
              [
                BILLING_LABELS.renews_at,
                billing.renews_at ? <Time key="at" at={billing.renews_at} as="date" /> : <None key="none" />,
              ],
              ...(billing.trial_ends_at
                ? [[BILLING_LABELS.trial_ends_at, <Time key="at" at={billing.trial_ends_at} as="date" />] as const]
                : []),
              ...(billing.delinquent
                ? [[BILLING_LABELS.delinquent, <Badge key="bad" tone="bad" label={OVERDUE} />] as const]
                : []),
              ...(billing.wrong_card ? [[BILLING_LABELS.wrong_card, WRONG_CARD] as const] : []),
              [
                BILLING_LABELS.customer_since,
                billing.customer_since ? <Time key="at" at={billing.customer_since} as="date" /> : <None key="none" />,
              ],
            ]}
          />
        )}
        {billing.ltv !== null && (
          <p className="hint">
            {BILLING_LABELS.ltv}: {LTV_HINT}
          </p>
        )}
      </Card>
    </Section>
  );
}

/** What is known to be paid. */
function paidFacts(billing: ContactView['billing']): [string, ReactNode][] {
  const { ltv, ltv_currency: currency, ltv_others: others } = billing;
  const day = (at: string | null) => (at ? <Time key="at" at={at} as="date" /> : <None key="none" />);
  if (ltv === null || !currency) return [];
  return [
    [
      BILLING_LABELS.ltv,
      <Fragment key="ltv">
        <Money minor={ltv} currency={currency} />
        {others.map((other) => (
          <span key={other.currency} className="row-sub">
            + <Money minor={other.amount} currency={other.currency} />
          </span>
        ))}
      </Fragment>,
    ],
    [BILLING_LABELS.payments, <Count key="payments" value={billing.payments} />],
    [BILLING_LABELS.first_payment_at, day(billing.first_payment_at)],
    [BILLING_LABELS.last_payment_at, day(billing.last_payment_at)],
  ];
}

function Customers({ customers }: { customers: readonly string[] }) {
  const { tenant } = useViewer();
  return (
    <Section title="Stripe customers">
      <Card className="stack">
        {customers.length === 0 && <p className="hint">None linked.</p>}
        {customers.map((id) => (
          <div key={id}>
            <a href={dashboardUrl(tenant.livemode, 'customers', id)} target="_blank" rel="noreferrer">
              <code>{id}</code> <Icon name="external" />
            </a>
          </div>
        ))}
      </Card>
    </Section>
  );
}
