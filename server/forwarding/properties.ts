/** What is forwarded of a contact and of an event beside names and address: flat values of the types that mail tools know. */
import type { ContactView } from '../../shared/api';
import type { ContactPropertyType, ContactPropertyValue } from '../../shared/contact-properties';
import type { Property, PropertyValue } from '../../shared/catalogue';
import { toMajor } from '../../shared/money';
import type { ForwardedContact, ForwardedEvent, KnownProperties } from './destination';

export type Values = Record<string, ContactPropertyValue | null>;

/** Amounts in whole units of the currency beside them. A property of the merchant's own with such a name goes instead. */
const BILLING_TYPES = {
  stripeCustomerId: 'string',
  subscriptionStatus: 'string',
  plan: 'string',
  mrr: 'number',
  currency: 'string',
  renewsAt: 'date',
  trialEndsAt: 'date',
  delinquent: 'boolean',
  customerSince: 'date',
  lifetimeValue: 'number',
  lifetimeValueCurrency: 'string',
  lastPaymentAt: 'date',
} as const satisfies KnownProperties;

type BillingValues = Record<keyof typeof BILLING_TYPES, ContactPropertyValue | null>;

function billingValues({ billing, customers }: ContactView): BillingValues {
  const major = (minor: number | null, currency: string | null) =>
    minor === null || currency === null ? null : toMajor(minor, currency);
  return {
    stripeCustomerId: customers[0] ?? null,
    subscriptionStatus: billing.subscription_status,
    plan: billing.plan,
    mrr: major(billing.mrr, billing.currency),
    currency: billing.currency,
    renewsAt: billing.renews_at,
    trialEndsAt: billing.trial_ends_at,
    delinquent: billing.delinquent,
    customerSince: billing.customer_since,
    lifetimeValue: major(billing.ltv, billing.ltv_currency),
    lifetimeValueCurrency: billing.ltv_currency,
    lastPaymentAt: billing.last_payment_at,
  };
}

/** Null takes a value away, and is said only of somebody who is a customer: others have none of these. */
export function contactValues({ contact }: Pick<ForwardedContact, 'contact'>): Values {
  const billing = billingValues(contact);
  const isCustomer = Object.values(billing).some((value) => value !== null);
  return { ...(isCustomer ? billing : {}), ...contact.properties };
}

/** Of each value of a contact that isn't null. */
export function typesOf({ contact, types }: ForwardedContact): KnownProperties {
  const all: KnownProperties = { ...BILLING_TYPES, ...types };
  const named = Object.entries(contactValues({ contact })).filter(([, value]) => value !== null);
  return Object.fromEntries(named.flatMap(([name]) => (Object.hasOwn(all, name) ? [[name, all[name]!] as const] : [])));
}

/** The value as a property of this type takes it; undefined where it can't. */
export function fitValue(
  value: ContactPropertyValue | null,
  type: ContactPropertyType,
): ContactPropertyValue | null | undefined {
  if (value === null) return null;
  switch (type) {
    case 'string':
      return String(value);
    case 'date':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined;
    case 'number':
    case 'boolean':
      return typeof value === type ? value : undefined;
  }
}

const METADATA_KEY = /^\w{1,60}$/;

/** Metadata by `metadata_<key>`; what has no value is left out. */
export function eventValues({ properties, catalogue }: ForwardedEvent): Record<string, ContactPropertyValue> {
  const types = new Map(catalogue.map(({ name, type }: Property) => [name, type]));
  const currency = typeof properties.currency === 'string' ? properties.currency : null;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) => {
      if (value === null || !METADATA_KEY.test(name)) return [];
      if (typeof value === 'object') return flatten(name, value);
      if (types.get(name) !== 'money' || typeof value !== 'number') return [[name, value]];
      return currency === null ? [] : [[name, toMajor(value, currency)]];
    }),
  );
}

const flatten = (name: string, values: Exclude<PropertyValue, string | number | boolean | null>) =>
  Object.entries(values).flatMap(([key, value]): [string, ContactPropertyValue][] =>
    METADATA_KEY.test(key) ? [[`${name}_${key}`, value]] : [],
  );
