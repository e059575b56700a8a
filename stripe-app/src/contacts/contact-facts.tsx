import { Banner, Box, PropertyList, PropertyListItem } from '@stripe/ui-extension-sdk/ui';
import type { ContactDetail } from '../../../shared/api';
import { ContactBadge, SubscriptionBadge } from '../badges';
import { formatDate, formatMoney } from '../format';
import { Section } from '../states';

export function ContactFacts({ contact }: { contact: ContactDetail }) {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
  return (
    <Box css={{ stack: 'y', gapY: 'medium' }}>
      <Box css={{ stack: 'x', distribute: 'space-between', alignY: 'center', gapX: 'medium' }}>
        <Box css={{ stack: 'y' }}>
          <Box css={{ font: 'heading' }}>{name || contact.email}</Box>
          {name && <Box css={{ color: 'secondary', wordBreak: 'break-word' }}>{contact.email}</Box>}
        </Box>
        <ContactBadge status={contact.status} />
      </Box>
      {contact.suppressed && (
        <Banner
          type="caution"
          title="No email goes to this address"
          description={`Suppressed on ${formatDate(contact.suppressed.at)}.`}
        />
      )}
      <PropertyList>
        <PropertyListItem label="User group" value={contact.user_group ?? 'None'} />
        <PropertyListItem label="Source" value={contact.source} />
        <PropertyListItem label="Contact since" value={formatDate(contact.created_at)} />
      </PropertyList>
    </Box>
  );
}

/** What Tillpost knows of the contact's subscriptions; nothing for a contact who never had one. */
export function BillingFacts({ billing }: Pick<ContactDetail, 'billing'>) {
  if (!billing.subscription_status) return null;
  return (
    <Section title="Billing">
      <PropertyList>
        <PropertyListItem label="Subscription" value={<SubscriptionBadge status={billing.subscription_status} />} />
        {billing.plan && <PropertyListItem label="Plan" value={billing.plan} />}
        {billing.mrr !== null && billing.currency && (
          <PropertyListItem label="Monthly revenue" value={formatMoney(billing.mrr, billing.currency)} />
        )}
        {billing.renews_at && <PropertyListItem label="Renews" value={formatDate(billing.renews_at)} />}
        {billing.trial_ends_at && <PropertyListItem label="Trial ends" value={formatDate(billing.trial_ends_at)} />}
        {billing.delinquent && <PropertyListItem label="Payment" value="Overdue" />}
        {billing.customer_since && (
          <PropertyListItem label="Customer since" value={formatDate(billing.customer_since)} />
        )}
      </PropertyList>
    </Section>
  );
}
