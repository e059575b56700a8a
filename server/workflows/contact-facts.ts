/** A contact's properties as conditions and merge tags name them (CONTACT_PROPERTIES). Pure. */
import type { PropertyValue } from '../../shared/catalogue';
import { billingOf } from '../audience/billing';
import { propertiesOf } from '../audience/contact-properties';
import type { Row } from '../db/schema';

export function contactFacts(contact: Row<'contact'>): Record<string, PropertyValue> {
  return {
    email: contact.email,
    first_name: contact.first_name,
    last_name: contact.last_name,
    user_group: contact.user_group,
    status: contact.status,
    ...billingOf(contact),
    properties: propertiesOf(contact),
  };
}
