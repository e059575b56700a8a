import { Banner, Box, PropertyList, PropertyListItem } from '@stripe/ui-extension-sdk/ui';
import type { ContactDetail } from '../../../shared/api';
import { nameSuppression, nameContact } from '../../../shared/words/explanations';
import {
  BILLING_CONTACTS_WORDS,
  BILLING_LABELS,
  CONTACT_LABELS,
  OVERDUE,
  WRONG_CARD,
} from '../../../shared/words/fields';
import { CONTACT_STATUS_WORDS, SUBSCRIPTION_STATUS_WORDS } from '../../../shared/words/statuses';
import { formatAmount, formatDay, formatNumber } from '../format';
import { Section } from '../states';
import { StatusBadge } from '../status-badge';

const SUPPRESSED = 'takes no mail';

export function ContactFacts({ contact }: { contact: ContactDetail }) {
  const name = nameContact(contact);
  return (
    <Box css={{ stack: 'y', gapY: 'medium' }}>
      <Box css={{ stack: 'x', distribute: 'space-between', alignY: 'center', gapX: 'medium' }}>
        <Box css={{ stack: 'y' }}>
          <Box css={{ font: 'heading' }}>{name || contact.email}</Box>
          {name && <Box css={{ color: 'secondary', wordBreak: 'break-word' }}>{contact.email}</Box>}
        </Box>
        <StatusBadge {...CONTACT_STATUS_WORDS[contact.status]} />
      </Box>
      {contact.suppressed && (
        <Banner
          type="caution"
          title={nameSuppression(contact.suppressed)}
          description={`Suppressed on ${formatDay(contact.suppressed.at)}.`}
        />
      )}
      <PropertyList>
        <PropertyListItem label={CONTACT_LABELS.user_group} value={contact.user_group ?? 'None'} />
        <PropertyListItem label={CONTACT_LABELS.source} value={contact.source} />
        {contact.billing_contacts.length > 0 && (
          <PropertyListItem
            label={BILLING_CONTACTS_WORDS.label}
            value={contact.billing_contacts
              .map(({ email, suppressed }) => (suppressed ? `${email} (${SUPPRESSED})` : email))
              .join(', ')}
          />
        )}
        <PropertyListItem label={CONTACT_LABELS.created_at} value={formatDay(contact.created_at)} />
      </PropertyList>
    </Box>
  );
}

/** What Tillpost knows of the contact's subscriptions and payments; nothing for who never had one and owes nothing overdue. */
export function BillingFacts({ billing }: Pick<ContactDetail, 'billing'>) {
  if (!billing.subscription_status && !billing.delinquent && !billing.payments) return null;
  return (
    <Section title="Billing">
      <PropertyList>
        {billing.subscription_status && (
          <PropertyListItem
            label={BILLING_LABELS.subscription_status}
            value={<StatusBadge {...SUBSCRIPTION_STATUS_WORDS[billing.subscription_status]} />}
          />
        )}
        {billing.plan && <PropertyListItem label={BILLING_LABELS.plan} value={billing.plan} />}
        {billing.mrr !== null && billing.currency && (
          <PropertyListItem label={BILLING_LABELS.mrr} value={formatAmount(billing.mrr, billing.currency)} />
        )}
        {billing.renews_at && (
          <PropertyListItem label={BILLING_LABELS.renews_at} value={formatDay(billing.renews_at)} />
        )}
        {billing.trial_ends_at && (
          <PropertyListItem label={BILLING_LABELS.trial_ends_at} value={formatDay(billing.trial_ends_at)} />
        )}
        {billing.delinquent && <PropertyListItem label={BILLING_LABELS.delinquent} value={OVERDUE} />}
        {billing.wrong_card && <PropertyListItem label={BILLING_LABELS.wrong_card} value={WRONG_CARD} />}
        {billing.ltv !== null && billing.ltv_currency && (
          <PropertyListItem label={BILLING_LABELS.ltv} value={writeLtv(billing)} />
        )}
        {billing.payments > 0 && (
          <PropertyListItem label={BILLING_LABELS.payments} value={formatNumber(billing.payments)} />
        )}
        {billing.last_payment_at && (
          <PropertyListItem label={BILLING_LABELS.last_payment_at} value={formatDay(billing.last_payment_at)} />
        )}
        {billing.customer_since && (
          <PropertyListItem label={BILLING_LABELS.customer_since} value={formatDay(billing.customer_since)} />
        )}
      </PropertyList>
    </Section>
  );
}

/** "$348.00 + €15.00" */
const writeLtv = ({ ltv, ltv_currency, ltv_others }: ContactDetail['billing']): string =>
  [{ currency: ltv_currency ?? '', amount: ltv ?? 0 }, ...ltv_others]
    .map(({ currency, amount }) => formatAmount(amount, currency))
    .join(' + ');
