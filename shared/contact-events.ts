/**
 * What happens to a contact, whoever it was that did it: an event of its own in the log, made only while an active workflow
 * asks for it.
 */
import type { CatalogueEntry } from './catalogue';
import { choice, CONTACT_PROPERTIES, text, type Property } from './properties';
import type { WebhookType } from './webhooks';

export const CONTACT_EVENT_TYPES = [
  'lifecycle.contact_added',
  'lifecycle.contact_updated',
  'lifecycle.list_joined',
] as const;
export type ContactEventType = (typeof CONTACT_EVENT_TYPES)[number];

export const isContactEventType = (type: string): type is ContactEventType =>
  (CONTACT_EVENT_TYPES as readonly string[]).includes(type);

/** What is told of it in the outbox. */
export const TOLD_AS: Readonly<Record<ContactEventType, WebhookType>> = {
  'lifecycle.contact_added': 'contact.created',
  'lifecycle.contact_updated': 'contact.updated',
  'lifecycle.list_joined': 'list.joined',
};

const BY = choice('by', 'program', 'Who did it: stripe, program, person or contact.', 'changed_by');

/** The fields whose changes are told, but for the merchant's own, which are `properties.<name>`. */
const FIELDS = CONTACT_PROPERTIES.filter(({ name }) => name !== 'properties');

const EARLIER: Readonly<Record<string, string | number>> = { plan: 'Basic', mrr: 1000, user_group: 'Trial users' };

const samples = (earlier: Readonly<Record<string, string | number>>) =>
  Object.fromEntries(FIELDS.map(({ name, sample }) => [name, earlier[name] ?? (sample as string | number | boolean)]));

/** Maps by the field's name. What did not change is in none of them. */
const CHANGES: readonly Property[] = [
  {
    name: 'changed',
    type: 'metadata',
    description: 'Whether a field changed, by its name.',
    sample: { plan: true, mrr: true, user_group: true },
    keyType: 'boolean',
    keyed: FIELDS.map(({ name }) => ({ name, type: 'boolean', description: 'Whether it changed.', sample: true })),
  },
  {
    name: 'was',
    type: 'metadata',
    description: 'What a field was before it changed, by its name.',
    sample: samples(EARLIER),
    keyType: 'any',
    keyed: FIELDS.map((field) => ({
      ...field,
      description: `Before it changed. ${field.description}`,
      sample: EARLIER[field.name] ?? field.sample,
    })),
  },
  {
    name: 'is',
    type: 'metadata',
    description: 'What a field became when it changed, by its name.',
    sample: samples({}),
    keyType: 'any',
    keyed: FIELDS.map((field) => ({ ...field, description: `Once it had changed. ${field.description}` })),
  },
];

const entry = (
  type: ContactEventType,
  label: string,
  description: string,
  properties: readonly Property[],
): CatalogueEntry => ({
  type,
  group: 'Contacts',
  label,
  description,
  email_from: 'customer',
  syncs_billing: false,
  permission: 'event_read',
  properties,
});

/** The id of the list, which conditions compare by; its name may change. */
export const LIST_PROPERTY = 'list';

export const CONTACT_EVENT_ENTRIES: Readonly<Record<ContactEventType, CatalogueEntry>> = {
  'lifecycle.contact_added': entry(
    'lifecycle.contact_added',
    'Contact added',
    'Comes when a Stripe event, a program or a person adds a contact. Those that an import adds don’t count.',
    [
      BY,
      text('source', 'API', 'Where the contact comes from, as its page says: Stripe, Console, API or a name of yours.'),
    ],
  ),
  'lifecycle.contact_updated': entry(
    'lifecycle.contact_updated',
    'Contact updated',
    'Comes whenever a field of a contact changes, billing fields with every payment: say which in the conditions. What imports and workflows change doesn’t count.',
    [...CHANGES, BY],
  ),
  'lifecycle.list_joined': entry(
    'lifecycle.list_joined',
    'Mailing list joined',
    'Comes when a contact joins a mailing list, by the preferences page or by a program.',
    [
      text(LIST_PROPERTY, 'lst_0199b3c4d5e6', 'The id of the mailing list.'),
      text('list_name', 'Product news', 'The name of the mailing list.'),
      BY,
    ],
  ),
};
