/**
 * What is kept of a subscription or an invoice, as scheduled events carry it: Stripe sends none at their moment, so their
 * object has the names of the catalogue instead of Stripe's.
 */
import type { ObjectKind } from '../../shared/api';
import type { PropertyValue } from '../../shared/catalogue';
import { fieldsOf, id } from './fields';
import type { Reading } from './types';

interface Kept {
  id: string;
  kind: ObjectKind;
  customerId: string | null;
  properties: Record<string, PropertyValue>;
}

export const keptObject = ({ id, kind, customerId, properties }: Kept): object => ({
  ...properties,
  id,
  object: kind,
  customer: customerId,
});

export function readKept(object: unknown): Reading {
  const { id: own, object: kind, customer, ...properties } = fieldsOf(object);
  const objectId = id(own);
  const isInvoice = kind === 'invoice';
  return {
    objectId,
    customerId: id(customer),
    subscriptionId: isInvoice ? id(properties.subscription_id) : objectId,
    invoiceId: isInvoice ? objectId : null,
    properties: properties as Record<string, PropertyValue>,
  };
}
