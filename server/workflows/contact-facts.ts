/** A contact's properties as conditions and merge tags name them (CONTACT_PROPERTIES). Pure. */
import type { PropertyValue } from '../../shared/catalogue';
import { propertiesOf } from '../audience/contact-properties';
import { isoTimeOrNull } from '../db/columns';
import type { Row } from '../db/schema';

export function contactFacts(contact: Row<'contact'>): Record<string, PropertyValue> {
  return {
    email: contact.email,
    first_name: contact.first_name,
    last_name: contact.last_name,
    user_group: contact.user_group,
    status: contact.status,
    subscription_status: contact.subscription_status,
    plan: contact.plan,
    mrr: contact.mrr,
    currency: contact.currency,
    renews_at: isoTimeOrNull(contact.renews_at),
    trial_ends_at: isoTimeOrNull(contact.trial_ends_at),
    delinquent: contact.delinquent === null ? null : contact.delinquent === 1,
    wrong_card: contact.wrong_card === null ? null : contact.wrong_card === 1,
    customer_since: isoTimeOrNull(contact.customer_since),
    ltv: contact.ltv,
    ltv_currency: contact.ltv_currency,
    payments: contact.payments,
    first_payment_at: isoTimeOrNull(contact.first_payment_at),
    last_payment_at: isoTimeOrNull(contact.last_payment_at),
    properties: propertiesOf(contact),
  };
}
